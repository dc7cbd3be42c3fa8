import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  Input,
  NativeSelect,
  NumberInput,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { type ComponentType, Fragment, type ReactNode } from 'react';
import { strings } from '../strings.ts';
import './forms.css';
import type { FieldWords } from './field-words.ts';
import { formValueOf, isRequired, type JsonSchema, kindOf } from './json-schema.ts';

const general = strings.forms;

export type AnyForm = UseFormReturnType<Record<string, unknown>>;

/** What an input of one's own for a path gets (`inputs` of SchemaFields). */
export interface FieldProps {
  /** In the form: `settings.folders.map.0.from`. */
  readonly path: string;
  readonly schema: JsonSchema;
  readonly form: AnyForm;
  readonly label: string;
  readonly help: ReactNode;
  readonly words: FieldWords;
  readonly required: boolean;
  readonly disabled: boolean;
}

interface Look {
  readonly form: AnyForm;
  /** By the path below `at`, without the numbers of rows: `folders.map.from`. */
  readonly words?: Readonly<Record<string, FieldWords>>;
  /** Inputs of one's own, by the same paths. */
  readonly inputs?: Readonly<Record<string, ComponentType<FieldProps>>>;
  readonly disabled?: boolean;
}

/**
 * Inputs for the members of an object schema, which lies at the path `at` of the form (its values from `formValueOf`,
 * sent with `jsonOf`). `names` takes some of them, in that order, so that a page can group them as it likes.
 */
export function SchemaFields({
  schema,
  at,
  below = '',
  names = Object.keys(schema.properties ?? {}),
  ...look
}: Look & {
  readonly schema: JsonSchema;
  readonly at: string;
  /** Path of `schema` for the words, where it isn't the root. */
  readonly below?: string;
  readonly names?: readonly string[];
}) {
  return names.map((name) => {
    const part = schema.properties?.[name];
    if (part === undefined) return null;
    const wordsPath = below === '' ? name : `${below}.${name}`;
    return (
      <SchemaField
        key={name}
        {...look}
        schema={part}
        path={`${at}.${name}`}
        wordsPath={wordsPath}
        name={name}
        required={isRequired(schema, name)}
      />
    );
  });
}

function SchemaField({
  schema,
  path,
  wordsPath,
  name,
  required,
  ...look
}: Look & {
  readonly schema: JsonSchema;
  readonly path: string;
  readonly wordsPath: string;
  readonly name: string;
  readonly required: boolean;
}) {
  const words = look.words?.[wordsPath] ?? {};
  const field: FieldProps = {
    path,
    schema,
    form: look.form,
    label: words.label ?? labelOf(name),
    help: words.help ?? schema.description,
    words,
    required,
    disabled: look.disabled === true,
  };
  const Own = look.inputs?.[wordsPath];
  if (Own !== undefined) return <Own {...field} />;
  switch (kindOf(schema)) {
    case 'group':
      return (
        <Fieldset legend={field.label} disabled={field.disabled}>
          <Stack gap="sm">
            <SchemaFields {...look} schema={schema} at={path} below={wordsPath} />
          </Stack>
        </Fieldset>
      );
    case 'rows':
      return <RowsField field={field} look={look} wordsPath={wordsPath} />;
    case 'choice':
      return <ChoiceField {...field} />;
    case 'choices':
      return <ChoicesField {...field} />;
    case 'switch':
      return <SwitchField {...field} />;
    case 'number':
      return <NumberField {...field} />;
    case 'lines':
      return <LinesField {...field} />;
    case 'text':
      return <TextField {...field} />;
    default:
      return null;
  }
}

/** `maxConnections` → `Max connections` */
const labelOf = (name: string): string => {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => {
    return `${before} ${after.toLowerCase()}`;
  });
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

const wrapper = ({ label, help, required, disabled }: FieldProps) => ({
  label,
  description: help,
  withAsterisk: required,
  disabled,
  inputWrapperOrder: ['label', 'input', 'description', 'error'] as ['label', 'input', 'description', 'error'],
});

