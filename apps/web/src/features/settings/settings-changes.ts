import { isObject } from '../../forms/json-schema.ts';

/** Settings as the API gives them: objects of values and lists. */
export type Settings = Readonly<Record<string, unknown>>;

export interface Change {
  /** `dateFilter.to`, `folders.map` … */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Every setting that differs; lists are compared whole, as the API does. */
export function changesBetween(before: Settings, after: Settings): readonly Change[] {
  const changes: Change[] = [];
  const visit = (field: string, a: unknown, b: unknown): void => {
    if (isObject(a) || isObject(b)) {
      const [from, to] = [isObject(a) ? a : {}, isObject(b) ? b : {}];
      for (const name of new Set([...Object.keys(from), ...Object.keys(to)]))
        visit(field === '' ? name : `${field}.${name}`, from[name], to[name]);
    } else if (canonical(a) !== canonical(b)) changes.push({ field, before: a, after: b });
  };
  visit('', before, after);
  return changes;
}

/** Members in one order, so that equal is equal. */
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );

/** The patch that makes these changes: `null` goes back to the default. */
export function patchOf(changes: readonly Change[]): Settings {
  const patch: Record<string, unknown> = {};
  for (const { field, after } of changes) {
    const names = field.split('.');
    const last = names.pop() ?? field;
    let at = patch;
    for (const name of names) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[last] = after ?? null;
  }
  return patch;
}

/** `settings` with the changes made, as the API would. */
export function withChanges(settings: Settings, changes: readonly Change[]): Settings {
  const merge = (base: unknown, patch: unknown): unknown => {
    if (!isObject(patch)) return patch;
    const merged: Record<string, unknown> = isObject(base) ? { ...base } : {};
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) delete merged[name];
      else merged[name] = merge(merged[name], value);
    }
    return merged;
  };
  return merge(settings, patchOf(changes)) as Settings;
}
