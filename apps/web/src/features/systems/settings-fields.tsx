import { Fieldset, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { isObject, type JsonSchema } from '../../forms/json-schema.ts';
import { type AnyForm, SchemaFields } from '../../forms/schema-form.tsx';
import { strings } from '../../strings.ts';
import { layoutOf } from './connector-layouts.ts';
import { MoreFields } from './more-fields.tsx';

const words = strings.systems;

/** The settings of one connector, the usual ones first; of a connector made of several, those of each. */
export function SettingsFields({
  connector,
  schema,
  at,
  form,
  settings,
  children,
  moreChildren,
}: {
  readonly connector: string;
  readonly schema: JsonSchema;
  /** Their path in the form. */
  readonly at: string;
  readonly form: AnyForm;
  readonly settings: unknown;
  /** After the usual ones. */
  readonly children?: ReactNode;
  /** Before the others. */
  readonly moreChildren?: ReactNode;
}) {
  const layout = layoutOf(connector, schema.required);
  const values = isObject(settings) ? settings : {};
  const shown = (names: readonly string[]): readonly string[] =>
    names.filter((name) => layout.isHidden?.(name, values) !== true);
  const parts = Object.entries(layout.parts ?? {});
  const others = Object.keys(schema.properties ?? {}).filter(
    (name) => ![...layout.first, ...layout.elsewhere, ...Object.keys(layout.parts ?? {})].includes(name),
  );
  const fields = { schema, at, form, words: words.fields[connector] ?? {} };
  const isWrong = Object.keys(form.errors).some((path) => others.some((name) => path.startsWith(`${at}.${name}`)));
  return (
    <>
      <SchemaFields {...fields} names={shown(layout.first)} />
      {parts.length > 0 && <Text size="sm">{words.partsText}</Text>}
      {parts.map(([key, part]) => {
        const partSchema = schema.properties?.[key];
        return partSchema === undefined ? null : (
          <Fieldset key={key} legend={partSchema.description ?? key}>
            <Stack gap="md">
              <SettingsFields
                connector={part}
                schema={partSchema}
                at={`${at}.${key}`}
                form={form}
                settings={values[key]}
              />
            </Stack>
          </Fieldset>
        );
      })}
      {children}
      {(others.length > 0 || moreChildren !== undefined) && (
        <MoreFields open={isWrong}>
          {moreChildren}
          <SchemaFields {...fields} names={shown(others)} />
        </MoreFields>
      )}
    </>
  );
}