function TextField(field: FieldProps) {
  const props = { ...wrapper(field), placeholder: field.words.placeholder, ...field.form.getInputProps(field.path) };
  return field.words.lines === undefined ? (
    <TextInput {...props} maxLength={field.schema.maxLength} spellCheck={false} autoComplete="off" />
  ) : (
    <Textarea {...props} minRows={field.words.lines} maxRows={12} autosize spellCheck={false} />
  );
}

function NumberField(field: FieldProps) {
  const { schema, words } = field;
  return (
    <NumberInput
      {...wrapper(field)}
      placeholder={words.placeholder}
      allowDecimal={schema.type !== 'integer'}
      {...(words.unit === undefined ? {} : { suffix: ` ${words.unit}`, thousandSeparator: ',' })}
      // Told in words when sending, instead of silently turned into another number.
      clampBehavior="none"
      maw={260}
      {...field.form.getInputProps(field.path)}
    />
  );
}

function SwitchField(field: FieldProps) {
  return (
    <Switch
      label={field.label}
      description={field.help}
      disabled={field.disabled}
      {...field.form.getInputProps(field.path, { type: 'checkbox' })}
    />
  );
}

function ChoiceField(field: FieldProps) {
  const { schema, words, form, path } = field;
  const values = schema.enum ?? [];
  const unset = schema.default === undefined;
  return (
    <NativeSelect
      {...wrapper(field)}
      data={[
        ...(unset ? [{ value: '', label: general.notChosen, disabled: field.required }] : []),
        ...values.map((value) => ({ value, label: words.options?.[value] ?? value })),
      ]}
      {...form.getInputProps(path)}
    />
  );
}

function ChoicesField(field: FieldProps) {
  const { schema, words, form, path } = field;
  return (
    <Checkbox.Group {...wrapper(field)} {...form.getInputProps(path)}>
      <Group gap="md" my={6}>
        {(schema.items?.enum ?? []).map((value) => (
          <Checkbox key={value} value={value} label={words.options?.[value] ?? value} disabled={field.disabled} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

function LinesField(field: FieldProps) {
  return (
    <Textarea
      {...wrapper(field)}
      description={
        <>
          {field.help} {general.perLine}
        </>
      }
      placeholder={field.words.placeholder}
      autosize
      minRows={field.words.lines ?? 2}
      maxRows={12}
      spellCheck={false}
      {...field.form.getInputProps(field.path)}
    />
  );
}

function RowsField({
  field,
  look,
  wordsPath,
}: {
  readonly field: FieldProps;
  readonly look: Look;
  readonly wordsPath: string;
}) {
  const { form, path, schema } = field;
  const items = schema.items ?? {};
  const value: unknown = form.getInputProps(path).value;
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  const what = field.words.row ?? general.row;
  const full = schema.maxItems !== undefined && rows.length >= schema.maxItems;
  return (
    <Fieldset legend={field.label} data-path={path}>
      <Stack gap="sm">
        {field.help !== undefined && <div className="st-help">{field.help}</div>}
        {form.errors[path] !== undefined && <Input.Error role="alert">{form.errors[path]}</Input.Error>}
        {rows.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows' values live in the form by their index
          <Fragment key={index}>
            <Group align="flex-start" gap="sm" className="st-form-row">
              <div className="st-form-row-fields">
                <SchemaFields {...look} schema={items} at={`${path}.${index}`} below={wordsPath} />
              </div>
              {!field.disabled && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  className="st-form-row-remove"
                  aria-label={general.removeRow(what, index + 1)}
                  onClick={() => form.removeListItem(path, index)}
                >
                  <IconTrash size={18} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          </Fragment>
        ))}
        {!field.disabled && !full && (
          <Button
            variant="default"
            size="xs"
            w="fit-content"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => form.insertListItem(path, formValueOf(items) as never)}
          >
            {general.addRow(what)}
          </Button>
        )}
      </Stack>
    </Fieldset>
  );
}
