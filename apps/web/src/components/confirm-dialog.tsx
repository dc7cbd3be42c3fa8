import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { strings } from '../strings.ts';

/** White words on it reach 6.6:1 in both schemes. */
const DANGER = '#b42318';

/** Asks before something that can't be taken back. A refusal is told in it, and it stays open. */
export function ConfirmDialog({
  opened,
  onClose,
  title,
  children,
  action,
  onConfirm,
  danger,
  disabled = false,
  size = 'md',
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  /** What the button does: "Remove", never "OK". */
  readonly action: string;
  readonly onConfirm: () => Promise<unknown>;
  readonly danger?: boolean;
  /** It can't be done now; the children say why. */
  readonly disabled?: boolean;
  readonly size?: 'md' | 'lg';
}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Error>();
  const close = (): void => {
    setRefusal(undefined);
    onClose();
  };
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setRefusal(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Stack gap="md">
        <div>{children}</div>
        <ErrorNotice error={refusal} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button
            {...(danger ? { color: DANGER } : {})}
            loading={busy}
            disabled={disabled}
            onClick={() => void confirm()}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
