import { Button, FileButton, Modal, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileCertificate } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { useMe } from '../../session/session.tsx';
import { strings } from '../../strings.ts';
import { nameOf } from './grant-dialog.tsx';

const words = strings.licenses.pack;

/** As large as the API takes. */
const MOST_BYTES = 100_000;

/** A signed pack of licenses, as a file or as its text. */
export function PackDialog({ packsOnly, onClose }: { readonly packsOnly: boolean; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const { account } = useMe();
  const apiForm = useApiForm({
    name: 'pack',
    initialValues: { pack: '' },
    validate: { pack: (value: string) => (value.trim() === '' ? words.missing : null) },
  });
  const { form } = apiForm;
  const reset = useRef<() => void>(null);
  const read = async (file: File | null): Promise<void> => {
    // A file of the same name may be chosen again: corrected, perhaps.
    reset.current?.();
    if (file === null) return;
    if (file.size > MOST_BYTES) return form.setFieldError('pack', words.tooLarge);
    form.setFieldValue('pack', await file.text());
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.action}
      size="lg"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <DialogForm
        apiForm={apiForm}
        action={words.action}
        onCancel={onClose}
        send={async ({ pack }) => {
          const balance = await dataOf(api.POST('/api/licenses/packs', { body: { pack } }));
          onClose();
          notifications.show({ message: words.done(nameOf(balance), balance.available) });
          await queryClient.invalidateQueries({ queryKey: ['get', '/api/licenses/balance'] });
        }}
      >
        {packsOnly && <Notice tone="busy">{words.only}</Notice>}
        <div>
          <Text size="sm">{words.lead}</Text>
          <Text size="sm" c="dimmed" mt={4}>
            {words.id}: <span className="st-mono">{account.organization.publicId}</span>
          </Text>
        </div>
        <FileButton
          resetRef={reset}
          accept="application/json,.json,text/plain"
          onChange={(file) => void read(file)}
          inputProps={{ 'aria-label': words.choose }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              w="fit-content"
              leftSection={<IconFileCertificate size={16} aria-hidden />}
            >
              {words.choose}
            </Button>
          )}
        </FileButton>
        <Textarea
          label={words.text}
          description={words.textHelp}
          autosize
          minRows={4}
          maxRows={10}
          spellCheck={false}
          classNames={{ input: 'st-mono' }}
          {...form.getInputProps('pack')}
        />
      </DialogForm>
    </Modal>
  );
}
