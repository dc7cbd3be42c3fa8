import { invalidParameter } from './errors.ts';

/** A parsed `fields` mask: names and what of them is wanted; `*` stands for all names, `true` for the whole value. */
export type FieldMask = Map<string, FieldMask | true>;

/**
 * Parses `items(id,title/text),nextPageToken`: names by commas, `a/b` for b within a, `a(b,c)` for several of them, and
 * `*`. Throws 400 for anything else. Source: developers.google.com/workspace/drive/api/guides/fields-parameter.
 */
export function parseFields(text: string): FieldMask {
  let at = 0;

  function list(): FieldMask {
    const mask: FieldMask = new Map();
    do {
      path(mask);
    } while (take(','));
    return mask;
  }

  function path(into: FieldMask): void {
    const [name] = /^[\w$@.-]+|^\*/.exec(text.slice(at)) ?? [];
    if (name === undefined) throw invalid(text);
    at += name.length;
    if (take('/')) {
      const below: FieldMask = new Map();
      path(below);
      add(into, name, below);
    } else if (take('(')) {
      const below = list();
      if (!take(')')) throw invalid(text);
      add(into, name, below);
    } else add(into, name, true);
  }

  function take(character: string): boolean {
    while (text[at] === ' ') at++;
    if (text[at] !== character) return false;
    at++;
    while (text[at] === ' ') at++;
    return true;
  }

  const mask = list();
  if (at !== text.length) throw invalid(text);
  return mask;
}

/** What of `value` the mask wants; lists are gone through, and objects of which nothing is left stay, empty. */
export function applyFields(value: unknown, mask: FieldMask | true): unknown {
  if (mask === true) return value;
  if (Array.isArray(value)) return value.map((item) => applyFields(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  const all = mask.get('*');
  const kept: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const below = merged(all, mask.get(name));
    if (below !== undefined) kept[name] = applyFields(item, below);
  }
  return kept;
}

/** True when the mask wants something of `path`, such as `['files', 'permissions']`. */
export function wants(mask: FieldMask | true | undefined, path: readonly string[]): boolean {
  if (mask === undefined || mask === true || path.length === 0) return mask !== undefined;
  const below = merged(mask.get('*'), mask.get(path[0] as string));
  return wants(below, path.slice(1));
}

function add(into: FieldMask, name: string, below: FieldMask | true): void {
  into.set(name, merged(into.get(name), below) as FieldMask | true);
}

function merged(a: FieldMask | true | undefined, b: FieldMask | true | undefined): FieldMask | true | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a === true || b === true) return true;
  const both: FieldMask = new Map(a);
  for (const [name, below] of b) both.set(name, merged(both.get(name), below) as FieldMask | true);
  return both;
}

function invalid(text: string) {
  return invalidParameter('fields', `Invalid field selection ${text}`);
}
