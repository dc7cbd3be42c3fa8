import type { Random } from '@sterna/simulator-kit';
import { ChangeLog } from '@sterna/simulator-kit';
import { invalidRequest } from '../drive/errors.ts';
import type { Actor } from '../drive/item.ts';
import { guidOf } from '../state/ids.ts';
import { builtInColumn, type Column } from './columns.ts';
import type { ContentType } from './content-types.ts';
import { defaultOf } from './field-values.ts';
import type { ContentTypeInfo, ListItem, Row } from './row.ts';

export type ListTemplate = 'genericList' | 'documentLibrary' | 'webPageLibrary' | 'userInformation' | (string & {});

/** Where a list's rows come from: it has them itself, or shows what is elsewhere. */
export interface ListContents {
  /** By number, ascending. */
  readonly rows: readonly Row[];
  row(id: number): Row | undefined;
}

export interface ListSetup {
  readonly id: string;
  /** The last part of its address. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly template: ListTemplate;
  readonly webUrl: string;
  /** Not told unless asked for. */
  readonly system: boolean;
  readonly hidden: boolean;
  readonly created: number;
  readonly createdBy: Actor;
  readonly columns: Column[];
  readonly contentTypes: ContentType[];
  readonly contents: ListContents;
}

/** A list of a site: its columns, its content types and its rows. */
export class SiteList {
  readonly id: string;
  readonly name: string;
  readonly template: ListTemplate;
  readonly webUrl: string;
  readonly system: boolean;
  readonly created: number;
  readonly createdBy: Actor;
  readonly columns: Column[];
  readonly contentTypes: ContentType[];
  readonly contents: ListContents;
  displayName: string;
  description: string;
  hidden: boolean;
  contentTypesEnabled = false;
  modified: number;
  eTagNumber = 1;

  constructor(setup: ListSetup) {
    this.id = setup.id;
    this.name = setup.name;
    this.displayName = setup.displayName;
    this.description = setup.description;
    this.template = setup.template;
    this.webUrl = setup.webUrl;
    this.system = setup.system;
    this.hidden = setup.hidden;
    this.created = setup.created;
    this.modified = setup.created;
    this.createdBy = setup.createdBy;
    this.columns = setup.columns;
    this.contentTypes = setup.contentTypes;
    this.contents = setup.contents;
  }

  /** Its schema, name or rows changed. */
  touch(at: number): void {
    this.modified = Math.floor(at / 1000) * 1000;
    this.eTagNumber++;
  }

  addColumn(column: Column, at: number): void {
    const taken = this.columns.some(
      ({ name, displayName }) => name === column.name || (displayName === column.displayName && !column.hidden),
    );
    if (taken) throw invalidRequest('A column of this name is there already.', 'nameAlreadyExists');
    this.columns.push(column);
    this.touch(at);
  }

  removeColumn(column: Column, at: number): void {
    if (column.builtIn) throw invalidRequest('The column cannot be deleted.');
    for (const each of [column, ...this.columns.filter(({ noteOf }) => noteOf === column.name)]) {
      this.columns.splice(this.columns.indexOf(each), 1);
    }
    this.touch(at);
  }

  /** The items that an app can write. Throws 400 for a library, whose rows are files, and for what shows other things. */
  get items(): ListItems {
    if (this.contents instanceof ListItems) return this.contents;
    throw invalidRequest('The items of this list are made and removed as files or pages.');
  }
}

/** The items of a list, numbered from 1; the number of one that was deleted isn't given again. */
export class ListItems implements ListContents {
  readonly log = new ChangeLog();
  readonly #random: Random;
  readonly #webUrl: string;
  readonly #items = new Map<number, ListItem>();
  #last = 0;

  constructor(random: Random, webUrl: string) {
    this.#random = random;
    this.#webUrl = webUrl;
  }

