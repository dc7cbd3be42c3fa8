import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { SternaError } from './errors.ts';
import { checkFolderRules } from './folder-rules.ts';
import { CONTENT_KINDS, type ContentKind } from './kinds.ts';
import { encodeName } from './names.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A day (`2026-08-31`, midnight UTC) or a moment with its offset, kept as the ISO moment in UTC. */
const moment = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:?\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text)), {
    message: 'is neither a day (2026-08-31) nor a moment with its offset (2026-08-31T12:00:00Z)',
  })
  .transform((text) => new Date(text).toISOString());

/** Description of a number of bytes; `unit` is for forms. */
const bytes = (description: string) => ({ description, unit: 'bytes' });

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day such as 22:00');
const timeZone = z.string().refine(isTimeZone, { message: 'is not a time zone such as Europe/Paris' });
const positive = z.number().int().positive();

/**
 * Global settings of a project (design section 1). Everything has a default, so `{}` is valid. Sizes are bytes.
 * A pass freezes the merged result when it starts. Descriptions go into the JSON Schema, and from there to people.
 */
export const settingsSchema = z.strictObject({
  dateFilter: z
    .strictObject({
      from: moment.optional().describe('Only what was received at this moment or later is migrated.'),
      to: moment
        .optional()
        .describe('Only what was received before this moment is migrated; the moment itself is left out.'),
    })
    .default({})
    .describe('By received date. Two passes that meet at the same boundary never share an object.'),
  folders: z
    .strictObject({
      include: z
        .array(z.string().min(1))
        .default([])
        .describe('Only these folders and what is below them; empty means all. *, ** and role:junk work, too.'),
      exclude: z
        .array(z.string().min(1))
        .default([])
        .describe('These folders and what is below them stay behind, even where they are included.'),
      map: z
        .array(
          z.strictObject({
            from: z.string().describe('Folder in the source; empty means its root.'),
            to: z.string().describe('Folder in the target; empty means its root.'),
            merge: z.boolean().optional().describe('Others may go into the same folder of the target.'),
          }),
        )
        .default([])
        .describe('A folder and all below it goes elsewhere. The rule with the longest source wins.'),
      systemDefaults: z
        .boolean()
        .default(true)
        .describe('Sent, drafts, trash, junk and archive find their counterpart, whatever it is called there.'),
    })
    .prefault({}),
  kinds: z
    .strictObject({
      message: z.boolean().default(true),
      event: z.boolean().default(true),
      contact: z.boolean().default(true),
      task: z.boolean().default(true),
      setting: z
        .boolean()
        .default(true)
        .describe('Rules, categories, automatic reply, language and time zone; settings of groups and teams.'),
      member: z.boolean().default(true).describe('Who is in a group, a team or a channel.'),
      file: z.boolean().default(true),
      listItem: z
        .boolean()
        .default(true)
        .describe('Lists of a site, their columns and items; plans of a group or team, their buckets and tasks.'),
      page: z.boolean().default(true).describe('Pages of a site.'),
      post: z.boolean().default(true).describe('Conversations of channels and groups.'),
    } satisfies Record<ContentKind, z.ZodType>)
    .prefault({})
    .describe('What is migrated, where both systems have it.'),
  conflict: z
    .enum(['skip', 'overwrite', 'rename'])
    .default('skip')
    .describe('What happens where the target has the object already, or where people changed our copy since.'),
  renameSuffix: z
    .string()
    .max(40)
    .refine((text) => text.includes('{n}') && encodeName(text, { reserved: '\\', noControls: true }).name === text, {
      message: 'must hold {n}, for the number, and no slash',
    })
    .default('_{n}')
    .describe(
      'What the conflict option “rename” adds to a file, before its extension; {n} is the first number that is free.',
    ),
  duplicatePrevention: z
    .boolean()
    .default(true)
    .describe('Looks at what the target holds before the first write, and takes over what is already there.'),
  permissions: z.boolean().default(true).describe('Who may see and change what, translated by the mapping table.'),
  versionDepth: z
    .number()
    .int()
    .min(0)
    .max(50_000)
    .default(0)
    .describe('Versions of a file besides the current one; 0 is none.'),
  sizeLimit: positive
    .optional()
    .meta(bytes('Larger objects are filtered; without it, only the target’s own limit counts.')),
  postLimit: positive
    .optional()
    .describe(
      'Of each channel or space only so many conversations, those that began last, each with all its answers. What is said later is migrated in any case; raising it brings the rest.',
    ),
  links: z
    .enum(['keep', 'rewrite'])
    .default('keep')
    .describe(
      'Whether links in list items, pages, posts, events and tasks that lead to something migrated in this project lead to its copy; back to “keep”, a delta pass restores them.',
    ),
  messageLinks: z
    .enum(['keep', 'rewrite'])
    .default('keep')
    .describe(
      'The same for links in messages, while they are written: a message can’t be changed afterwards, so what was rewritten stays so. Signed and encrypted ones are never touched.',
    ),
  deletions: z
    .enum(['keep', 'report', 'propagate'])
    .default('keep')
    .describe('What a delta pass does with the copy of an object that was deleted in the source.'),
  keepOverwritten: z.number().int().min(0).max(3_650).default(30).meta({
    description:
      'What a pass overwrites in the target is kept aside on the server for so long, so that the pass can be undone whole; 0 keeps nothing.',
    unit: 'days',
  }),
  bandwidth: z
    .strictObject({
      bytesPerSecond: positive
        .optional()
        .meta(bytes('For each pass, in a second; without it there is no limit of ours.')),
      timeZone: timeZone.default('UTC').describe('In which the windows are meant, daylight saving included.'),
      windows: z
        .array(
          z.strictObject({
            days: z
              .array(z.enum(DAYS))
              .min(1)
              .default([...DAYS])
              .describe('Days on which the window opens.'),
            from: clockTime,
            until: clockTime.describe('Earlier than its start, it reaches over midnight.'),
            bytesPerSecond: positive
              .optional()
              .meta(bytes('In a second inside this window, instead of the limit for all times.')),
          }),
        )
        .default([])
        .describe('When passes may transfer; none means always. Outside of them they wait and go on by themselves.'),
    })
    .prefault({}),
  failureShare: z
    .strictObject({
      share: z.number().min(0).max(1).default(0.5).meta({
        description:
          'A pass stops early once more than this share of its first objects have failed. With all of them, it never does.',
        unit: 'share',
      }),
      objects: positive.default(100).describe('How many first objects count.'),
    })
    .prefault({}),
  verifyDepth: z
    .enum(['counts', 'keys', 'content'])
    .default('content')
    .describe(
      'How closely a verify looks. Counts and ids are held against the books; content reads every copy as well.',
    ),
});
export type Settings = z.output<typeof settingsSchema>;

