import {
  Autocomplete,
  Button,
  Checkbox,
  Group,
  Input,
  NativeSelect,
  NumberInput,
  Radio,
  Stack,
  TextInput,
} from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import type { FieldProps } from '../../forms/schema-form.tsx';
import { timeZoneName } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import { localParts, momentOf } from './moment.ts';
import { optionsOf } from './setting-words.ts';

/** Inputs for settings that deserve more than their schema can say. Each keeps in the form what the API takes. */

const words = strings.settings;

const wrapper = ({ label, help, required }: FieldProps) => ({
  label,
  description: help,
  withAsterisk: required,
  inputWrapperOrder: ['label', 'input', 'description', 'error'] as ['label', 'input', 'description', 'error'],
});

/** A choice whose options say what they mean. */
export function ExplainedChoice(field: FieldProps) {
  const { schema, form, path, disabled } = field;
  const options = optionsOf(path.replace(/^settings\./, ''));
  const props = form.getInputProps(path);
  return (
    <Radio.Group
      label={field.label}
      description={field.help}
      error={props.error as ReactNode}
      value={String(props.value)}
      onChange={props.onChange}
    >
      <Stack gap={8} mt={8}>
        {(schema.enum ?? []).map((value, index) => (
          <Radio
            key={value}
            value={value}
            disabled={disabled}
            label={options[value]?.[0] ?? value}
            description={options[value]?.[1]}
            {...(index === 0 ? { 'data-path': path } : {})}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** On and off side by side, for the members of a group. */
export function Kinds({ schema, form, path, label, help, disabled }: FieldProps) {
  return (
    <Input.Wrapper
      component="fieldset"
      label={label}
      labelElement="div"
      description={help}
      className="st-bare-fieldset"
    >
      <Group gap="md" mt={8}>
        {Object.keys(schema.properties ?? {}).map((kind) => (
          <Checkbox
            key={kind}
            disabled={disabled}
            label={words.fields[`kinds.${kind}`] ?? kind}
            {...form.getInputProps(`${path}.${kind}`, { type: 'checkbox' })}
          />
        ))}
      </Group>
    </Input.Wrapper>
  );
}

/** A moment as a day and a time of the viewer's zone; a day alone begins at midnight. */
export function Moment(field: FieldProps) {
  const { form, path, disabled } = field;
  const props = form.getInputProps(path);
  const { date, time } = localParts(String(props.value ?? ''));
  const id = useId();
  const set = (value: string): void => form.setFieldValue(path, value as never);
  return (
    <Input.Wrapper
      {...wrapper(field)}
      id={id}
      description={
        <>
          {field.help} {words.inZone(timeZoneName())}
        </>
      }
      error={props.error as ReactNode}
      maw={460}
    >
      <Group gap="xs" wrap="wrap" mb={4}>
        <TextInput
          id={id}
          type="date"
          disabled={disabled}
          data-path={path}
          error={props.error !== undefined}
          aria-describedby={`${id}-description`}
          value={date}
          onChange={(event) => {
            const input = event.currentTarget;
            set(momentOf(input.value, time, input.validity.badInput));
          }}
        />
        <TextInput
          type="time"
          aria-label={`${field.label}, ${words.time}`}
          disabled={disabled || date === ''}
          value={time}
          onChange={(event) => set(momentOf(date, event.currentTarget.value, event.currentTarget.validity.badInput))}
        />
        {!disabled && String(props.value ?? '') !== '' && (
          <Button variant="subtle" size="compact-sm" onClick={() => set('')}>
            {words.clear}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  );
}

/** A folder, or nothing for the root: it has to be there, and may be empty. */
export function FolderName(field: FieldProps) {
  const { form, path, disabled, words: own } = field;
  return (
    <TextInput
      {...wrapper({ ...field, required: false })}
      placeholder={own.placeholder}
      disabled={disabled}
      spellCheck={false}
      {...form.getInputProps(path)}
    />
  );
}

/** `22:00` */
export function Clock(field: FieldProps) {
  return (
    <TextInput type="time" {...wrapper(field)} disabled={field.disabled} {...field.form.getInputProps(field.path)} />
  );
}

const zones = (): string[] => {
  const all = Intl.supportedValuesOf('timeZone');
  return all.includes('UTC') ? all : ['UTC', ...all];
};

export function TimeZone(field: FieldProps) {
  return (
    <Autocomplete
      {...wrapper(field)}
      disabled={field.disabled}
      data={zones()}
      limit={30}
      maw={320}
      {...field.form.getInputProps(field.path)}
    />
  );
}

const UNITS = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
type Unit = keyof typeof UNITS;

/** The largest unit in which the bytes are a whole number. */
const unitOf = (bytes: unknown, fallback: Unit): Unit =>
  typeof bytes !== 'number' ? fallback : ((['GiB', 'MiB'] as const).find((unit) => bytes % UNITS[unit] === 0) ?? 'KiB');

/** Bytes, as people say them; nothing is no limit. */
function Bytes({ perSecond, ...field }: FieldProps & { readonly perSecond: boolean }) {
  const { form, path, disabled } = field;
  const props = form.getInputProps(path);
  const [unit, setUnit] = useState<Unit>(() => unitOf(props.value, 'MiB'));
  const id = useId();
  const shown = typeof props.value === 'number' ? props.value / UNITS[unit] : '';
  const set = (amount: number | string, of: Unit): void =>
    form.setFieldValue(path, (typeof amount === 'number' ? Math.round(amount * UNITS[of]) : '') as never);
  return (
    <Input.Wrapper {...wrapper(field)} id={id} error={props.error as ReactNode} maw={460}>
      <Group gap="xs" wrap="nowrap" mb={4}>
        <NumberInput
          id={id}
          placeholder={words.noLimit}
          disabled={disabled}
          data-path={path}
          error={props.error !== undefined}
          aria-describedby={`${id}-description`}
          value={shown}
          onChange={(amount) => set(amount, unit)}
          thousandSeparator=","
          decimalScale={3}
          allowNegative={false}
          hideControls
          maw={160}
        />
        <NativeSelect
          aria-label={`${field.label}, ${words.unit}`}
          disabled={disabled}
          data={Object.keys(UNITS).map((value) => ({ value, label: perSecond ? `${value}/s` : value }))}
          value={unit}
          onChange={(event) => {
            const next = event.currentTarget.value as Unit;
            setUnit(next);
            set(shown, next);
          }}
          w={110}
          flex="none"
        />
      </Group>
    </Input.Wrapper>
  );
}

export const Size = (field: FieldProps) => <Bytes {...field} perSecond={false} />;
export const Rate = (field: FieldProps) => <Bytes {...field} perSecond />;

/** A share as a percentage. */
export function Share(field: FieldProps) {
  const { form, path } = field;
  const props = form.getInputProps(path);
  return (
    <NumberInput
      {...wrapper(field)}
      disabled={field.disabled}
      data-path={path}
      error={props.error as ReactNode}
      value={typeof props.value === 'number' ? Number((props.value * 100).toFixed(2)) : ''}
      onChange={(value) => form.setFieldValue(path, (typeof value === 'number' ? value / 100 : '') as never)}
      suffix={` ${words.share.unit}`}
      clampBehavior="none"
      maw={260}
    />
  );
}
