import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, moment, readable, sorted, textOfHtml } from './ask.ts';
import { filesOf } from './graph-files.ts';

/** Lists that every site has for itself. */
const OWN_LISTS: ReadonlySet<string> = new Set([
  'User Information List',
  'Site Pages',
  'Style Library',
  'Form Templates',
]);
/** What the system fills in by itself. */
const SYSTEM_FIELDS =
  /^(_.*|@.*|id|ID|ContentType|ContentTypeId|Modified|Created|AuthorLookupId|EditorLookupId|Author|Editor|Attachments|Edit|LinkTitle.*|ItemChildCount|FolderChildCount|AppAuthor.*|AppEditor.*|ComplianceAssetId|DocIcon|SelectTitle|FileLeafRef|FileDirRef|FSObjType|UniqueId|GUID|owshiddenversion)$/;

/** What a site holds, by its address: its libraries, lists with their columns and items, and pages. */
export async function siteObjects(graph: (base: string) => Ask, address: string): Promise<GoldenObject[]> {
  const { hostname, pathname } = new URL(address);
  const site = await graph('').json(`/sites/${hostname}:${pathname}`);
  const ask = graph(`/sites/${site.id}`);
  const found: GoldenObject[] = [];
  const people = await peopleOf(ask);
  const lists: Json[] = (
    await ask.all('/lists?$select=id,name,displayName,description,list,system,createdDateTime')
  ).filter((one) => one.list?.template !== 'documentLibrary' && !one.list?.hidden && !OWN_LISTS.has(one.displayName));
  const titles = new Map<string, Map<string, string>>();
  const items = new Map<string, Json[]>();
  for (const list of lists) {
    const rows = await ask.all(`/lists/${list.id}/items?$expand=fields&$top=500`);
    items.set(list.id, rows);
    titles.set(list.id, new Map(rows.map((row) => [String(row.id), String(row.fields?.Title ?? '')])));
  }
  for (const list of lists) {
    const columns = (await ask.all(`/lists/${list.id}/columns`)).filter(
      (column) => !SYSTEM_FIELDS.test(column.name) && !column.hidden,
    );
    const nameOf = new Map(lists.map((one) => [one.id, one.displayName]));
    found.push({
      kind: 'list',
      id: list.id,
      key: list.displayName,
      name: list.displayName,
      properties: {
        description: readable(list.description),
        template: list.list?.template ?? '',
        columns: sorted(columns.map((column) => columnInWords(column, nameOf))),
      },
    });
    for (const row of items.get(list.id) ?? [])
      found.push({
        kind: 'item',
        id: `${list.id}/${row.id}`,
        key: `${list.displayName} ${row.fields?.Title ?? ''}`,
        name: String(row.fields?.Title ?? ''),
        properties: {
          list: list.displayName,
          contentType: row.contentType?.name ?? '',
          ...fieldsByKind(row.fields ?? {}, columns, people, titles),
          author: authorOf(row.createdBy),
          created: moment(row.createdDateTime),
        },
      });
  }
  for (const drive of await ask.all('/drives'))
    found.push(...(await filesOf(graph(''), `/drives/${drive.id}`, `/${drive.name}`)));
  for (const page of await ask.all('/pages/microsoft.graph.sitePage?$expand=canvasLayout'))
    found.push({
      kind: 'page',
      id: page.id,
      key: page.name.toLowerCase(),
      name: page.title,
      properties: {
        title: page.title,
        layout: page.pageLayout ?? '',
        text: readable(page.description),
        published: String(page.publishingState?.level === 'published'),
        promoted: page.promotionKind ?? '',
        titleArea: JSON.stringify(withoutIds(page.titleArea ?? {})),
        sections: JSON.stringify(withoutIds(page.canvasLayout ?? {})),
        author: authorOf(page.createdBy),
        created: moment(page.createdDateTime),
      },
    });
  return found;
}

const authorOf = (by: Json): string => String(by?.user?.email ?? by?.user?.displayName ?? '').toLowerCase();

/** By their numbers on the site. */
async function peopleOf(ask: Ask): Promise<ReadonlyMap<string, string>> {
  const rows = await ask.all('/lists/User Information List/items?$expand=fields&$top=500').catch(() => []);
  return new Map(
    rows.map((row) => [String(row.id), String(row.fields?.EMail ?? row.fields?.Title ?? '').toLowerCase()]),
  );
}

const KINDS = [
  ...['text', 'number', 'currency', 'boolean', 'dateTime', 'choice', 'lookup', 'personOrGroup', 'hyperlinkOrPicture'],
  ...['calculated', 'term', 'thumbnail', 'geolocation'],
] as const;

const kindOf = (column: Json): string =>
  KINDS.find((kind) => column[kind] !== undefined && column[kind] !== null) ?? 'other';

function columnInWords(column: Json, lists: ReadonlyMap<string, string>): string {
  const kind = kindOf(column);
  const { listId, ...facets } = column[kind] ?? {};
  const flags = ['required', 'indexed', 'enforceUniqueValues'].filter((flag) => column[flag] === true);
  return [
    column.name,
    column.displayName,
    kind,
    JSON.stringify(withoutIds(facets)),
    listId === undefined ? '' : `of ${lists.get(listId)}`,
    column.defaultValue?.value ?? '',
    ...flags,
  ].join(' | ');
}

/** A property for each kind of column, so that the table tells which kinds arrive. */
function fieldsByKind(
  fields: Json,
  columns: readonly Json[],
  people: ReadonlyMap<string, string>,
  titles: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Record<string, string> {
  const byKind = new Map<string, string[]>();
  for (const column of columns) {
    const kind = kindOf(column);
    const value = fieldValue(fields, column, kind, people, titles);
    if (value !== '') byKind.set(kind, [...(byKind.get(kind) ?? []), `${column.name} = ${value}`]);
  }
  return Object.fromEntries([...byKind].map(([kind, values]) => [kind, sorted(values)]));
}

function fieldValue(
  fields: Json,
  { name, lookup, personOrGroup, text }: Json,
  kind: string,
  people: ReadonlyMap<string, string>,
  titles: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string {
  if (kind === 'lookup' || kind === 'personOrGroup') {
    const names = kind === 'lookup' ? titles.get(lookup.listId) : people;
    const many = lookup?.allowMultipleValues ?? personOrGroup?.allowMultipleSelection;
    const numbers: string[] = many
      ? (fields[name] ?? []).map((one: Json) => String(one.LookupId))
      : fields[`${name}LookupId`] === undefined
        ? []
        : [String(fields[`${name}LookupId`])];
    return sorted(numbers.map((number) => names?.get(number) ?? `number ${number}`)).replaceAll('\n', '; ');
  }
  const value = fields[name];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object')
    return text?.textType === 'richText' ? textOfHtml(String(value)) : readable(String(value));
  return JSON.stringify(withoutIds(value));
}

/** Ids are the site's own; what they stand for is compared by itself. */
function withoutIds(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/^(id|@odata\..*|WssId|dataVersion)$/.test(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, withoutIds(inner)]),
  );
}
