import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../api/error.ts';
import { strings } from '../strings.ts';

/**
 * What went wrong and what to do. Announced to screen readers when it appears. `thrown`: whatever a query or a request
 * failed with (the hooks type it as the body of a refusal; it is an ApiError).
 */
export function ErrorNotice({ error: thrown, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  if (!thrown) return null;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const fix = error instanceof ApiError ? error.fix : undefined;
  return (
    <Alert role="alert" className="st-notice st-notice-bad" icon={<IconAlertTriangle aria-hidden />} variant="default">
      <Text fw={600} size="sm">
        {error.message}
      </Text>
      {fix !== undefined && <Text size="sm">{fix}</Text>}
      {onRetry !== undefined && (
        <Group mt="xs">
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            {strings.common.retry}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