/** Any part of the settings; an object merges member by member, a list or value replaces, `null` goes back to default. */
export type SettingsPatch = { readonly [key: string]: unknown };

export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({});

/**
 * Settings as stored or as a person sent them.
 *
 * @throws SternaError config `settings-invalid` naming the field (`dateFilter.from`, `folders.map[1].to`) and the fix
 */
export function parseSettings(input: unknown): Settings {
  const parsed = settingsSchema.safeParse(input ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path ?? [];
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const field = fieldName(unknown === undefined ? path : [...path, unknown]);
    throw new SternaError(
      'config',
      'settings-invalid',
      unknown === undefined
        ? `${field || 'Settings'}: ${issue?.message ?? 'invalid'}`
        : `There is no setting ${field}.`,
      { field, fix: 'Correct this setting; the documentation of settings lists what it takes.' },
    );
  }
  const settings = parsed.data;
  const { from, to } = settings.dateFilter;
  if (from !== undefined && to !== undefined && from >= to)
    throw new SternaError(
      'config',
      'date-filter-reversed',
      `The date filter ends (${to}) before it starts (${from}).`,
      {
        field: 'dateFilter.to',
        fix: 'Make `to` later than `from`, or leave one of them out.',
      },
    );
  checkFolderRules(settings.folders.map);
  return settings;
}

const fieldName = (path: readonly PropertyKey[]): string =>
  path.map((key, depth) => (typeof key === 'number' ? `[${key}]` : `${depth > 0 ? '.' : ''}${String(key)}`)).join('');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `base` with `patch` over it, not yet checked: see SettingsPatch for the rule. */
export function mergePatch(base: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const merged: Record<string, unknown> = isPlainObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What counts for one entry: its own overrides over the project's settings.
 *
 * @throws SternaError config as `parseSettings`
 */
export const mergeSettings = (project: unknown, ...overrides: readonly unknown[]): Settings =>
  parseSettings(overrides.reduce((base, patch) => mergePatch(base, patch), project));

/** These change how fast or how carefully we work, never what ends in the target. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['bandwidth', 'failureShare', 'keepOverwritten', 'verifyDepth']);

/**
 * 16 hex digits that are equal as long as no decision about any object can differ: FNV-1a, 64 bits, over the canonical
 * JSON. It tells drift, it proves nothing.
 */
export function settingsFingerprint(settings: Settings): string {
  const relevant = Object.fromEntries(Object.entries(settings).filter(([key]) => !WITHOUT_EFFECT.has(key)));
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(canonicalJson(relevant)))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

export interface SettingsDifference {
  /** `dateFilter.to`, `folders.map` … */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  /** One sentence for people. */
  readonly words: string;
}

/** What differs between the settings of a pass and those that count now, of what decides over objects. */
export const settingsDrift = (ran: Settings, now: Settings): readonly SettingsDifference[] =>
  diffSettings(ran, now).filter(({ field }) => !WITHOUT_EFFECT.has(field.split('.', 1)[0] ?? ''));

/** Every setting that differs, in words. Lists are compared whole. */
export function diffSettings(before: Settings, after: Settings): readonly SettingsDifference[] {
  const differences: SettingsDifference[] = [];
  const visit = (path: string, a: unknown, b: unknown): void => {
    if (isPlainObject(a) && isPlainObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        visit(path === '' ? key : `${path}.${key}`, a[key], b[key]);
    } else if (canonicalJson(a ?? null) !== canonicalJson(b ?? null))
      differences.push({ field: path, before: a, after: b, words: differenceInWords(path, a, b) });
  };
  visit('', before, after);
  return differences;
}

function differenceInWords(field: string, before: unknown, after: unknown): string {
  if (before === undefined) return `${field} is now ${inWords(after)} and was not set.`;
  if (after === undefined) return `${field} is not set any more and was ${inWords(before)}.`;
  return `${field} is now ${inWords(after)} and was ${inWords(before)}.`;
}

function inWords(value: unknown): string {
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (Array.isArray(value) && value.length === 0) return 'empty';
  return typeof value === 'string' ? value : canonicalJson(value);
}

export const kindsOn = (settings: Settings): readonly ContentKind[] =>
  CONTENT_KINDS.filter((kind) => settings.kinds[kind]);
