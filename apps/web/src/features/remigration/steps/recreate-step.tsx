import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api, api } from '../../../api/client.ts';
import { TextLink } from '../../../components/text-link.tsx';
import { useApiForm } from '../../../forms/api-form.ts';
import { ErrorNotice } from '../../../shell/error-notice.tsx';
import { strings } from '../../../strings.ts';
import type { Remigration } from '../flow-state.ts';
import { type TierChoice, TierField } from '../tier-field.tsx';
import { useTake } from '../use-remigration.ts';

const words = strings.remigration.flow.recreate;

interface Values extends Record<string, unknown> {
  targetAddress: string;
  tier: TierChoice;
}

export function RecreateStep({ remigration }: { readonly remigration: Remigration }) {
  const { id, entryId, projectId } = remigration;
  const before = remigration.newTargetAddress ?? remigration.targetAddress;
  const take = useTake(id);
  const entry = useQuery($api.queryOptions('get', '/api/entries/{id}', { params: { path: { id: entryId } } })).data;
  const { form, busy, refusal, submit } = useApiForm<Values>({
    initialValues: { targetAddress: before, tier: '' },
    validate: { targetAddress: (value) => (value.trim() === '' ? words.targetEmpty : null) },
  });
  return (
    <form
      onSubmit={submit(({ targetAddress, tier }) =>
        take(
          api.POST('/api/remigrations/{id}/recreate', {
            params: { path: { id } },
            body: { targetAddress: targetAddress.trim(), ...(tier === '' ? {} : { tier }) },
          }),
        ),
      )}
    >
      <Stack gap="md">
        <div>
          <Text fw={550}>{words.title}</Text>
          <Text size="sm" c="dimmed">
            {words.lead}
          </Text>
        </div>
        <TextInput
          label={words.target}
          description={words.targetHint}
          maw={480}
          {...form.getInputProps('targetAddress')}
        />
        {entry !== undefined && (
          <TierField itemType={entry.itemType} count={1} inputProps={form.getInputProps('tier')} />
        )}
        <Text size="sm">
          {words.settingsHint}{' '}
          {projectId !== undefined && (
            <TextLink size="sm" to="/projects/$projectId/settings" params={{ projectId }}>
              {words.changeSettings}
            </TextLink>
          )}
        </Text>
        <ErrorNotice error={refusal} />
        <Group>
          <Button type="submit" loading={busy}>
            {words.go}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
