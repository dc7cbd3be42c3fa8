import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { strings } from '../strings.ts';
import type { ApiForm } from './api-form.ts';

/** The form of a dialog: what is refused as a whole above its fields, cancel and its one action below. */
export function DialogForm<Values extends Record<string, unknown>>({
  apiForm: { busy, refusal, submit },
  send,
  action,
  onCancel,
  children,
}: {
  readonly apiForm: ApiForm<Values>;
  readonly send: (values: Values) => Promise<void>;
  readonly action: string;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}) {
  return (
    <form noValidate onSubmit={submit(send)}>
      <Stack gap="md">
        <ErrorNotice error={refusal} />
        {children}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
