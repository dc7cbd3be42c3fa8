import { Button, Checkbox, Group, NativeSelect, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api, api } from '../../../api/client.ts';
import { useApiForm } from '../../../forms/api-form.ts';
import { ErrorNotice } from '../../../shell/error-notice.tsx';
import { strings } from '../../../strings.ts';
import type { Remigration } from '../flow-state.ts';
import { useTake } from '../use-remigration.ts';

const words = strings.remigration.flow.target;

const CONFLICTS = ['skip', 'overwrite', 'rename'] as const;

interface Values extends Record<string, unknown> {
  choice: 'empty' | 'keep';
  conflict: (typeof CONFLICTS)[number] | '';
  duplicatePrevention: boolean;
  why: string;
}

export function TargetStep({ remigration }: { readonly remigration: Remigration }) {
  const take = useTake(remigration.id);
  const target = useQuery({
    ...$api.queryOptions('get', '/api/entries/{id}/remigration-plan', {
      params: { path: { id: remigration.entryId }, query: { live: 'true' } },
    }),
    refetchOnWindowFocus: false,
  }).data?.target;
  const { form, busy, refusal, submit } = useApiForm<Values>({
    initialValues: { choice: 'keep', conflict: '', duplicatePrevention: true, why: '' },
  });
  const { choice, duplicatePrevention } = form.getValues();
  return (
    <form
      onSubmit={submit(({ conflict, why }) =>
        take(
          api.POST('/api/remigrations/{id}/target', {
            params: { path: { id: remigration.id } },
            body:
              choice === 'empty'
                ? { choice }
                : {
                    choice,
                    duplicatePrevention,
                    ...(conflict === '' ? {} : { conflict }),
                    ...(duplicatePrevention ? {} : { why }),
                  },
          }),
        ),
      )}
    >
      <Stack gap="md">
        <Radio.Group label={words.title} {...form.getInputProps('choice')}>
          <div className="st-choices">
            <Radio value="keep" label={words.keep} description={words.keepHint} />
            <Radio value="empty" label={words.empty} description={words.emptyHint} />
          </div>
        </Radio.Group>
        {choice === 'keep' && (
          <>
            <Checkbox
              label={words.prevention}
              description={duplicatePrevention ? words.preventionHint : words.preventionOff}
              {...form.getInputProps('duplicatePrevention', { type: 'checkbox' })}
            />
            {!duplicatePrevention && (
              <Textarea label={words.why} autosize minRows={2} maw={560} {...form.getInputProps('why')} />
            )}
            <NativeSelect
              label={words.conflict}
              maw={360}
              data={[
                { value: '', label: words.conflictAsSet },
                ...CONFLICTS.map((value) => ({ value, label: words.conflicts[value] })),
              ]}
              {...form.getInputProps('conflict')}
            />
          </>
        )}
        <ErrorNotice error={refusal} />
        <Group>
          <Button type="submit" loading={busy}>
            {choice === 'empty' ? words.goEmpty : words.goKeep}
          </Button>
        </Group>
        {/* Below everything that can be clicked: it comes later, and must not push the others away. */}
        <Text size="sm" c="dimmed" role="status">
          {target?.words ?? words.looking}
        </Text>
      </Stack>
    </form>
  );
}
