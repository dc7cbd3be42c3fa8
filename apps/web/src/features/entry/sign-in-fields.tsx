import { PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { strings } from '../../strings.ts';
import type { EditValues } from './edit-values.ts';

const words = strings.entry.edit;

/** What is stored is never shown: it is kept, replaced or forgotten. */
export function SignInFields({
  form,
  side,
  stored,
}: {
  readonly form: UseFormReturnType<EditValues>;
  readonly side: 'source' | 'target';
  readonly stored: boolean;
}) {
  const name = side === 'source' ? words.sourceSignIn : words.targetSignIn;
  const path = `${side}SignIn` as const;
  const changes = (['keep', 'set', 'forget'] as const).filter((one) => stored || one !== 'forget');
  return (
    <Stack gap="xs">
      <Text size="sm" fw={550} id={`sign-in-${side}`}>
        {name}: {stored ? words.stored : words.notStored}
      </Text>
      <SegmentedControl
        aria-labelledby={`sign-in-${side}`}
        w="fit-content"
        size="xs"
        data={changes.map((value) => ({ value, label: words.change[value] }))}
        {...form.getInputProps(`${path}.change`)}
      />
      {form.getValues()[path].change === 'set' && (
        <>
          <TextInput
            label={`${name}: ${words.user}`}
            description={words.userHint}
            autoComplete="off"
            {...form.getInputProps(`${path}.user`)}
          />
          <PasswordInput
            label={`${name}: ${words.password}`}
            autoComplete="new-password"
            {...form.getInputProps(`${path}.password`)}
          />
          <PasswordInput
            label={`${name}: ${words.token}`}
            autoComplete="new-password"
            {...form.getInputProps(`${path}.accessToken`)}
          />
        </>
      )}
    </Stack>
  );
}
