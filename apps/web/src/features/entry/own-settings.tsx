import { Stack, Switch, Text } from '@mantine/core';
import type { JsonSchema } from '../../forms/json-schema.ts';
import { type AnyForm, SchemaFields } from '../../forms/schema-form.tsx';
import { strings } from '../../strings.ts';

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
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.settingsHint}
      </Text>
      {Object.keys(schema.properties ?? {}).map((name) => (
        <div key={name}>
          <Switch
            label={labelOf(name)}
            description={own[name] === true ? undefined : words.inherited}
            {...form.getInputProps(`own.${name}`, { type: 'checkbox' })}
          />
          {own[name] === true && (
            <div className="st-own-setting">
              <SchemaFields form={form} schema={schema} at="settings" names={[name]} />
            </div>
          )}
        </div>
      ))}
    </Stack>
  );
}

const labelOf = (name: string): string => name.replace(/([A-Z])/g, ' $1').toLowerCase();
