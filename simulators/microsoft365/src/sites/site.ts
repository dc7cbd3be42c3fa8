import { Random } from '@sterna/simulator-kit';
import type { DriveBehaviour } from '../drive/behaviour.ts';
import { Drive, type DriveOwner, type LibrarySite, type SiteLock } from '../drive/drive.ts';
import { invalidRequest, nameTaken } from '../drive/errors.ts';
import type { Actor } from '../drive/item.ts';
import { freeName } from '../drive/names.ts';
import { guidOf } from '../state/ids.ts';
import type { SiteBehaviour } from './behaviour.ts';
import { builtInColumn, type Column, columnFrom } from './columns.ts';
import { builtInContentTypes, type ContentType, childType, findType } from './content-types.ts';
import { type References, textOf, type WritingRules } from './field-values.ts';
import { LibraryRows, libraryColumns } from './library.ts';
import { commonColumns, type ListContents, ListItems, type ListTemplate, SiteList } from './list.ts';
import { Pages } from './pages.ts';
import { SiteUsers } from './site-users.ts';
import { UserRows, userColumns } from './user-rows.ts';

export type SiteTemplate = 'group' | 'communication' | 'teamChannel';

/** The group whose site it is. */
export interface SiteGroup {
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
}

export interface SiteSetup {
  readonly tenantId: string;
  readonly domain: string;
  /** https://contoso.sharepoint.com/sites/sales */
  readonly url: string;
  readonly displayName: string;
  readonly description: string;
  readonly template: SiteTemplate;
  readonly group: SiteGroup | undefined;
  readonly parent: Site | undefined;
  readonly created: number;
  readonly behaviour: SiteBehaviour;
  readonly driveBehaviour: DriveBehaviour;
}

/** A list as it is made; what is left out is as SharePoint has it. */
export interface NewList {
  readonly displayName: string;
  readonly name?: string;
  readonly description?: string;
  readonly hidden?: boolean;
  readonly by: Actor;
  readonly at: number;
}

/** What an app may do with a site when it has no right to all. */
export interface AppGrant {
  readonly id: string;
  roles: string[];
  readonly application: { readonly id: string; readonly displayName: string };
}

/** As columns of people name what no person did. */
const SYSTEM_ACCOUNT = 1073741823;
const SHAREPOINT_APP = 1073741822;

const SYSTEM: Actor = { user: { displayName: 'System Account' } };
const DEFAULT_LIBRARY = { name: 'Documents', path: 'Shared Documents' };

/** A SharePoint site: libraries, lists and pages. A subsite has the id of its parent's site collection. */
export class Site implements LibrarySite {
  /** `contoso.sharepoint.com,<siteId>,<webId>` */
  readonly id: string;
  readonly url: string;
  readonly siteId: string;
  readonly webId: string;
  readonly template: SiteTemplate;
  readonly group: SiteGroup | undefined;
  readonly parent: Site | undefined;
  readonly created: number;
  readonly behaviour: SiteBehaviour;
  readonly random: Random;
  readonly users = new SiteUsers();
  /** The default one first. */
  readonly libraries: Drive[] = [];
  /** By id. */
  readonly lists = new Map<string, SiteList>();
  readonly pages: Pages;
  /** The site's own columns, which lists and content types may use. */
  readonly columns: Column[] = [];
  readonly contentTypes: ContentType[] = builtInContentTypes();
  readonly appGrants: AppGrant[] = [];
  displayName: string;
  description: string;
  modified: number;
  /** An administrator sets it. */
  lock: SiteLock = 'unlocked';
  readonly #tenantId: string;
  readonly #domain: string;
  readonly #driveBehaviour: DriveBehaviour;

