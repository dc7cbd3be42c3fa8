import { type JsonKind, jsonCodec, jsonPivot } from '../json/json-pivot.ts';
import { type Person, personAtTarget, personMeaning } from '../person.ts';
import type { PrepareOptions } from '../pivot.ts';
import { waitsForObject } from '../waits.ts';
import type { FieldValue } from './list-definition.ts';

/** An item of a list. Its container is the list, with the definition of its columns. */
export interface ListItem {
  readonly type: 'list-item';
  readonly contentType?: string;
  /** By the column's name. What the system computes isn't among them: it is computed anew. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly author?: Person;
  readonly editor?: Person;
  /** ISO 8601, UTC. */
  readonly created?: string;
  readonly modified?: string;
}

const LIST_ITEM: JsonKind<ListItem> = {
  type: 'list-item',
  what: 'list item',
  needed: { fields: 'object' },
  // Two items may say the same, and are two.
  hasNaturalKey: false,
  textMembers: ['fields'],
  keyOf: (item) => item.fields.Title ?? meaningOf(item),
  meaningOf,
  titleOf: ({ fields }) => (typeof fields.Title === 'string' ? fields.Title : undefined),
  linksOf: ({ fields }) =>
    Object.values(fields).flatMap((value) => itemsOf(value).map(({ id }) => ({ kind: 'listItem', id }))),
  prepare(item, options) {
    const fields = Object.entries(item.fields).map(([name, value]) => [name, fieldAtTarget(value, options)]);
    const people = {
      ...(item.author === undefined ? {} : { author: personAtTarget(item.author, options.mapping) }),
      ...(item.editor === undefined ? {} : { editor: personAtTarget(item.editor, options.mapping) }),
    };
    return { object: { ...item, ...people, fields: Object.fromEntries(fields) }, notes: [] };
  },
};

export const { read: readListItem, write: writeListItem } = jsonCodec<ListItem>(LIST_ITEM);
export const listItemPivot = jsonPivot(LIST_ITEM);

/** Who made it and when is left out: few systems let anybody say so. What is lost of it, a note tells. */
function meaningOf({ contentType, fields }: ListItem) {
  return {
    contentType,
    ...Object.fromEntries(
      Object.entries(fields)
        .filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0))
        .map(([name, value]) => [`fields.${name}`, fieldMeaning(value)]),
    ),
  };
}

function fieldMeaning(value: FieldValue): unknown {
  if (typeof value === 'string') return value.replaceAll('\r\n', '\n').trimEnd();
  if (typeof value !== 'object') return value;
  if ('people' in value) return value.people.map(personMeaning).sort();
  if ('items' in value) return value.items.map(({ id }) => id);
  return value;
}

const itemsOf = (value: FieldValue): readonly { readonly id: string; readonly text?: string }[] =>
  typeof value === 'object' && 'items' in value ? value.items : [];

function fieldAtTarget(value: FieldValue, { mapping, targetOf }: PrepareOptions): FieldValue {
  if (typeof value !== 'object') return value;
  if ('people' in value) return { people: value.people.map((person) => personAtTarget(person, mapping)) };
  if (!('items' in value) || targetOf === undefined) return value;
  return {
    items: value.items.map((one) => {
      const id = targetOf({ kind: 'listItem', id: one.id });
      if (id !== undefined) return { ...one, id };
      throw waitsForObject(
        `It names the item ${one.text ?? one.id} of another list, which isn’t in the target.`,
        'Migrate that list as well; the next delta pass brings this item.',
      );
    }),
  };
}
