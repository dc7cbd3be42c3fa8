import { driveError, invalidRequest } from '../drive/errors.ts';
import type { SiteBehaviour } from './behaviour.ts';
import { type Column, isMultiple, isReference } from './columns.ts';
import { evaluate } from './formula.ts';

/** A term as a column holds it; `WssId` is its row in the site's hidden list of terms. */
export interface TermValue {
  readonly Label: string;
  readonly TermGuid: string;
  readonly WssId: number;
}

/** What columns of people and lookups point to. */
export interface References {
  /** The person with that number in the site; undefined: nobody. */
  person(id: number): { readonly displayName: string; readonly email: string } | undefined;
  /** What the row of another list says in a column; undefined: no such row. */
  row(listId: string, id: number, columnName: string): string | undefined;
}

export interface WritingRules {
  readonly references: References;
  readonly behaviour: Pick<SiteBehaviour, 'systemFields' | 'hyperlinksWritable' | 'termsWritableAsNote'>;
}

const SYSTEM_FIELDS =
  /^(?:Created|Modified|Author|Editor|AuthorLookupId|EditorLookupId|ID|id|_UIVersionString|Attachments)$/;

/** Longest text of one line. */
const MAX_LINE = 255;

/**
 * What the columns of a row say, by the names that Graph uses; empty ones are left out.
 *
 * @param named columns of people and lookups whose text is told too, since the client selected it
 */
export function told(
  columns: readonly Column[],
  values: ReadonlyMap<string, unknown>,
  references: References,
  named: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const column of columns) {
    const value = column.facet === 'calculated' ? calculated(column, columns, values) : values.get(column.name);
    if (value === undefined) continue;
    if (!isReference(column)) fields[column.name] = value;
    else if (isMultiple(column)) {
      fields[column.name] = (value as number[]).map((id) => referenceJson(column, id, references));
    } else {
      fields[`${column.name}LookupId`] = `${value as number}`;
      if (named.has(column.name)) fields[column.name] = textOf(column, value as number, references);
    }
  }
  return fields;
}

/**
 * What a client's fields mean, by column; null empties it. Throws as SharePoint does for a field that isn't there, can't
 * be written or can't hold that.
 */
export function written(
  columns: readonly Column[],
  body: Record<string, unknown>,
  rules: WritingRules,
): Map<string, unknown> {
  const changes = new Map<string, unknown>();
  for (const [name, value] of Object.entries(body)) {
    if (name.includes('@')) continue;
    if (SYSTEM_FIELDS.test(name)) {
      if (rules.behaviour.systemFields === 'refused') throw invalidRequest(`Field '${name}' is read-only`);
      continue;
    }
    const column = columnOf(columns, name);
    if (column === undefined) throw invalidRequest(`Field '${name}' is not recognized`);
    if (column.readOnly) throw invalidRequest(`Field '${name}' is read-only`);
    if (column.noteOf !== undefined) {
      if (!rules.behaviour.termsWritableAsNote) throw invalidRequest(`Field '${name}' is read-only`);
      const terms = value === null || value === '' ? null : termsIn(name, value);
      const owner = columnOf(columns, column.noteOf) as Column;
      changes.set(owner.name, terms === null || isMultiple(owner) ? terms : terms[0]);
      changes.set(column.name, value === '' ? null : value);
    } else if (value === null) changes.set(column.name, null);
    else changes.set(column.name, valueIn(column, value, body[`${name}@odata.type`], rules));
  }
  return changes;
}

/** The value that a new item has where the client says nothing; undefined: none. */
export function defaultOf(column: Column, now: number): unknown {
  const text = column.defaultValue?.value;
  if (column.facet === 'boolean') return text === '1' || text === 'true';
  if (text === undefined || text === '') return undefined;
  if (column.facet === 'number' || column.facet === 'currency') return Number(text);
  if (column.facet === 'dateTime') return text === '[today]' ? isoDay(now) : text;
  if (column.facet === 'choice') return isMultiple(column) ? [text] : text;
  return column.facet === 'text' ? text : undefined;
}

