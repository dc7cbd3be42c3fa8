import type { Json } from './event-input.ts';

/**
 * Patch semantics: objects are merged, lists and values replaced, null takes away.
 * https://developers.google.com/workspace/calendar/api/guides/performance#patch
 */
export function merge(before: Json, patch: Json): Json {
  const merged: Json = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    const old = merged[name];
    if (value === null) delete merged[name];
    else if (isObject(value)) merged[name] = merge(isObject(old) ? old : {}, value);
    else merged[name] = value;
  }
  return merged;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
