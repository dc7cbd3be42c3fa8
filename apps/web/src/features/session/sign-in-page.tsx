import { Alert, Anchor, Button, Divider, Stack, Text, TextInput } from '@mantine/core';
import { IconClock, IconLogin2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { ApiError } from '../../api/error.ts';
import { Notice } from '../../components/notice.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { formatRelative, formatTime } from '../../lib/format.ts';
import { signInWaysQuery } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { useEnter } from './enter.ts';
import { FrontDoor } from './front-door.tsx';

const words = strings.session;
const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { next, expired, refused } = route.useSearch();
  const { passwords, provider } = useSuspenseQuery(signInWaysQuery).data;
  return (
    <FrontDoor title={words.signIn} lead={words.signInText}>
      <Stack gap="md">
        {refused !== undefined && (
          <Notice tone="bad">
            {Object.hasOwn(words.refused, refused) ? words.refused[refused] : words.refusedOther}
          </Notice>
        )}
        {expired === true && refused === undefined && (
          <Alert role="status" className="st-notice st-notice-busy" variant="default">
            {words.expired}
          </Alert>
        )}
        {provider !== undefined && (
          <Button
            component="a"
            href={`${provider.path}${next === undefined ? '' : `?${new URLSearchParams({ next })}`}`}
            leftSection={<IconLogin2 size={18} aria-hidden />}
            fullWidth
          >
            {words.signInWith(provider.name)}
          </Button>
        )}
        {provider !== undefined && passwords && <Divider label={words.or} />}
        {/* Whoever was let in on the server itself needs the form even where passwords are off. */}
        {passwords ? <PasswordForm /> : <LetIn />}
      </Stack>
    </FrontDoor>
  );
}

function LetIn() {
  const [opened, setOpened] = useState(false);
  if (opened) return <PasswordForm />;
  return (
    <Text size="sm" c="dimmed">
      {words.passwordsOff}{' '}
      <Anchor component="button" type="button" size="sm" onClick={() => setOpened(true)}>
        {words.letIn}
      </Anchor>
    </Text>
  );
}

function PasswordForm() {
  const { next } = route.useSearch();
  const { provider } = useSuspenseQuery(signInWaysQuery).data;
  const enter = useEnter();
  const { form, busy, refusal, submit } = useApiForm({
    name: 'sign-in',
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() === '' ? words.required : null),
      password: (value) => (value === '' ? words.required : null),
    },
  });
  // Whoever mistyped types the password again, at once.
  useEffect(() => {
    if (refusal === undefined) return;
    const input = document.querySelector<HTMLInputElement>('[data-path="sign-in-password"]');
    input?.focus();
    input?.select();
  }, [refusal]);
  const retryAt = refusal instanceof ApiError ? refusal.refusal.retryAt : undefined;
  return (
    <form
      noValidate
      onSubmit={submit(async ({ email, password }) => {
        await api.POST('/api/sign-in', { body: { email, password } });
        await enter(next ?? '/');
      })}
    >
      <Stack gap="md">
        {retryAt === undefined ? <ErrorNotice error={refusal} /> : <Throttled until={new Date(retryAt)} />}
        <TextInput
          label={words.email}
          type="email"
          autoComplete="username"
          autoFocus={provider === undefined}
          spellCheck={false}
          {...form.getInputProps('email')}
        />
        <PasswordField label={words.password} autoComplete="current-password" {...form.getInputProps('password')} />
        <Button type="submit" loading={busy} fullWidth variant={provider === undefined ? 'filled' : 'default'}>
          {words.signIn}
        </Button>
      </Stack>
    </form>
  );
}

/** How long to wait, counting down; read out once. */
function Throttled({ until }: { readonly until: Date }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const over = now >= until.getTime();
  return (
    <Alert role="alert" className="st-notice st-notice-wait" icon={<IconClock aria-hidden />} variant="default">
      {over ? words.throttledOver : <Countdown until={until} now={now} />}
    </Alert>
  );
}

function Countdown({ until, now }: { readonly until: Date; readonly now: number }) {
  return <span aria-live="off">{words.throttled(formatTime(until), formatRelative(until, now))}</span>;
}