/** As filters and lookups read it. */
export function textOf(column: Column, value: unknown, references: References): string {
  if (isReference(column) && typeof value === 'number') return labelOf(column, value, references) ?? '';
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

function columnOf(columns: readonly Column[], field: string): Column | undefined {
  const plain = columns.find((column) => column.name === field && !isReference(column));
  return plain ?? columns.find((column) => isReference(column) && `${column.name}LookupId` === field);
}

function calculated(
  column: Column,
  columns: readonly Column[],
  values: ReadonlyMap<string, unknown>,
): string | number | undefined {
  return evaluate(String(column.options.formula ?? ''), (name) => {
    const of = columns.find((other) => other.displayName === name || other.name === name);
    return of === undefined ? undefined : values.get(of.name);
  });
}

function referenceJson(column: Column, id: number, references: References): Record<string, unknown> {
  const text = labelOf(column, id, references) ?? '';
  if (column.facet === 'lookup') return { LookupId: id, LookupValue: text };
  return { LookupId: id, LookupValue: text, Email: references.person(id)?.email ?? '' };
}

function labelOf(column: Column, id: number, references: References): string | undefined {
  if (column.facet === 'personOrGroup') return references.person(id)?.displayName;
  return references.row(String(column.options.listId), id, String(column.options.columnName));
}

function valueIn(column: Column, value: unknown, annotation: unknown, rules: WritingRules): unknown {
  const wrong = (why: string) => invalidRequest(`The value of '${column.name}' is wrong: ${why}.`);
  const list = () => {
    const type = isReference(column) ? 'Collection(Edm.Int32)' : 'Collection(Edm.String)';
    if (!Array.isArray(value)) throw wrong('a list is expected');
    // Without the annotation the service doesn't know what the list is of.
    if (annotation !== type && annotation !== `#${type}`) throw generalException();
    return value as unknown[];
  };
  switch (column.facet) {
    case 'text':
      return line(column, value, wrong);
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('a boolean is expected');
      return value;
    case 'number':
    case 'currency': {
      const { minimum, maximum } = column.options;
      if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('a number is expected');
      if (typeof minimum === 'number' && value < minimum) throw wrong(`less than ${minimum}`);
      if (typeof maximum === 'number' && value > maximum) throw wrong(`more than ${maximum}`);
      return value;
    }
    case 'dateTime': {
      const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(moment)) throw wrong('a date is expected');
      return column.options.format === 'dateOnly' ? isoDay(moment) : isoSecond(moment);
    }
    case 'choice': {
      const chosen = isMultiple(column) ? list() : [value];
      const choices = column.options.choices as readonly string[];
      for (const each of chosen) {
        if (typeof each !== 'string') throw wrong('a text is expected');
        if (column.options.allowTextEntry !== true && !choices.includes(each)) throw wrong('no such choice');
      }
      return isMultiple(column) ? chosen : chosen[0];
    }
    case 'lookup':
    case 'personOrGroup': {
      // The service wants the number of a single one as text, and breaks where it gets a number (docs issue 19901).
      if (!isMultiple(column) && typeof value === 'number') throw generalException();
      const ids = (isMultiple(column) ? list() : [value]).map(Number);
      for (const id of ids) {
        if (!Number.isInteger(id) || labelOf(column, id, rules.references) === undefined) throw wrong('no such row');
      }
      return isMultiple(column) ? ids : ids[0];
    }
    case 'hyperlinkOrPicture': {
      if (!rules.behaviour.hyperlinksWritable) throw generalException();
      const { Url, Description } = value as Record<string, unknown>;
      if (typeof Url !== 'string') throw wrong('a Url is expected');
      return { Url, Description: typeof Description === 'string' ? Description : Url };
    }
    default:
      // Terms, thumbnails, places: Graph has no form in which they could be written.
      throw generalException();
  }
}

function line(column: Column, value: unknown, wrong: (why: string) => Error): string {
  if (typeof value !== 'string') throw wrong('a text is expected');
  const longest = typeof column.options.maxLength === 'number' ? column.options.maxLength : MAX_LINE;
  if (column.options.allowMultipleLines !== true && value.length > longest) throw wrong(`longer than ${longest}`);
  return value;
}

/** `label|guid;label|guid`, also with the row before: `-1;#label|guid`. */
function termsIn(name: string, value: unknown): TermValue[] {
  if (typeof value !== 'string') throw invalidRequest(`The value of '${name}' is wrong: a text is expected.`);
  const terms = [...value.matchAll(/(?:(-?\d+);#)?([^;|#]+)\|([0-9a-fA-F-]{36})/g)];
  if (terms.length === 0) throw invalidRequest(`The value of '${name}' is wrong: no term.`);
  return terms.map(([, row, label, guid], at) => ({
    Label: label as string,
    TermGuid: guid as string,
    WssId: Math.max(Number(row ?? -1), at + 1),
  }));
}

function generalException() {
  return driveError(500, 'generalException', 'General exception while processing');
}

function isoSecond(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function isoDay(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 10)}T00:00:00Z`;
}
