import { Alert, Button, Collapse, Group, Radio, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { type AnyForm, SchemaFields } from '../../forms/schema-form.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { type Connector, layoutOf, type System, WAYS } from './connector-layouts.ts';
import { bodyOf, problemsOfValues, type SystemValues, schemaOf, valuesOf } from './system-values.ts';

const words = strings.systems;
const CREDENTIALS: ReadonlySet<string> = new Set(['user', 'password', 'accessToken']);

/** A new system, or the settings of one: made from what its connector's schema asks for. */
export function SystemForm({
  connector,
  system,
  suggestedName,
  onSaved,
}: {
  readonly connector: Connector;
  /** Absent: a new one. */
  readonly system?: System;
  readonly suggestedName?: string;
  readonly onSaved: (system: System) => unknown;
}) {
  const queryClient = useQueryClient();
  const schema = schemaOf(connector);
  const layout = layoutOf(connector.name, schema.required);
  const { form, busy, refusal, submit } = useApiForm<SystemValues>(
    {
      name: 'system',
      initialValues: valuesOf(connector, system, suggestedName),
      validate: (values) => problemsOfValues(connector, system, values),
    },
    // `credentials.password` is the form's `password`.
    (field) => {
      const [first, second] = field.split('.');
      return first === 'credentials' && second !== undefined && CREDENTIALS.has(second) ? second : field;
    },
  );
  const anyForm = form as unknown as AnyForm;
  const { settings } = form.values;
  const shown = (names: readonly string[]): readonly string[] =>
    names.filter((name) => layout.isHidden?.(name, settings) !== true);
  const others = Object.keys(schema.properties ?? {}).filter(
    (name) => !layout.first.includes(name) && !layout.elsewhere.includes(name),
  );
  const fields = { schema, at: 'settings', form: anyForm, words: words.fields[connector.name] ?? {} };

  const send = async (values: SystemValues): Promise<void> => {
    const body = bodyOf(connector, values);
    const saved = await dataOf(
      system === undefined
        ? api.POST('/api/systems', { body: { ...body, connector: connector.name } })
        : api.PATCH('/api/systems/{id}', { params: { path: { id: system.id } }, body }),
    );
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/systems'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/systems/{id}'] });
    if (system !== undefined) form.setFieldValue('password', '');
    await onSaved(saved);
  };

  return (
    <form noValidate onSubmit={submit(send)}>
      <Stack gap="md">
        <ErrorNotice error={refusal} />
        <TextInput
          label={words.name}
          description={words.nameHelp}
          withAsterisk
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <SchemaFields {...fields} names={shown(layout.first)} />
        {layout.signIn === 'ways' && <Ways {...{ form: anyForm, values: form.values, fields, system }} />}
        {layout.signIn === 'plain' && <PlainCredentials form={anyForm} system={system} />}
        {others.length > 0 && (
          <More
            open={Object.keys(form.errors).some((path) => others.some((name) => path.startsWith(`settings.${name}`)))}
          >
            {layout.signIn === 'ways' && form.values.way !== 'entry' && <TokenField form={anyForm} />}
            <SchemaFields {...fields} names={shown(others)} />
          </More>
        )}
        <Group>
          <Button type="submit" loading={busy}>
            {system === undefined ? words.create : words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Fields = Omit<Parameters<typeof SchemaFields>[0], 'names'>;

function Ways({
  form,
  values,
  fields,
  system,
}: {
  readonly form: AnyForm;
  readonly values: SystemValues;
  readonly fields: Fields;
  readonly system: System | undefined;
}) {
  const { way } = values;
  const master = String(values.settings.masterUser ?? '');
  const names = { entry: [], shared: [], master: ['masterUser', 'masterSeparator'], authzid: ['masterUser'] }[way];
  return (
    <>
      <Radio.Group label={words.how} {...form.getInputProps('way')}>
        <Stack gap="xs" mt={6}>
          {WAYS.map((one) => (
            <Radio key={one} value={one} label={words.ways[one]?.label} description={words.ways[one]?.text} />
          ))}
        </Stack>
      </Radio.Group>
      <SchemaFields {...fields} names={names} />
      {way !== 'entry' && (
        <PasswordField
          label={way === 'shared' || master === '' ? words.password : words.passwordOf(master)}
          description={system?.credentials.password ? words.passwordKept : words.passwordSealed}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      )}
    </>
  );
}

/** Of a connector that nothing more is known of. */
function PlainCredentials({ form, system }: { readonly form: AnyForm; readonly system: System | undefined }) {
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

const TokenField = ({ form }: { readonly form: AnyForm }) => (
  <PasswordField
    label={words.token}
    description={words.tokenHelp}
    inputWrapperOrder={['label', 'input', 'description', 'error']}
    autoComplete="off"
    {...form.getInputProps('accessToken')}
  />
);

/** Opens by itself when something in it is wrong. */
function More({ open, children }: { readonly open: boolean; readonly children: React.ReactNode }) {
  const [wanted, setWanted] = useState(false);
  const id = useId();
  const opened = wanted || open;
  return (
    <div className="st-more">
      <UnstyledButton
        className="st-more-button"
        aria-expanded={opened}
        aria-controls={id}
        onClick={() => setWanted(!opened)}
      >
        {opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
        <span>{words.more}</span>
        <Text span size="sm" c="dimmed">
          {words.moreText}
        </Text>
      </UnstyledButton>
      <Collapse expanded={opened} id={id} transitionDuration={0}>
        <Stack gap="md" pt="sm">
          {children}
        </Stack>
      </Collapse>
    </div>
  );
}
