import { Alert, Radio, Stack, TextInput } from '@mantine/core';
import { PasswordField } from '../../forms/password-field.tsx';
import { type AnyForm, SchemaFields } from '../../forms/schema-form.tsx';
import { strings } from '../../strings.ts';
import type { Connector, System, Way } from './connector-layouts.ts';
import { type SystemValues, schemaOf } from './system-values.ts';

const words = strings.systems;
const HELP_BELOW = ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[];

/** Settings that belong to an answer. */
const SETTINGS_OF: Readonly<Record<Way, readonly string[]>> = {
  entry: [],
  shared: [],
  account: [],
  master: ['masterUser', 'masterSeparator'],
  authzid: ['masterUser'],
};

/** How Sterna gets into the mailboxes, and with what. Passwords go one way only. */
export function WaysIn({
  connector,
  ways,
  form,
  values: { way, settings, user },
  system,
}: {
  readonly connector: Connector;
  readonly ways: readonly Way[];
  readonly form: AnyForm;
  readonly values: SystemValues;
  readonly system: System | undefined;
}) {
  const who = way === 'account' ? user : String(settings.masterUser ?? '');
  const isFor = way !== 'shared' && who !== '';
  return (
    <>
      <Radio.Group label={words.how} {...form.getInputProps('way')}>
        <Stack gap="xs" mt={6}>
          {ways.map((one) => (
            <Radio key={one} value={one} label={words.ways[one]?.label} description={words.ways[one]?.text} />
          ))}
        </Stack>
      </Radio.Group>
      <SchemaFields
        schema={schemaOf(connector)}
        at="settings"
        form={form}
        words={words.fields[connector.name] ?? {}}
        names={SETTINGS_OF[way]}
      />
      {way === 'account' && (
        <TextInput
          label={words.account}
          description={system?.credentials.user ? words.accountKept : words.accountHelp}
          inputWrapperOrder={HELP_BELOW}
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('user')}
        />
      )}
      {way !== 'entry' && (
        <PasswordField
          label={isFor ? words.passwordOf(who) : words.password}
          description={system?.credentials.password ? words.passwordKept : words.passwordSealed}
          inputWrapperOrder={HELP_BELOW}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      )}
    </>
  );
}

/** Of a connector that nothing more is known of. */
export function PlainCredentials({ form, system }: { readonly form: AnyForm; readonly system: System | undefined }) {
  const stored = system !== undefined && Object.values(system.credentials).some(Boolean);
  return (
    <>
      {stored && (
        <Alert variant="default" className="st-notice">
          {words.replaceHelp}
        </Alert>
      )}
      <TextInput label={words.user} autoComplete="off" {...form.getInputProps('user')} />
      <PasswordField
        label={words.password}
        description={words.passwordSealed}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <TokenField form={form} />
    </>
  );
}

export const TokenField = ({ form }: { readonly form: AnyForm }) => (
  <PasswordField
    label={words.token}
    description={words.tokenHelp}
    inputWrapperOrder={HELP_BELOW}
    autoComplete="off"
    {...form.getInputProps('accessToken')}
  />
);
