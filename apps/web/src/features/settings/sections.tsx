import { Button, Stack, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import type { FieldWords } from '../../forms/field-words.ts';
import type { JsonSchema } from '../../forms/json-schema.ts';
import { type AnyForm, type FieldProps, SchemaFields } from '../../forms/schema-form.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { useHeldKinds } from './held-kinds.ts';
import { Clock, ExplainedChoice, FolderName, Kinds, Moment, Rate, Share, Size, TimeZone } from './inputs.tsx';
import { daysAgo } from './moment.ts';
import { valueInWords } from './setting-words.ts';
import { type Drift, driftOfField } from './use-drift.ts';

const words = strings.settings;

interface Section {
  readonly name: keyof typeof words.sections;
  /** Members of the schema, in this order. Of a group its members lie side by side with the others. */
  readonly parts: readonly string[];
}

/** What the layout knows. Anything else that the schema has appears in the last section, or at the end of its group. */
const SECTIONS: readonly Section[] = [
  { name: 'content', parts: ['kinds', 'sizeLimit', 'postLimit', 'versionDepth', 'permissions'] },
  { name: 'dates', parts: ['dateFilter'] },
  { name: 'folders', parts: ['folders'] },
  {
    name: 'target',
    parts: ['conflict', 'keepOverwritten', 'duplicatePrevention', 'links', 'messageLinks', 'deletions'],
  },
  { name: 'pace', parts: ['bandwidth'] },
  { name: 'safety', parts: ['failureShare', 'verifyDepth'] },
];
const KNOWN = new Set(SECTIONS.flatMap((section) => section.parts));
/** Groups that need no frame of their own: their section is one. */
const UNFRAMED = new Set(['dateFilter', 'folders', 'bandwidth', 'failureShare']);

const INPUTS: Readonly<Record<string, ComponentType<FieldProps>>> = {
  kinds: Kinds,
  sizeLimit: Size,
  'dateFilter.from': Moment,
  'dateFilter.to': Moment,
  'folders.map.from': FolderName,
  'folders.map.to': FolderName,
  conflict: ExplainedChoice,
  links: ExplainedChoice,
  messageLinks: ExplainedChoice,
  deletions: ExplainedChoice,
  verifyDepth: ExplainedChoice,
  'bandwidth.bytesPerSecond': Rate,
  'bandwidth.timeZone': TimeZone,
  'bandwidth.windows.from': Clock,
  'bandwidth.windows.until': Clock,
  'bandwidth.windows.bytesPerSecond': Rate,
  'failureShare.share': Share,
};

export function SettingsSections({
  schema,
  form,
  connectors,
  drift,
  disabled,
}: {
  readonly schema: JsonSchema;
  readonly form: AnyForm;
  readonly connectors: readonly string[] | undefined;
  readonly drift: Drift | undefined;
  readonly disabled: boolean;
}) {
  const others = Object.keys(schema.properties ?? {}).filter((name) => !KNOWN.has(name));
  const sections = others.length === 0 ? SECTIONS : [...SECTIONS, { name: 'other', parts: others } as const];
  const held = heldInWords(useHeldKinds(connectors));
  const look = { form, inputs: INPUTS, words: wordsOf(schema, drift, held), disabled };
  return sections.map(({ name, parts }) => (
    <Panel key={name} title={words.sections[name]}>
      <Stack gap="md">
        {parts.map((part) => {
          const group = schema.properties?.[part];
          if (group === undefined) return null;
          return UNFRAMED.has(part) ? (
            <SchemaFields key={part} {...look} schema={group} at={`settings.${part}`} below={part} />
          ) : (
            <SchemaFields key={part} {...look} schema={schema} at="settings" names={[part]} />
          );
        })}
        {name === 'dates' && <PreStaging form={form} disabled={disabled} />}
      </Stack>
    </Panel>
  ));
}

function PreStaging({ form, disabled }: { readonly form: AnyForm; readonly disabled: boolean }) {
  return (
    <div className="st-hint">
      <Text size="sm">{words.preStaging}</Text>
      {!disabled && (
        <Button
          mt="xs"
          size="compact-sm"
          variant="default"
          onClick={() => form.setFieldValue('settings.dateFilter.to', daysAgo(60) as never)}
        >
          {words.preStage}
        </Button>
      )}
    </div>
  );
}

/** Inputs and words of the settings, for forms elsewhere (`SchemaFields`). */
export const settingsLook = (schema: JsonSchema) => ({
  inputs: INPUTS,
  words: wordsOf(schema, undefined, undefined),
});

/** What the two systems have in common, in words; undefined while nobody knows. */
function heldInWords(held: readonly string[] | undefined): string | undefined {
  if (held === undefined) return undefined;
  if (held.length === 0) return words.kindsHeldNone;
  return words.kindsHeld(held.map((kind) => (words.fields[`kinds.${kind}`] ?? kind).toLowerCase()).join(', '));
}

/** Labels and placeholders by path, and at each field what passes ran with where that was something else. */
function wordsOf(
  schema: JsonSchema,
  drift: Drift | undefined,
  held: string | undefined,
): Readonly<Record<string, FieldWords>> {
  const all: Record<string, FieldWords> = {};
  const visit = (part: JsonSchema, path: string): void => {
    if (path !== '') {
      const label = words.fields[path];
      const help = helpOf(part, path, drift, path === 'kinds' ? held : undefined);
      all[path] = {
        ...(label === undefined ? {} : { label }),
        ...(help === undefined ? {} : { help }),
        ...SPECIAL[path],
      };
    }
    for (const [name, member] of Object.entries(part.properties ?? {}))
      visit(member, path === '' ? name : `${path}.${name}`);
    for (const [name, member] of Object.entries(part.items?.properties ?? {})) visit(member, `${path}.${name}`);
  };
  visit(schema, '');
  return all;
}

const SPECIAL: Readonly<Record<string, FieldWords>> = {
  'folders.include': { placeholder: words.placeholders.include },
  'folders.exclude': { placeholder: words.placeholders.exclude },
  'folders.map': { row: words.rows.map },
  'folders.map.from': { placeholder: words.placeholders.from },
  'folders.map.to': { placeholder: words.placeholders.to },
  'bandwidth.windows': { row: words.rows.window },
  'bandwidth.windows.days': { options: words.options.day },
  'failureShare.objects': { unit: words.share.objects },
};

function helpOf(
  schema: JsonSchema,
  path: string,
  drift: Drift | undefined,
  more: string | undefined,
): ReactNode | undefined {
  const found = path === 'kinds' ? kindsDrift(schema, drift) : driftOfField(drift, path).map(driftLine(path));
  if (found.length === 0 && more === undefined) return undefined;
  return (
    <>
      {schema.description} {more}
      {found.map((line) => (
        <span key={line} className="st-drift-mark">
          <IconHistory size={13} aria-hidden /> {line}
        </span>
      ))}
    </>
  );
}

const driftLine =
  (path: string) =>
  ({ before, entries }: { before: unknown; entries: number }): string =>
    words.drift.field(entries, valueInWords(path, before));

/** The kinds are one input. */
function kindsDrift(schema: JsonSchema, drift: Drift | undefined): readonly string[] {
  return Object.keys(schema.properties ?? {}).flatMap((kind) =>
    driftOfField(drift, `kinds.${kind}`).map(({ before, entries }) =>
      words.drift.field(entries, `${words.fields[`kinds.${kind}`] ?? kind} ${valueInWords('', before)}`),
    ),
  );
}