  get rows(): readonly ListItem[] {
    return [...this.#items.values()];
  }

  get count(): number {
    return this.#items.size;
  }

  row(id: number): ListItem | undefined {
    return this.#items.get(id);
  }

  /** @param changes by column; empty ones are null */
  create(
    columns: readonly Column[],
    changes: ReadonlyMap<string, unknown>,
    contentType: ContentTypeInfo,
    writing: { readonly by: Actor; readonly at: number; readonly created?: number },
  ): ListItem {
    const at = wholeSecond(writing.created ?? writing.at);
    const values = new Map<string, unknown>();
    for (const column of columns) {
      const value = defaultOf(column, writing.at);
      if (value !== undefined) values.set(column.name, value);
    }
    apply(values, changes);
    checkUnique(columns, values, this.rows);
    const id = ++this.#last;
    const item: ListItem = {
      id,
      guid: guidOf(this.#random),
      created: at,
      modified: at,
      createdBy: writing.by,
      modifiedBy: writing.by,
      eTagNumber: 1,
      contentType,
      values,
      versions: [{ id: '1.0', modified: at, modifiedBy: writing.by, values: new Map(values) }],
      hasAttachments: false,
      webUrl: `${this.#webUrl}/${id}_.000`,
    };
    this.#items.set(id, item);
    this.log.touch(`${id}`, writing.at);
    return item;
  }

  update(
    columns: readonly Column[],
    item: ListItem,
    changes: ReadonlyMap<string, unknown>,
    writing: { readonly by: Actor; readonly at: number; readonly modified?: number },
  ): void {
    const values = new Map(item.values);
    apply(values, changes);
    checkUnique(
      columns,
      values,
      this.rows.filter((other) => other !== item),
    );
    item.values = values;
    item.modified = wholeSecond(writing.modified ?? writing.at);
    item.modifiedBy = writing.by;
    item.eTagNumber++;
    item.versions.push({
      id: `${item.versions.length + 1}.0`,
      modified: item.modified,
      modifiedBy: writing.by,
      values: new Map(values),
    });
    this.log.touch(`${item.id}`, writing.at);
  }

  remove(item: Row, at: number): void {
    this.#items.delete(item.id);
    this.log.remove(`${item.id}`, at);
  }
}

/** What every list has beside the columns that were made for it. */
export function commonColumns(random: Random): Column[] {
  const made = (name: string, displayName: string, more: Parameters<typeof builtInColumn>[3] = {}) =>
    builtInColumn(guidOf(random), name, displayName, more);
  return [
    made('Title', 'Title', { facet: 'text', required: true }),
    made('ID', 'ID', { facet: 'number', readOnly: true, indexed: true }),
    made('ContentType', 'Content Type', { facet: 'text', readOnly: true }),
    made('Created', 'Created', { facet: 'dateTime', options: { format: 'dateTime' }, readOnly: true }),
    made('Modified', 'Modified', { facet: 'dateTime', options: { format: 'dateTime' }, readOnly: true }),
    made('Author', 'Created By', { facet: 'personOrGroup', readOnly: true }),
    made('Editor', 'Modified By', { facet: 'personOrGroup', readOnly: true }),
    made('_UIVersionString', 'Version', { facet: 'text', readOnly: true }),
    made('Attachments', 'Attachments', { readOnly: true }),
    made('LinkTitle', 'Title', { readOnly: true }),
  ];
}

function apply(values: Map<string, unknown>, changes: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of changes) {
    if (value === null || value === '') values.delete(name);
    else values.set(name, value);
  }
}

function checkUnique(columns: readonly Column[], values: ReadonlyMap<string, unknown>, others: readonly Row[]): void {
  for (const { name, enforceUniqueValues } of columns) {
    const value = values.get(name);
    if (!enforceUniqueValues || value === undefined) continue;
    if (others.some((other) => JSON.stringify(other.values.get(name)) === JSON.stringify(value))) {
      throw invalidRequest(`The value of '${name}' is taken by another item.`, 'duplicateValue');
    }
  }
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
