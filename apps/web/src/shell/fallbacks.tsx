import { Anchor, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { isNotFound } from '../api/error.ts';
import { strings } from '../strings.ts';
import { ErrorNotice } from './error-notice.tsx';
import { Page } from './page.tsx';

export function Pending() {
  return (
    <Center py="xl" role="status" aria-label={strings.common.loading}>
      <Loader size="sm" />
    </Center>
  );
}

export function NotFoundPage() {
  return (
    <Page title={strings.errors.notFound} width="reading">
      <Stack gap="xs">
        <Text>{strings.errors.notFoundText}</Text>
        <Anchor component={Link} to="/">
          {strings.errors.toOverview}
        </Anchor>
      </Stack>
    </Page>
  );
}

/** A page that could not be read, or whose code failed. */
export function FailedPage({ error: thrown }: ErrorComponentProps) {
  const error: unknown = thrown;
  const router = useRouter();
  if (isNotFound(error)) return <NotFoundPage />;
  return (
    <Page title={strings.errors.unexpected} width="reading">
      <ErrorNotice
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={() => void router.invalidate()}
      />
      <Text size="sm">{strings.errors.unexpectedText}</Text>
      <Button variant="default" onClick={() => window.location.reload()} w="fit-content">
        {strings.errors.reload}
      </Button>
    </Page>
  );
}
