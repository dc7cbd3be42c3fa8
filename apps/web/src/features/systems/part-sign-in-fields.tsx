import { Fieldset, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import type { JsonSchema } from '../../forms/json-schema.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import type { AnyForm } from '../../forms/schema-form.tsx';
import { strings } from '../../strings.ts';
import type { System } from './connector-layouts.ts';
import { hasOwnSignIn, type PartSignIns } from './part-sign-ins.ts';

const words = strings.systems.partSignIn;

/** Servers of a mailbox that are signed in to differently. What is stored is never shown: it is kept, replaced or forgotten. */
export function PartSignInFields({
  keys,
  schema,
  form,
  parts,
  system,
}: {
  readonly keys: readonly string[];
  readonly schema: JsonSchema;
  readonly form: AnyForm;
  readonly parts: PartSignIns;
  readonly system: System | undefined;
}) {
  if (keys.length === 0) return null;
  return (
    <Fieldset legend={words.title}>
      <Text size="sm" c="dimmed" mb="sm">
        {words.text}
      </Text>
      <Stack gap="md">
        {keys.map((key) => {
          const name = schema.properties?.[key]?.description ?? key;
          const isStored = hasOwnSignIn(system, key);
          const changes = (['keep', 'set', 'forget'] as const).filter((one) => isStored || one !== 'forget');
          return (
            <Stack key={key} gap="xs" role="group" aria-labelledby={`part-${key}`}>
              <Text size="sm" fw={550} id={`part-${key}`}>
                {name}: {isStored ? words.stored : words.notStored}
              </Text>
              <SegmentedControl
                aria-labelledby={`part-${key}`}
                w="fit-content"
                size="xs"
                data={changes.map((value) => ({
                  value,
                  label: value === 'keep' && !isStored ? words.same : words.change[value],
                }))}
                {...form.getInputProps(`parts.${key}.change`)}
              />
              {parts[key]?.change === 'set' && <OneSignIn at={`parts.${key}`} form={form} />}
            </Stack>
          );
        })}
      </Stack>
    </Fieldset>
  );
}

function OneSignIn({ at, form }: { readonly at: string; readonly form: AnyForm }) {
  return (
    <>
      <TextInput
        label={words.user}
        description={words.userHelp}
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps(`${at}.user`)}
      />
      <PasswordField
        label={strings.systems.password}
        description={strings.systems.passwordSealed}
        autoComplete="new-password"
        {...form.getInputProps(`${at}.password`)}
      />
      <PasswordField
        label={strings.systems.token}
        description={strings.systems.tokenHelp}
        autoComplete="off"
        {...form.getInputProps(`${at}.accessToken`)}
      />
    </>
  );
}
