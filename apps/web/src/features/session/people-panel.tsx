import { ActionIcon, Button, Menu, Modal, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots, IconUserPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { formatDate } from '../../lib/format.ts';
import { useMe } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { newPasswordProblem } from './new-password.ts';
import { type Role, RoleChoice } from './role-choice.tsx';

const words = strings.session;
const people = words.people;

type Person = Schema<'Account'>;
type Act = { readonly kind: 'add' } | { readonly kind: 'role' | 'password' | 'remove'; readonly person: Person };

/** Who may sign in, and as what. For owners. */
export function PeoplePanel() {
  const me = useMe();
  const { data, error, refetch } = $api.useQuery('get', '/api/accounts');
  const [act, setAct] = useState<Act>();
  const close = (): void => setAct(undefined);
  return (
    <Panel
      title={people.title}
      lead={people.lead}
      flush
      actions={
        <Button size="xs" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setAct({ kind: 'add' })}>
          {people.add}
        </Button>
      }
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <table className="st-table st-stacked">
        <thead>
          <tr>
            <th scope="col">{words.email}</th>
            <th scope="col">{words.account.role}</th>
            <th scope="col">{people.since}</th>
            <th scope="col" aria-label={strings.common.edit} />
          </tr>
        </thead>
        <tbody>
          {data?.items.map((person) => (
            <tr key={person.id}>
              <td data-label={words.email}>
                <span>
                  {person.email}
                  {person.id === me.account.id && (
                    <Text span size="sm" c="dimmed">
                      {' '}
                      ({people.you})
                    </Text>
                  )}
                </span>
              </td>
              <td data-label={words.account.role} title={words.account.roles[person.role]}>
                {words.account.roleName[person.role]}
              </td>
              <td data-label={people.since}>{formatDate(person.createdAt)}</td>
              <td className="st-row-actions">
                <PersonMenu person={person} isMe={person.id === me.account.id} onAct={setAct} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Modal
        opened={act?.kind === 'add'}
        onClose={close}
        title={people.add}
        closeButtonProps={{ 'aria-label': strings.common.close }}
      >
        <AddPerson onDone={close} />
      </Modal>
      {act !== undefined && act.kind !== 'add' && <PersonDialog act={act} onDone={close} />}
    </Panel>
  );
}

function PersonMenu({
  person,
  isMe,
  onAct,
}: {
  readonly person: Person;
  readonly isMe: boolean;
  readonly onAct: (act: Act) => void;
}) {
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={people.actions(person.email)}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAct({ kind: 'role', person })}>{people.changeRole}</Menu.Item>
        {!isMe && (
          <>
            <Menu.Item onClick={() => onAct({ kind: 'password', person })}>{people.resetPassword}</Menu.Item>
            <Menu.Divider />
            <Menu.Item onClick={() => onAct({ kind: 'remove', person })}>{strings.common.remove}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Who is there has changed: perhaps even what the viewer may do. */
function useChanged(): (message: string) => Promise<void> {
  const queryClient = useQueryClient();
  return async (message) => {
    notifications.show({ message });
    await Promise.all(
      ['/api/accounts', '/api/me', '/api/tokens'].map((path) =>
        queryClient.invalidateQueries({ queryKey: ['get', path] }),
      ),
    );
  };
}

function AddPerson({ onDone }: { readonly onDone: () => void }) {
  const changed = useChanged();
  const apiForm = useApiForm({
    name: 'person',
    initialValues: { email: '', password: '', role: 'operator' as Role },
    validate: {
      email: (value) => (value.trim() === '' ? words.required : null),
      password: newPasswordProblem,
    },
  });
  const { form } = apiForm;
  return (
    <DialogForm
      apiForm={apiForm}
      action={strings.common.add}
      onCancel={onDone}
      send={async (values) => {
        await api.POST('/api/accounts', { body: values });
        await changed(people.added(values.email));
        onDone();
      }}
    >
      <TextInput label={words.email} type="email" autoComplete="off" data-autofocus {...form.getInputProps('email')} />
      <PasswordField
        label={people.firstPassword}
        description={people.firstPasswordHelp}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <RoleChoice {...form.getInputProps('role')} />
    </DialogForm>
  );
}

function PersonDialog({
  act: { kind, person },
  onDone,
}: {
  readonly act: Exclude<Act, { kind: 'add' }>;
  readonly onDone: () => void;
}) {
  const changed = useChanged();
  if (kind === 'remove')
    return (
      <ConfirmDialog
        opened
        onClose={onDone}
        title={people.removeOf(person.email)}
        action={strings.common.remove}
        danger
        onConfirm={async () => {
          await api.DELETE('/api/accounts/{id}', { params: { path: { id: person.id } } });
          await changed(people.removed(person.email));
        }}
      >
        {people.removeText}
      </ConfirmDialog>
    );
  return (
    <Modal
      opened
      onClose={onDone}
      title={kind === 'role' ? people.changeRoleOf(person.email) : people.resetPasswordOf(person.email)}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      {kind === 'role' ? (
        <ChangeRole person={person} onDone={onDone} />
      ) : (
        <NewPassword person={person} onDone={onDone} />
      )}
    </Modal>
  );
}

function ChangeRole({ person, onDone }: { readonly person: Person; readonly onDone: () => void }) {
  const changed = useChanged();
  const apiForm = useApiForm({ name: 'role', initialValues: { role: person.role } });
  return (
    <DialogForm
      apiForm={apiForm}
      action={strings.common.save}
      onCancel={onDone}
      send={async (body) => {
        await api.PATCH('/api/accounts/{id}', { params: { path: { id: person.id } }, body });
        await changed(people.changed);
        onDone();
      }}
    >
      <RoleChoice {...apiForm.form.getInputProps('role')} />
      <Text size="sm">{people.roleNow}</Text>
    </DialogForm>
  );
}

function NewPassword({ person, onDone }: { readonly person: Person; readonly onDone: () => void }) {
  const changed = useChanged();
  const apiForm = useApiForm({
    name: 'reset',
    initialValues: { password: '' },
    validate: { password: newPasswordProblem },
  });
  return (
    <DialogForm
      apiForm={apiForm}
      action={strings.common.save}
      onCancel={onDone}
      send={async (body) => {
        await api.PATCH('/api/accounts/{id}', { params: { path: { id: person.id } }, body });
        await changed(people.reset);
        onDone();
      }}
    >
      <Text size="sm">{people.resetText}</Text>
      <PasswordField
        label={words.account.fresh}
        description={words.passwordHelp}
        autoComplete="new-password"
        data-autofocus
        {...apiForm.form.getInputProps('password')}
      />
    </DialogForm>
  );
}
