import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import type { AnyForm } from '../../forms/schema-form.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { type Connector, layoutOf, type System } from './connector-layouts.ts';
import { PartSignInFields } from './part-sign-in-fields.tsx';
import { partSignIns, partsToAsk } from './part-sign-ins.ts';
import { SettingsFields } from './settings-fields.tsx';
import { PlainCredentials, TokenField, WaysIn } from './sign-in-fields.tsx';
import { changesOf, newSystemOf, problemsOfValues, type SystemValues, schemaOf, valuesOf } from './system-values.ts';

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
  const { ways } = layoutOf(connector.name, schema.required);
  const { form, busy, refusal, submit } = useApiForm<SystemValues>(
    {
      name: 'system',
      initialValues: valuesOf(connector, system, suggestedName),
      validate: (values) => problemsOfValues(connector, system, values),
    },
    // `credentials.password` is the form's `password`, `credentialParts.caldav` what is asked of that server.
    (field) => {
      const [first, second] = field.split('.');
      const part = /^(?:credentials\.parts|credentialParts)\.(\w+)(?:\.(\w+))?$/.exec(field);
      if (part !== null) return `parts.${part[1]}.${part[2] ?? 'password'}`;
      return first === 'credentials' && second !== undefined && CREDENTIALS.has(second) ? second : field;
    },
  );
  const anyForm = form as unknown as AnyForm;
  const takesToken = ways !== undefined && ways.length > 0 && form.values.way !== 'entry';

  const send = async (values: SystemValues): Promise<void> => {
    const saved = await dataOf(
      system === undefined
        ? api.POST('/api/systems', { body: { ...newSystemOf(connector, values), connector: connector.name } })
        : api.PATCH('/api/systems/{id}', {
            params: { path: { id: system.id } },
            body: changesOf(connector, values),
          }),
    );
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/systems'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/systems/{id}'] });
    if (system !== undefined) {
      for (const secret of CREDENTIALS) form.setFieldValue(secret, '');
      form.setFieldValue('parts', partSignIns(connector));
    }
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
        <SettingsFields
          connector={connector.name}
          schema={schema}
          at="settings"
          form={anyForm}
          settings={form.values.settings}
          {...(takesToken ? { moreChildren: <TokenField form={anyForm} /> } : {})}
        >
          {ways === undefined ? (
            <PlainCredentials form={anyForm} system={system} />
          ) : (
            ways.length > 0 && (
              <WaysIn connector={connector} ways={ways} form={anyForm} values={form.values} system={system} />
            )
          )}
          <PartSignInFields
            keys={partsToAsk(connector, schema, form.values.settings, system)}
            schema={schema}
            form={anyForm}
            parts={form.values.parts}
            system={system}
          />
        </SettingsFields>
        <Group>
          <Button type="submit" loading={busy}>
            {system === undefined ? words.create : words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
