import { Stack, Switch, Text } from '@mantine/core';
import { useMemo } from 'react';
import { type JsonSchema, kindOf } from '../../forms/json-schema.ts';
import { type AnyForm, SchemaFields } from '../../forms/schema-form.tsx';
import { strings } from '../../strings.ts';
import { settingsLook } from '../settings/sections.tsx';

const words = strings.entry.edit;

/** Settings of this entry alone: each is the project's until it is switched to one's own. */
export function OwnSettings({
  form,
  own,
  schema,
}: {
  readonly form: AnyForm;
  readonly own: Readonly<Record<string, boolean>>;
  readonly schema: JsonSchema;
}) {
  const look = useMemo(() => settingsLook(schema), [schema]);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.settingsHint}
      </Text>
      {Object.entries(schema.properties ?? {}).map(([name, part]) => (
        <div key={name}>
          <Switch
            label={nameOfOwn(name)}
            description={own[name] === true ? undefined : words.inherited}
            {...form.getInputProps(`own.${name}`, { type: 'checkbox' })}
          />
          {own[name] === true && (
            <Stack gap="sm" className="st-own-setting">
              {/* The switch names a group already; the kinds are one input. */}
              {kindOf(part) === 'group' && look.inputs[name] === undefined ? (
                <SchemaFields form={form} {...look} schema={part} at={`settings.${name}`} below={name} />
              ) : (
                <SchemaFields form={form} {...look} schema={schema} at="settings" names={[name]} />
              )}
            </Stack>
          )}
        </div>
      ))}
    </Stack>
  );
}

/** What a part of the settings is called. */
export const nameOfOwn = (name: string): string => strings.settings.fields[name] ?? words.groups[name] ?? name;
