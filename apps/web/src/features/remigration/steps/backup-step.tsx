import { Button, Group, Radio, Stack, Textarea } from '@mantine/core';
import { api } from '../../../api/client.ts';
import { useApiForm } from '../../../forms/api-form.ts';
import { ErrorNotice } from '../../../shell/error-notice.tsx';
import { strings } from '../../../strings.ts';
import type { Remigration } from '../flow-state.ts';
import { useTake } from '../use-remigration.ts';

const words = strings.remigration.flow.backup;

export function BackupStep({ remigration }: { readonly remigration: Remigration }) {
  const take = useTake(remigration.id);
  const { form, busy, refusal, submit } = useApiForm<{ choice: 'backup' | 'refuse'; why: string }>({
    initialValues: { choice: 'backup', why: '' },
  });
  const { choice } = form.getValues();
  return (
    <form
      onSubmit={submit(({ why }) =>
        take(
          api.POST('/api/remigrations/{id}/backup', {
            params: { path: { id: remigration.id } },
            body: choice === 'refuse' ? { choice, why } : { choice },
          }),
        ),
      )}
    >
      <Stack gap="md">
        <Radio.Group label={words.title} description={words.lead} {...form.getInputProps('choice')}>
          <div className="st-choices">
            <Radio value="backup" label={words.take} description={words.takeHint} />
            <Radio value="refuse" label={words.refuse} description={words.refuseHint} />
          </div>
        </Radio.Group>
        {choice === 'refuse' && (
          <Textarea label={words.why} autosize minRows={2} maw={560} {...form.getInputProps('why')} />
        )}
        <ErrorNotice error={refusal} />
        <Group>
          <Button type="submit" loading={busy}>
            {choice === 'refuse' ? words.goWithout : words.go}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
