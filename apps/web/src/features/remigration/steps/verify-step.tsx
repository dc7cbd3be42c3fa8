import { Button, Group, Stack, Text } from '@mantine/core';
import { api } from '../../../api/client.ts';
import { useApiForm } from '../../../forms/api-form.ts';
import { ErrorNotice } from '../../../shell/error-notice.tsx';
import { strings } from '../../../strings.ts';
import type { Remigration } from '../flow-state.ts';
import { useTake } from '../use-remigration.ts';

const words = strings.remigration.flow.verify;

export function VerifyStep({ remigration }: { readonly remigration: Remigration }) {
  const take = useTake(remigration.id);
  const { busy, refusal, submit } = useApiForm({ initialValues: {} });
  const verify = (skip: boolean): Promise<void> =>
    take(api.POST('/api/remigrations/{id}/verify', { params: { path: { id: remigration.id } }, body: { skip } }));
  return (
    <form onSubmit={submit(() => verify(false))}>
      <Stack gap="sm">
        <div>
          <Text fw={550}>{words.title}</Text>
          <Text size="sm" c="dimmed">
            {words.lead}
          </Text>
        </div>
        <ErrorNotice error={refusal} />
        <Group gap="xs">
          <Button type="submit" loading={busy}>
            {words.go}
          </Button>
          <Button variant="default" disabled={busy} onClick={() => submit(() => verify(true))()}>
            {words.skip}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