  constructor(setup: SiteSetup) {
    // Its own numbers: what is in it doesn't depend on which other sites there are.
    this.random = new Random(`${setup.tenantId}/site/${setup.url}`);
    this.url = setup.url;
    this.siteId = setup.parent?.siteId ?? guidOf(this.random);
    this.webId = guidOf(this.random);
    this.id = `${new URL(setup.url).hostname},${this.siteId},${this.webId}`;
    this.template = setup.template;
    this.group = setup.group;
    this.parent = setup.parent;
    this.created = setup.created;
    this.modified = setup.created;
    this.displayName = setup.displayName;
    this.description = setup.description;
    this.behaviour = setup.behaviour;
    this.#tenantId = setup.tenantId;
    this.#domain = setup.domain;
    this.#driveBehaviour = setup.driveBehaviour;
    this.addLibrary(DEFAULT_LIBRARY.name, DEFAULT_LIBRARY.path, setup.created);
    this.pages = new Pages(this.random, `${this.url}/SitePages`);
    const made = { by: SYSTEM, at: setup.created };
    const pageColumns = [...commonColumns(this.random), ...libraryColumns(this.random)];
    this.#addList({ displayName: 'Site Pages', name: 'SitePages', ...made }, 'webPageLibrary', this.pages, pageColumns);
    this.#addList(
      { displayName: 'User Information List', name: 'users', hidden: true, ...made },
      'userInformation',
      new UserRows(this),
      [...commonColumns(this.random), ...userColumns(this.random)],
    );
  }

  get hostname(): string {
    return new URL(this.url).hostname;
  }

  /** Below the host, without a slash at either end; '' for the root site. */
  get path(): string {
    return new URL(this.url).pathname.slice(1);
  }

  /** The last part of its address. */
  get name(): string {
    return this.path.split('/').at(-1) ?? '';
  }

  /** The default document library. */
  get library(): Drive {
    return this.libraries[0] as Drive;
  }

  /** Only makes it: `Sites` also makes it known as a drive. */
  addLibrary(name: string, path: string, at: number): Drive {
    const owners = { kind: 'siteGroup', email: '' } as const;
    const owner: DriveOwner =
      this.group === undefined
        ? { kind: 'site', id: this.id, displayName: this.displayName, email: '' }
        : { kind: 'group', ...this.group };
    const drive = new Drive({
      id: `b!${this.random.bytes(48).toString('base64url')}`,
      random: this.random,
      tenantId: this.#tenantId,
      domain: this.#domain,
      owner,
      site: this,
      name,
      path,
      grantees: [
        { ...owners, id: '3', displayName: `${this.displayName} Owners`, role: 'owner' },
        { ...owners, id: '5', displayName: `${this.displayName} Members`, role: 'write' },
        { ...owners, id: '4', displayName: `${this.displayName} Visitors`, role: 'read' },
      ],
      behaviour: this.#driveBehaviour,
      created: at,
    });
    this.libraries.push(drive);
    const columns = [...commonColumns(this.random), ...libraryColumns(this.random)];
    const wanted = { displayName: name, name: path, by: SYSTEM, at };
    this.#addList(wanted, 'documentLibrary', new LibraryRows(drive), columns, drive.listId);
    return drive;
  }

  /** A list of items. Throws 409 when the name is taken. */
  addList(wanted: NewList, template: ListTemplate = 'genericList'): SiteList {
    const taken = (name: string) =>
      [...this.lists.values()].some((list) => list.name.toLowerCase() === name.toLowerCase());
    const plain = wanted.name ?? wanted.displayName.replaceAll(/[^\p{L}\p{N} _-]/gu, '');
    const name = taken(plain) ? freeName(plain, taken) : plain;
    const contents = new ListItems(this.random, `${this.url}/Lists/${encodeURIComponent(name)}`);
    return this.#addList({ ...wanted, name }, template, contents, commonColumns(this.random));
  }

  /** By id, by the name that is shown or by that in its address; undefined: none. */
  list(key: string): SiteList | undefined {
    const wanted = key.toLowerCase();
    const all = [...this.lists.values()];
    return (
      this.lists.get(wanted) ??
      all.find(({ displayName }) => displayName.toLowerCase() === wanted) ??
      all.find(({ name }) => name.toLowerCase() === wanted)
    );
  }

  /** The list that a drive of the site is. */
  listOf(drive: Drive): SiteList {
    return this.lists.get(drive.listId) as SiteList;
  }

  /** A new column from what a client sent, and the hidden one that a column of terms brings with it. Throws 400. */
  newColumns(body: Record<string, unknown>): Column[] {
    const column = columnFrom(body, guidOf(this.random));
    const { facet, options } = column;
    if (facet === 'lookup' && !this.lists.has(String(options.listId).toLowerCase())) {
      throw invalidRequest('The list that the column looks in is not there.');
    }
    if (facet !== 'term') return [column];
    const name = this.random.bytes(16).toString('hex');
    const more = { facet: 'text', hidden: true, noteOf: column.name, options: { allowMultipleLines: true } } as const;
    return [column, builtInColumn(guidOf(this.random), name, `${column.displayName}_0`, more)];
  }

  /** A list's own child of one of the site's types. */
  typeForList(parent: ContentType): ContentType {
    return childType(parent, this.random.bytes(16).toString('hex'));
  }

  get references(): References {
    return {
      person: (id) => {
        const user = this.users.byId(id)?.user;
        return user && { displayName: user.displayName, email: user.mail };
      },
      row: (listId, id, columnName) => {
        const list = this.lists.get(listId.toLowerCase());
        const row = list?.contents.row(id);
        const column = list?.columns.find(({ name }) => name === columnName);
        if (row === undefined || column === undefined) return undefined;
        const value =
          row.values.get(column.name) ?? (column.name === 'Title' ? row.values.get('FileLeafRef') : undefined);
        return textOf(column, value, this.references);
      },
    };
  }

  get rules(): WritingRules {
    return { references: this.references, behaviour: this.behaviour };
  }

  /** Of a person or app, as columns of people hold it. */
  numberOf({ user, application }: Actor): number {
    const known = this.users.all.find((each) => each.user.id === user?.id);
    if (known !== undefined) return known.id;
    return application === undefined ? SYSTEM_ACCOUNT : SHAREPOINT_APP;
  }

  removeList(list: SiteList): void {
    this.lists.delete(list.id);
  }

  #addList(
    wanted: NewList,
    template: ListTemplate,
    contents: ListContents,
    columns: Column[],
    id = guidOf(this.random),
  ): SiteList {
    if (this.list(wanted.displayName) !== undefined) throw nameTaken();
    const name = wanted.name ?? wanted.displayName;
    const isItems = contents instanceof ListItems;
    const base = isItems ? '0x01' : template === 'documentLibrary' ? '0x0101' : undefined;
    const bases = base === undefined ? [] : [base, '0x0120'];
    const types = bases.map((type) => this.typeForList(findType(this.contentTypes, type)));
    const list = new SiteList({
      id,
      name,
      displayName: wanted.displayName,
      description: wanted.description ?? '',
      template,
      webUrl: `${this.url}/${isItems ? 'Lists/' : ''}${encodeURIComponent(name)}`,
      system: template === 'userInformation',
      hidden: wanted.hidden ?? false,
      created: Math.floor(wanted.at / 1000) * 1000,
      createdBy: wanted.by,
      columns,
      contentTypes: types,
      contents,
    });
    this.lists.set(list.id, list);
    return list;
  }
}
