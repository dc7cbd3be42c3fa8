import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { api } from '../../api/client.ts';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { Allowed, useMe } from '../../session/session.tsx';
import { useSignOut } from '../../session/sign-out.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { newPasswordProblem } from './new-password.ts';
import { PeoplePanel } from './people-panel.tsx';
import { TokensPanel } from './tokens-panel.tsx';

const words = strings.session;

export function AccountPage() {
  return (
    <Page title={words.account.title}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <You />
        <PasswordPanel />
      </SimpleGrid>
      <Allowed scope="admin">
        <PeoplePanel />
        <TokensPanel />
      </Allowed>
    </Page>
  );
}

function You() {
  const { account } = useMe();
  const signOut = useSignOut();
  return (
    <Panel
      title={words.account.you}
      actions={
        <Button variant="default" size="xs" onClick={() => void signOut()}>
          {strings.shell.signOut}
        </Button>
      }
    >
      <Stack gap="sm">
        <dl className="st-facts">
          <dt>{words.email}</dt>
          <dd>{account.email}</dd>
          <dt>{words.organization}</dt>
          <dd>{account.organization.name}</dd>
          <dt>{words.account.role}</dt>
          <dd>
            {words.account.roleName[account.role]}
            <Text size="sm" c="dimmed">
              {words.account.roles[account.role]}
            </Text>
          </dd>
        </dl>
        <SecretOnce
          label={words.account.organizationId}
          help={words.account.organizationIdHelp}
          value={account.organization.publicId}
        />
      </Stack>
    </Panel>
  );
}

function PasswordPanel() {
  const { account } = useMe();
  const { form, busy, refusal, submit } = useApiForm({
    name: 'change-password',
    initialValues: { current: '', password: '', again: '' },
    validate: {
      current: (value) => (value === '' ? words.required : null),
      password: newPasswordProblem,
      again: (value, { password }) => (value === password ? null : words.passwordsDiffer),
    },
  });
  return (
    <Panel title={words.account.change}>
      <form
        noValidate
        onSubmit={submit(async ({ current, password }) => {
          await api.POST('/api/me/password', { body: { current, password } });
          form.reset();
          notifications.show({ message: words.account.changed });
        })}
      >
        <Stack gap="sm">
          {/* For password managers: whose password it is. */}
          <input type="hidden" name="username" autoComplete="username" value={account.email} readOnly />
          <ErrorNotice error={refusal} />
          <PasswordField
            label={words.account.current}
            autoComplete="current-password"
            {...form.getInputProps('current')}
          />
          <PasswordField
            label={words.account.fresh}
            description={words.passwordHelp}
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <PasswordField
            label={words.account.freshAgain}
            autoComplete="new-password"
            {...form.getInputProps('again')}
          />
          <Group>
            <Button type="submit" loading={busy}>
              {words.account.change}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
