import { isObject } from '../../forms/json-schema.ts';

export interface SettingsChange {
  /** `dateFilter.to`, `folders.map` */
  readonly field: string;
  /** As people read it; undefined where it wasn't set. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Every setting that differs between two passes. Lists are compared whole. */
export function settingsChanges(before: unknown, after: unknown, path = ''): readonly SettingsChange[] {
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      settingsChanges(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  const change = { field: path, before: shown(before), after: shown(after) };
  return change.before === change.after ? [] : [change];
}

const shown = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
