import { Alert, Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, dataOf, type Schema } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { formatTime } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { asksEachEntry, type System } from './connector-layouts.ts';

const words = strings.systems.check;
type Line = Schema<'CheckLine'>;

/** Whom to sign in as, for one check. The password lives in this page alone. */
interface Attempt {
  readonly address: string;
  readonly password: string;
}

/**
 * Asks the system now, and says what it found line by line. Mount it with a key that changes when the settings do.
 */
export function SystemCheck({
  system,
  onAddress,
  onOutcome,
  address,
}: {
  readonly system: System;
  /** Signed in as, at first. */
  readonly address?: string | undefined;
  readonly onAddress?: (address: string) => void;
  readonly onOutcome?: (ok: boolean) => void;
}) {
  const [attempt, setAttempt] = useState<Attempt>({ address: address ?? '', password: '' });
  const [serial, setSerial] = useState(0);
  const check = useQuery({
    // Never in the cache under a password: `serial` tells the attempts apart.
    queryKey: ['check', system.id, attempt.address, serial],
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/systems/{id}/check', {
          params: { path: { id: system.id } },
          body: {
            ...(attempt.address === '' ? {} : { address: attempt.address }),
            ...(attempt.password === '' ? {} : { credentials: { password: attempt.password } }),
          },
          signal,
        }),
      ),
    // Asked whenever somebody opens the page or saves the settings, and never by itself.
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    gcTime: 0,
    retry: false,
  });
  const ok = check.data?.ok;
  useEffect(() => {
    if (ok !== undefined) onOutcome?.(ok);
  }, [ok, onOutcome]);
  const again = (next: Attempt): void => {
    setAttempt(next);
    setSerial((before) => before + 1);
    onAddress?.(next.address);
  };
  return (
    <Stack gap="md">
      {check.isFetching ? (
        <Group gap="xs" role="status">
          <Loader size="xs" />
          <Text size="sm">{words.running}</Text>
        </Group>
      ) : (
        <>
          <ErrorNotice error={check.error} onRetry={() => again(attempt)} />
          {check.data !== undefined && (
            <Outcome
              lines={check.data.lines}
              ok={check.data.ok}
              at={check.dataUpdatedAt}
              onAgain={() => again(attempt)}
            />
          )}
        </>
      )}
      <TryForm system={system} attempt={attempt} busy={check.isFetching} onTry={again} />
    </Stack>
  );
}

function Outcome({
  lines,
  ok,
  at,
  onAgain,
}: {
  readonly lines: readonly Line[];
  readonly ok: boolean;
  readonly at: number;
  readonly onAgain: () => void;
}) {
  const isCapability = (line: Line): boolean => partsOf(line).name.startsWith(CAPABILITY);
  const capabilities = lines.filter(isCapability);
  const hints = lines.some((line) => line.ok && line.fix !== undefined);
  const tone = ok ? (hints ? 'busy' : 'ok') : 'bad';
  return (
    <>
      <Alert
        variant="default"
        role="status"
        className={`st-notice st-notice-${tone}`}
        icon={
          ok ? (
            hints ? (
              <IconInfoCircle aria-hidden />
            ) : (
              <IconCircleCheck aria-hidden />
            )
          ) : (
            <IconAlertTriangle aria-hidden />
          )
        }
      >
        <Group justify="space-between" gap="xs">
          <Text size="sm">
            <strong>{ok ? (hints ? words.withHints : words.fine) : words.bad}</strong> {words.at(formatTime(at))}
          </Text>
          <Button size="compact-sm" variant="default" onClick={onAgain}>
            {words.again}
          </Button>
        </Group>
      </Alert>
      <ul className="st-system-check">
        {lines
          .filter((line) => !isCapability(line))
          .map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names repeat, and lines never move
            <CheckLine key={index} line={line} />
          ))}
      </ul>
      {capabilities.length > 0 && (
        <details className="st-details">
          <summary>{words.capabilities(capabilities.length)}</summary>
          <dl className="st-facts">
            {capabilities.map((line) => {
              const { server, name } = partsOf(line);
              const key = name.slice(CAPABILITY.length);
              return (
                <div key={line.name} className="st-facts-row">
                  <dt>{inServer(server, words.capability[key] ?? key)}</dt>
                  <dd>{line.evidence}</dd>
                </div>
              );
            })}
          </dl>
        </details>
      )}
    </>
  );
}

const CAPABILITY = 'capability: ';

/** `CalDAV calendars and tasks: sign-in` where a system is made of several servers, else `sign-in`. */
function partsOf({ name }: Line): { server: string | undefined; name: string } {
  const [, server, rest = name] = /^(?:(.+?): )??(capability: .+|[^:]+)$/.exec(name) ?? [];
  return { server, name: rest };
}

const inServer = (server: string | undefined, name: string): string =>
  server === undefined ? name : `${server}: ${name}`;

function CheckLine({ line }: { readonly line: Line }) {
  const state = line.ok ? (line.fix === undefined ? 'ok' : 'hint') : 'problem';
  const { server, name } = partsOf(line);
  const Icon = { ok: IconCircleCheck, hint: IconInfoCircle, problem: IconCircleX }[state];
  return (
    <li className="st-system-check-line" data-state={state}>
      <Icon size={18} role="img" aria-label={words[state]} />
      <strong>{inServer(server, words.name[name] ?? name)}</strong>
      <div>
        {line.evidence}
        {line.fix !== undefined && <div className="st-system-check-fix">{line.fix}</div>}
      </div>
    </li>
  );
}

/** One mailbox, for real. Where each entry has its own password, it is asked for here, for this once. */
function TryForm({
  system,
  attempt,
  busy,
  onTry,
}: {
  readonly system: System;
  readonly attempt: Attempt;
  readonly busy: boolean;
  readonly onTry: (attempt: Attempt) => void;
}) {
  const own = asksEachEntry(system);
  const { form, submit } = useApiForm({
    name: 'check',
    initialValues: { address: attempt.address, password: attempt.password },
    validate: {
      address: (value) => (value.trim() === '' ? strings.forms.required : null),
      password: (value) => (own && value === '' ? strings.forms.required : null),
    },
  });
  return (
    <form
      noValidate
      onSubmit={submit(async ({ address, password }) => onTry({ address: address.trim(), password }))}
      className="st-system-check-try"
      aria-label={words.try}
    >
      <div>
        <Text size="sm" fw={600}>
          {words.try}
        </Text>
        <Text size="sm" c="dimmed">
          {words.tryText}
        </Text>
      </div>
      <Group gap="sm" align="flex-start">
        <TextInput
          label={words.address}
          autoComplete="off"
          spellCheck={false}
          className="st-system-check-input"
          {...form.getInputProps('address')}
        />
        {own && (
          <PasswordField
            label={words.mailboxPassword}
            description={words.mailboxPasswordHelp}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="new-password"
            className="st-system-check-input"
            {...form.getInputProps('password')}
          />
        )}
        <Button type="submit" variant="default" mt={25} loading={busy}>
          {words.signIn}
        </Button>
      </Group>
    </form>
  );
}
