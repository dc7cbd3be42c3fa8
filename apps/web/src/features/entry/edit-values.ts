import type { Schema } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';
import { formValueOf, isObject, type JsonSchema, jsonOf, problemsOf } from '../../forms/json-schema.ts';
import { strings } from '../../strings.ts';

type Entry = Schema<'Entry'>;
export type Change = NonNullable<paths['/api/entries/{id}']['patch']['requestBody']>['content']['application/json'];

interface SignIn {
  readonly change: 'keep' | 'set' | 'forget';
  readonly user: string;
  readonly password: string;
  readonly accessToken: string;
}

export interface EditValues extends Record<string, unknown> {
  displayName: string;
  batch: string;
  sourceAddress: string;
  targetAddress: string;
  sourceSignIn: SignIn;
  targetSignIn: SignIn;
  /** Which settings are the entry's own. */
  own: Record<string, boolean>;
  settings: Record<string, unknown>;
}

const UNCHANGED: SignIn = { change: 'keep', user: '', password: '', accessToken: '' };

export function startValues(entry: Entry, schema: JsonSchema, projectSettings: unknown): EditValues {
  return {
    displayName: entry.displayName ?? '',
    batch: entry.batch ?? '',
    sourceAddress: entry.sourceAddress,
    targetAddress: entry.targetAddress,
    sourceSignIn: UNCHANGED,
    targetSignIn: UNCHANGED,
    own: Object.fromEntries(Object.keys(schema.properties ?? {}).map((name) => [name, name in entry.settings])),
    // What is switched to one's own begins as it was.
    settings: formValueOf(schema, over(projectSettings, entry.settings)) as Record<string, unknown>,
  };
}

/** `patch` over `base`: objects member by member, everything else whole. */
const over = (base: unknown, patch: unknown): unknown =>
  isObject(base) && isObject(patch)
    ? {
        ...base,
        ...Object.fromEntries(Object.entries(patch).map(([name, value]) => [name, over(base[name], value)])),
      }
    : patch;

export function editProblems(values: EditValues, schema: JsonSchema): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const side of ['sourceSignIn', 'targetSignIn'] as const) {
    const { change, user, password, accessToken } = values[side];
    if (change === 'set' && `${user}${password}${accessToken}`.trim() === '')
      problems[`${side}.password`] = strings.entry.edit.signInNeeded;
  }
  for (const side of ['sourceAddress', 'targetAddress'] as const)
    if (values[side].trim() === '') problems[side] = strings.forms.required;
  for (const [name, part] of Object.entries(schema.properties ?? {}))
    if (values.own[name] === true)
      Object.assign(problems, problemsOf(part, values.settings[name], `settings.${name}`, strings.forms));
  return problems;
}

/** What has changed, as the API takes it. */
export function changeOf(entry: Entry, values: EditValues, schema: JsonSchema): Change {
  const settings = settingsPatch(entry, values, schema);
  return {
    ...(values.displayName === (entry.displayName ?? '') ? {} : { displayName: values.displayName }),
    ...(values.batch === (entry.batch ?? '') ? {} : { batch: values.batch.trim() === '' ? null : values.batch }),
    ...(values.sourceAddress === entry.sourceAddress ? {} : { sourceAddress: values.sourceAddress }),
    ...(values.targetAddress === entry.targetAddress ? {} : { targetAddress: values.targetAddress }),
    ...(values.sourceSignIn.change === 'keep' ? {} : { sourceCredentials: credentialsOf(values.sourceSignIn) }),
    ...(values.targetSignIn.change === 'keep' ? {} : { targetCredentials: credentialsOf(values.targetSignIn) }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  };
}

/** An empty one forgets what is stored. */
function credentialsOf({ change, user, password, accessToken }: SignIn): Schema<'CredentialsInput'> {
  if (change === 'forget') return {};
  return {
    ...(user.trim() === '' ? {} : { user: user.trim() }),
    ...(password === '' ? {} : { password }),
    ...(accessToken === '' ? {} : { accessToken }),
  };
}

function settingsPatch(entry: Entry, values: EditValues, schema: JsonSchema): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const before = entry.settings[name];
    if (values.own[name] !== true) {
      if (before !== undefined) patch[name] = null;
      continue;
    }
    const after = jsonOf(part, values.settings[name]);
    if (JSON.stringify(after) !== JSON.stringify(before)) patch[name] = withoutOld(before, after) ?? null;
  }
  return patch;
}

/** A patch merges: what was set and isn't any more has to be taken back by name. */
const withoutOld = (before: unknown, after: unknown): unknown =>
  isObject(before) && isObject(after)
    ? {
        ...Object.fromEntries(Object.keys(before).map((name) => [name, null])),
        ...Object.fromEntries(Object.entries(after).map(([name, value]) => [name, withoutOld(before[name], value)])),
      }
    : after;

/** The API names settings without saying that they are settings: `folders.map[1].to`. */
export function editFieldOf(field: string): string {
  if (field === 'sourceCredentials' || field === 'targetCredentials')
    return `${field.replace('Credentials', 'SignIn')}.password`;
  if (/^(displayName|batch|sourceAddress|targetAddress)$/.test(field)) return field;
  return `settings.${field.replace(/^settings\./, '').replace(/\[(\d+)\]/g, '.$1')}`;
}
