import type { FidelityNote } from '@sterna/connector-kit';
import type { FieldValue, ListColumn, Person } from '@sterna/content';

/** What stands in an item's `fields`, by Graph's names. */
export type GraphFields = Readonly<Record<string, unknown>>;

export interface ReadingFields {
  person(number: string): Promise<Person | undefined>;
  /** An item's id in our books, by the path of its list. */
  itemId(list: readonly string[], number: string): string | undefined;
}

/** @returns undefined for an empty field, and for one whose column isn't known */
export async function fieldValue(
  column: ListColumn,
  fields: GraphFields,
  { person, itemId }: ReadingFields,
): Promise<FieldValue | undefined> {
  const { shape, name } = column;
  const value = fields[name];
  switch (shape.kind) {
    case 'lookup': {
      const named = references(fields, name);
      const items = named.flatMap(({ number, text }) => {
        const id = itemId(shape.list, number);
        return id === undefined ? [] : [{ id, ...(text === undefined ? {} : { text }) }];
      });
      return items.length === 0 ? undefined : { items };
    }
    case 'person': {
      const people: Person[] = [];
      for (const { number } of references(fields, name)) {
        const found = await person(number);
        if (found !== undefined) people.push(found);
      }
      return people.length === 0 ? undefined : { people };
    }
    case 'link':
      return linkIn(value);
    case 'term':
      return termIn(value);
    case 'choice':
      if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String);
      return typeof value === 'string' && value !== '' ? value : undefined;
    case 'calculated':
    case 'other':
      return undefined;
    default:
      if (typeof value === 'number' || typeof value === 'boolean') return value;
      return typeof value === 'string' && value !== '' ? value : undefined;
  }
}

/** One is told by its number alone, several as a list. */
function references(fields: GraphFields, name: string): { readonly number: string; readonly text?: string }[] {
  const several = fields[name];
  if (Array.isArray(several))
    return several.map((one: { LookupId?: number | string; LookupValue?: string }) => ({
      number: String(one.LookupId),
      ...(one.LookupValue ? { text: one.LookupValue } : {}),
    }));
  const one = fields[`${name}LookupId`];
  if (one === undefined || one === null || one === '') return [];
  return [{ number: String(one), ...(typeof several === 'string' ? { text: several } : {}) }];
}

/** `{Url, Description}`; in a text column of ours `https://… text`. */
function linkIn(value: unknown): FieldValue | undefined {
  if (typeof value === 'string') {
    const [, url, text] = /^(\S+)(?: ([\s\S]*))?$/.exec(value.trim()) ?? [];
    return url === undefined ? undefined : { url, ...(text ? { text } : {}) };
  }
  const { Url, Description } = (value ?? {}) as { readonly Url?: string; readonly Description?: string };
  if (!Url) return undefined;
  return { url: Url, ...(Description && Description !== Url ? { text: Description } : {}) };
}

/** `{Label, TermGuid}`, one or several; in a text column of ours a line for each. */
function termIn(value: unknown): FieldValue | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value.split('\n');
  const terms = (Array.isArray(value) ? value : [value]) as ({ readonly Label?: string } | null | undefined)[];
  const labels = terms.flatMap((term) => (term?.Label ? [term.Label] : []));
  return labels.length === 0 ? undefined : labels;
}

export interface WritingFields {
  numberOf(address: string): Promise<string | undefined>;
  /** The item's number, where the id is one of that list. */
  itemNumber(list: readonly string[], id: string): string | undefined;
  /** Whether the target's column is a text column of ours. */
  standsFor(name: string): boolean;
}

/**
 * What is sent for a field.
 *
 * @param value undefined: the field is to be empty
 * @returns the members of `fields`, and what of it the target can't hold
 */
export async function fieldToGraph(
  column: ListColumn,
  value: FieldValue | undefined,
  writing: WritingFields,
): Promise<{ readonly fields: Record<string, unknown>; readonly notes: readonly FidelityNote[] }> {
  const { name, shape } = column;
  const held = (fields: Record<string, unknown>, notes: readonly FidelityNote[] = []) => ({ fields, notes });
  switch (shape.kind) {
    case 'calculated':
    case 'other':
      return value === undefined ? held({}) : held({}, [lost(column, 'its column can’t be written')]);
    case 'lookup': {
      const wanted = typeof value === 'object' && 'items' in value ? value.items : [];
      const numbers = wanted.flatMap(({ id }) => writing.itemNumber(shape.list, id) ?? []);
      const notes = numbers.length < wanted.length ? [lost(column, 'it names an item of another list')] : [];
      return held(referenceFields(name, numbers, shape.isMultiple === true), notes);
    }
    case 'person': {
      const people = typeof value === 'object' && 'people' in value ? value.people : [];
      const numbers: string[] = [];
      const unknown: string[] = [];
      for (const { address } of people) {
        const number = await writing.numberOf(address);
        if (number === undefined) unknown.push(address);
        else numbers.push(number);
      }
      return held(
        referenceFields(name, numbers, shape.isMultiple === true),
        unknown.map((address) => personNote(column, address)),
      );
    }
    case 'link':
    case 'term': {
      const isOurs = writing.standsFor(name);
      if (!isOurs) return value === undefined ? held({}) : held({}, [lost(column, 'Graph can’t write such a column')]);
      return held({ [name]: value === undefined ? null : textOf(value) });
    }
    case 'choice':
      if (shape.isMultiple !== true) return held({ [name]: value ?? null });
      return held({
        [`${name}@odata.type`]: 'Collection(Edm.String)',
        [name]: value === undefined ? [] : Array.isArray(value) ? value : [String(value)],
      });
    default:
      return held({ [name]: value ?? null });
  }
}

function referenceFields(name: string, numbers: readonly string[], isMultiple: boolean): Record<string, unknown> {
  const field = `${name}LookupId`;
  if (!isMultiple) return { [field]: numbers[0] ?? null };
  return { [`${field}@odata.type`]: 'Collection(Edm.Int32)', [field]: numbers.map(Number) };
}

function textOf(value: FieldValue): string {
  if (typeof value === 'object' && 'url' in value)
    return value.text === undefined ? value.url : `${value.url} ${value.text}`;
  return Array.isArray(value) ? value.join('\n') : String(value);
}

const lost = ({ displayName }: ListColumn, why: string): FidelityNote => ({
  code: 'field-not-written',
  text: `The field “${displayName}” is empty in the target: ${why}.`,
});

const personNote = ({ displayName }: ListColumn, address: string): FidelityNote => ({
  code: 'person-not-in-site',
  text: `${address} is missing in “${displayName}”: the target site doesn’t know this person until they open it.`,
});
