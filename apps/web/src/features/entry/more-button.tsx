import { Button, Group } from '@mantine/core';
import { strings } from '../../strings.ts';

/** Below a list that goes on. */
export function MoreButton({
  shown,
  busy = false,
  onClick,
}: {
  readonly shown: boolean;
  readonly busy?: boolean;
  readonly onClick: () => void;
}) {
  if (!shown) return null;
  return (
    <Group justify="center" py="sm">
      <Button variant="default" size="xs" loading={busy} onClick={onClick}>
        {strings.common.more}
      </Button>
    </Group>
  );
}
