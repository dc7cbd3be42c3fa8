import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { api } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { useTake } from './use-remigration.ts';

const words = strings.remigration.flow;

export function CancelDialog({
  remigrationId,
  opened,
  onClose,
}: {
  readonly remigrationId: number;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const take = useTake(remigrationId);
  const { form, busy, refusal, submit } = useApiForm({
    initialValues: { why: '' },
    validate: { why: (value: string) => (value.trim() === '' ? words.cancelWhyEmpty : null) },
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.cancel}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <form
        onSubmit={submit(async ({ why }) => {
          await take(
            api.POST('/api/remigrations/{id}/cancel', { params: { path: { id: remigrationId } }, body: { why } }),
          );
          onClose();
        })}
      >
        <Stack gap="md">
          <Text size="sm">{words.cancelHint}</Text>
          <Textarea label={words.cancelWhy} autosize minRows={2} data-autofocus {...form.getInputProps('why')} />
          <ErrorNotice error={refusal} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.keepGoing}
            </Button>
            <Button type="submit" color="red.9" loading={busy}>
              {words.cancelGo}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
