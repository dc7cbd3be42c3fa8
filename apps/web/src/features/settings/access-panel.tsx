import { ActionIcon, Button, Modal, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUserPlus, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { formatDate } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { PROJECT_ROLES, RoleChoice } from '../session/role-choice.tsx';

const words = strings.session.access;
const { roleName } = strings.session.account;

type Member = Schema<'ProjectMember'>;

/** Who has a role in this project besides the one in the organization. For owners of either. */
export function AccessPanel({ projectId }: { readonly projectId: number }) {
  const path = { params: { path: { id: projectId } } };
  const { data, error, refetch } = $api.useQuery('get', '/api/projects/{id}/access', path);
  const [granting, setGranting] = useState(false);
  const [revoking, setRevoking] = useState<Member>();
  const queryClient = useQueryClient();
  const changed = async (message: string): Promise<void> => {
    notifications.show({ message });
    // Perhaps it was the viewer's own.
    await Promise.all([refetch(), queryClient.invalidateQueries({ queryKey: ['get', '/api/me'] })]);
  };
  return (
    <Panel
      title={words.title}
      lead={words.lead}
      flush
      actions={
        <Button size="xs" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setGranting(true)}>
          {words.grant}
        </Button>
      }
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data?.items.length === 0 && <div className="st-empty">{words.empty}</div>}
      {data !== undefined && data.items.length > 0 && <Members items={data.items} onRevoke={setRevoking} />}
      <Modal
        opened={granting}
        onClose={() => setGranting(false)}
        title={words.grant}
        closeButtonProps={{ 'aria-label': strings.common.close }}
      >
        <Grant
          onCancel={() => setGranting(false)}
          send={async (body) => {
            await api.PUT('/api/projects/{id}/access', { ...path, body });
            await changed(words.granted(body.email));
            setGranting(false);
          }}
        />
      </Modal>
      {revoking !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setRevoking(undefined)}
          title={words.revokeTitle(revoking.email)}
          action={strings.common.remove}
          danger
          onConfirm={async () => {
            const params = { path: { id: projectId, accountId: revoking.accountId } };
            await api.DELETE('/api/projects/{id}/access/{accountId}', { params });
            await changed(words.revoked(revoking.email));
          }}
        >
          {words.revokeText(roleName[revoking.organizationRole] ?? revoking.organizationRole)}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function Members({
  items,
  onRevoke,
}: {
  readonly items: readonly Member[];
  readonly onRevoke: (member: Member) => void;
}) {
  return (
    <table className="st-table st-stacked">
      <thead>
        <tr>
          <th scope="col">{strings.session.email}</th>
          <th scope="col">{words.here}</th>
          <th scope="col">{words.elsewhere}</th>
          <th scope="col">{strings.session.people.since}</th>
          <th scope="col" aria-label={strings.common.remove} />
        </tr>
      </thead>
      <tbody>
        {items.map((member) => (
          <tr key={member.accountId}>
            <td data-label={strings.session.email}>{member.email}</td>
            <td data-label={words.here}>{roleName[member.role]}</td>
            <td data-label={words.elsewhere}>{roleName[member.organizationRole]}</td>
            <td data-label={strings.session.people.since}>{formatDate(member.since)}</td>
            <td className="st-row-actions">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={words.revokeOf(member.email)}
                onClick={() => onRevoke(member)}
              >
                <IconX size={18} aria-hidden />
              </ActionIcon>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Grant({
  onCancel,
  send,
}: {
  readonly onCancel: () => void;
  readonly send: (body: { email: string; role: Member['role'] }) => Promise<void>;
}) {
  const apiForm = useApiForm({
    name: 'access',
    initialValues: { email: '', role: 'viewer' as Member['role'] },
    validate: { email: (value) => (value.trim() === '' ? strings.session.required : null) },
  });
  const { form } = apiForm;
  return (
    <DialogForm apiForm={apiForm} action={words.grant} onCancel={onCancel} send={send}>
      <TextInput
        label={strings.session.email}
        description={words.emailHelp}
        type="email"
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('email')}
      />
      <RoleChoice roles={PROJECT_ROLES} words={words.roles} {...form.getInputProps('role')} />
      <Text size="sm">{words.adds}</Text>
    </DialogForm>
  );
}
