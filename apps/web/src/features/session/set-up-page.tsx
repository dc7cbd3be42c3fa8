import { Anchor, Button, Divider, Stack, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { ApiError } from '../../api/error.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { useEnter } from './enter.ts';
import { FrontDoor } from './front-door.tsx';
import { newPasswordProblem } from './new-password.ts';

const words = strings.session;

export function SetUpPage() {
  const enter = useEnter();
  const { form, busy, refusal, submit } = useApiForm({
    name: 'set-up',
    initialValues: { organization: '', email: '', password: '', again: '' },
    validate: {
      organization: (value) => (value.trim() === '' ? words.required : null),
      email: (value) => (value.trim() === '' ? words.required : null),
      password: newPasswordProblem,
      again: (value, { password }) => (value === password ? null : words.passwordsDiffer),
    },
  });
  const taken = refusal instanceof ApiError && refusal.code === 'already-set-up';
  return (
    <FrontDoor title={words.setUpTitle} lead={words.setUpText}>
      <form
        noValidate
        onSubmit={submit(async ({ organization, email, password }) => {
          await api.POST('/api/setup', { body: { organization, email, password, token: false } });
          await enter('/guide');
        })}
      >
        <Stack gap="md">
          <ErrorNotice error={refusal} />
          {taken && (
            <Anchor component={Link} to="/sign-in">
              {words.toSignIn}
            </Anchor>
          )}
          <TextInput
            label={words.organization}
            description={words.organizationHelp}
            autoComplete="organization"
            autoFocus
            {...form.getInputProps('organization')}
          />
          <Divider />
          <TextInput
            label={words.email}
            type="email"
            autoComplete="username"
            spellCheck={false}
            {...form.getInputProps('email')}
          />
          <PasswordField
            label={words.password}
            description={words.passwordHelp}
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <PasswordField label={words.passwordAgain} autoComplete="new-password" {...form.getInputProps('again')} />
          <Button type="submit" loading={busy} fullWidth>
            {words.setUp}
          </Button>
          <Text size="sm" c="dimmed">
            {words.setUpNext}
          </Text>
        </Stack>
      </form>
    </FrontDoor>
  );
}
