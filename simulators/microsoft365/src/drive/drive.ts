import type { Random } from '@sterna/simulator-kit';
import { ChangeLog } from '@sterna/simulator-kit';
import { guidOf } from '../state/ids.ts';
import type { DriveBehaviour } from './behaviour.ts';
import type { Content } from './content.ts';
import { invalidRequest, itemLocked, nameTaken, noSpace, noSuchItem, notSupported, wrongName } from './errors.ts';
import type { Grantee, Role } from './grant.ts';
import {
  type Actor,
  currentVersion,
  type DriveFile,
  type DriveFolder,
  type DriveItem,
  isFolder,
  lineage,
  subtree,
} from './item.ts';
import { freeName, MAX_PATH, nameFault, nameKey } from './names.ts';
import { promoteProperties } from './office.ts';
import { RecycleBin } from './recycle-bin.ts';

export type ConflictBehavior = 'fail' | 'replace' | 'rename';

/** Milliseconds; what is left out is the moment of writing. */
export interface Dates {
  readonly created?: number | undefined;
  readonly modified?: number | undefined;
}

export interface Writing {
  readonly by: Actor;
  readonly at: number;
  readonly dates?: Dates;
  readonly description?: string | undefined;
}

/** Whose a library is: a person's OneDrive, or that of a site, which may belong to a group. */
export interface DriveOwner {
  readonly kind: 'user' | 'group' | 'site';
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
}

/** An administrator's lock: nothing can be written, or nothing can even be read. */
export type SiteLock = 'unlocked' | 'readOnly' | 'noAccess';

/** The site that a library is part of. */
export interface LibrarySite {
  /** https://contoso-my.sharepoint.com/personal/alice_contoso_example */
  readonly url: string;
  /** Of the site collection. */
  readonly siteId: string;
  readonly webId: string;
  readonly lock: SiteLock;
}

/** The list that a site's library is, with typed columns. A OneDrive's keeps what it is given. */
export interface LibraryList {
  fields(item: DriveItem): Record<string, unknown>;
  /** Throws for what the columns can't hold. */
  write(item: DriveItem, fields: Record<string, unknown>, at: number): void;
  readonly columns: Record<string, unknown>[];
  addColumn(body: Record<string, unknown>, at: number): Record<string, unknown>;
}

export interface DriveSetup {
  readonly id: string;
  readonly random: Random;
  readonly tenantId: string;
  /** The tenant's, as guests' names in SharePoint carry it. */
  readonly domain: string;
  readonly owner: DriveOwner;
  readonly site: LibrarySite;
  /** `OneDrive`, `Documents`. */
  readonly name: string;
  /** Of the library below its site: `Shared Documents`. */
  readonly path: string;
  /** Who has a right to all of it, the owner first. */
  readonly grantees: readonly (Pick<Grantee, 'kind' | 'id' | 'email' | 'displayName'> & { readonly role: Role })[];
  readonly behaviour: DriveBehaviour;
  readonly created: number;
}

const DEFAULT_QUOTA = 1024 ** 4;
/** Every library's root has an id that ends so. */
const ROOT_SUFFIX = 'N6Y2GOVW7725BZO354PWSELRRZ';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A library of files with one root folder: OneDrive for Business of one person, or a document library of a site. */
export class Drive {
  readonly id: string;
  readonly tenantId: string;
  readonly domain: string;
  readonly owner: DriveOwner;
  readonly site: LibrarySite;
  name: string;
  readonly path: string;
  readonly listId: string;
  readonly created: number;
  readonly behaviour: DriveBehaviour;
  readonly root: DriveFolder;
  readonly log = new ChangeLog();
  readonly recycleBin = new RecycleBin();
  /** Bytes. */
  quota = DEFAULT_QUOTA;
  list: LibraryList | undefined;
  /** A OneDrive's own columns by name. */
  readonly columns = new Map<string, Record<string, unknown>>();
  readonly #items = new Map<string, DriveItem>();
  readonly #random: Random;
  readonly #prefix: string;
  #lastListItemId = 0;

  constructor(setup: DriveSetup) {
    this.id = setup.id;
    this.#random = setup.random;
    this.tenantId = setup.tenantId;
    this.owner = setup.owner;
    this.domain = setup.domain;
    this.site = setup.site;
    this.name = setup.name;
    this.path = setup.path;
    this.behaviour = setup.behaviour;
    this.created = setup.created;
    this.listId = this.newGuid();
    this.#prefix = `01${base32(setup.random.bytes(5)).slice(0, 6)}`;
    const owner: Actor = { user: setup.owner.kind === 'user' ? setup.owner : { displayName: 'System Account' } };
    this.root = {
      ...this.#newItem('root', undefined, { by: owner, at: setup.created }),
      id: `${this.#prefix}${ROOT_SUFFIX}`,
      listItemId: 0,
      children: new Map(),
    };
    for (const { role, ...grantee } of setup.grantees) {
      this.root.grants.push({ id: this.newGrantId(), kind: 'direct', roles: [role], grantee, expires: undefined });
    }
    this.#items.set(this.root.id, this.root);
    this.log.touch(this.root.id, setup.created);
  }

  /** `business` for a person's, `documentLibrary` for a site's. */
  get driveType(): 'business' | 'documentLibrary' {
    return this.owner.kind === 'user' ? 'business' : 'documentLibrary';
  }

  // Looking

  item(id: string): DriveItem {
    const item = id.toLowerCase() === 'root' ? this.root : this.#items.get(id);
    if (item === undefined) throw noSuchItem();
    return item;
  }

  known(id: string): DriveItem | undefined {
    return this.#items.get(id);
  }

  child(folder: DriveItem, name: string): DriveItem | undefined {
    return folder.children?.get(nameKey(name));
  }

  /** Where a path leads from an item; undefined where its last name is free. Throws 404 where a folder before is missing. */
  follow(from: DriveItem, names: readonly string[]): DriveItem | undefined {
    let at = from;
    for (const [i, name] of names.entries()) {
      const next = this.child(at, name);
      if (next === undefined) {
        if (i < names.length - 1 || !isFolder(at)) throw noSuchItem();
        return undefined;
      }
      at = next;
    }
    return at;
  }

  /** Of files that are there; what was replaced counts in its versions. */
  get used(): number {
    return this.root.size;
  }

  get remaining(): number {
    return Math.max(0, this.quota - this.used - this.recycleBin.size);
  }

  get itemCount(): number {
    return this.#items.size;
  }

  /** As SharePoint counts it against its limit: from the host's name on. */
  fullPath(item: DriveItem): string {
    const site = new URL(this.site.url).pathname.slice(1);
    return [...(site === '' ? [] : [site]), this.path, ...lineage(item).map(({ name }) => name)].join('/');
  }

  // Writing

  /** @returns the folder, and whether it is new */
  createFolder(
    parent: DriveItem,
    name: string,
    conflict: ConflictBehavior,
    writing: Writing,
  ): { folder: DriveFolder; created: boolean } {
    const folder = this.#asParent(parent);
    const taken = this.child(folder, name);
    if (taken !== undefined && conflict === 'fail') throw nameTaken();
    if (taken !== undefined && conflict === 'replace') {
      if (!isFolder(taken)) throw nameTaken();
      if (this.behaviour.replacedFolder === 'emptied') {
        for (const child of [...taken.children.values()]) this.remove(child, writing.by, writing.at);
      }
      this.#changed(taken, writing);
      return { folder: taken, created: false };
    }
    const free = taken === undefined ? name : freeName(name, (other) => this.child(folder, other) !== undefined);
    this.#checkName(folder, free, true);
    const made: DriveFolder = { ...this.#newItem(free, folder, writing), children: new Map() };
    this.#put(made, folder);
    this.log.touch(made.id, writing.at);
    return { folder: made, created: true };
  }

  /** Content of a new file, or of one that is there if the conflict behaviour says so. */
  writeFile(
    parent: DriveItem,
    name: string,
    content: Content,
    conflict: ConflictBehavior,
    writing: Writing,
  ): { file: DriveFile; created: boolean } {
    const folder = this.#asParent(parent);
    const taken = this.child(folder, name);
    if (taken !== undefined && conflict === 'fail') throw nameTaken();
    if (taken !== undefined && conflict === 'replace') {
      if (isFolder(taken)) throw nameTaken();
      return { file: this.replaceContent(taken, content, writing), created: false };
    }
    const free = taken === undefined ? name : freeName(name, (other) => this.child(folder, other) !== undefined);
    this.#checkName(folder, free, false);
    if (content.size > this.remaining) throw noSpace();
    const file: DriveFile = { ...this.#newItem(free, folder, writing), children: undefined };
    file.versions.push({
      id: '1.0',
      content: this.#stored(free, content),
      modified: file.modified,
      modifiedBy: writing.by,
    });
    this.#put(file, folder);
    this.log.touch(file.id, writing.at);
    return { file, created: true };
  }

  /** A new version of a file, which keeps its id, its name and who shares it. */
  replaceContent(item: DriveItem, content: Content, writing: Writing): DriveFile {
    if (isFolder(item)) throw invalidRequest('A folder has no content.');
    if (item.locked) throw itemLocked();
    if (content.size > this.remaining) throw noSpace();
    this.#addVersion(item, this.#stored(item.name, content), {
      ...writing,
      dates: { modified: writing.dates?.modified },
    });
    if (writing.dates?.created !== undefined) item.created = wholeSeconds(writing.dates.created);
    item.cTagNumber++;
    this.#changed(item, writing);
    return item as DriveFile;
  }

  /** Sets the dates that clients keep; the server's own are the same on SharePoint. */
  setDates(item: DriveItem, dates: Dates, by: Actor, at: number): void {
    if (dates.created !== undefined) item.created = wholeSeconds(dates.created);
    if (dates.modified === undefined) item.modified = wholeSeconds(at);
    else item.modified = wholeSeconds(dates.modified);
    item.modifiedBy = by;
    if (!isFolder(item) && this.behaviour.datesMakeVersion) {
      this.#addVersion(item, currentVersion(item).content, { by, at, dates: { modified: item.modified } });
    }
    this.#changed(item, { by, at }, false);
  }

  /** Moves and renames; the id stays. Throws 409 if the name is taken there, whatever its case. */
  relocate(item: DriveItem, to: DriveItem, name: string, conflict: ConflictBehavior, by: Actor, at: number): void {
    if (item.parent === undefined) throw invalidRequest('The root of a drive stays where it is.');
    if (item.locked) throw itemLocked();
    const folder = this.#asParent(to);
    for (let above: DriveItem | undefined = folder; above !== undefined; above = above.parent) {
      if (above === item) throw invalidRequest('A folder cannot be moved into itself.');
    }
    let free = name;
    const taken = this.child(folder, name);
    if (taken !== undefined && taken !== item) {
      // What stands in the way can't go with the item in it.
      if (conflict === 'fail' || lineage(item).includes(taken)) throw nameTaken();
      if (conflict === 'rename') free = freeName(name, (other) => this.child(folder, other) !== undefined);
      else this.remove(taken, by, at);
    }
    this.#checkName(folder, free, isFolder(item), item);
    this.#take(item);
    item.name = free;
    this.#put(item, folder);
    this.#changed(item, { by, at }, false);
  }

  setDescription(item: DriveItem, text: string | undefined, by: Actor, at: number): void {
    if (this.behaviour.keepDescriptions) item.description = text;
    this.#changed(item, { by, at }, false);
  }

  /** Its sharing or a column changed: that shows in delta and in the eTag, but is no new content. */
  touch(item: DriveItem, at: number): void {
    item.eTagNumber++;
    this.log.touch(item.id, at);
  }

  /** To the recycle bin, with all below it. */
  remove(item: DriveItem, by: Actor, at: number): void {
    this.#discard(item, at);
    this.recycleBin.add({ item, by, at });
  }

  removeForever(item: DriveItem, at: number): void {
    this.#discard(item, at);
  }

  #discard(item: DriveItem, at: number): void {
    if (item.parent === undefined) throw invalidRequest('The root of a drive cannot be deleted.');
    for (const each of subtree(item)) if (each.locked) throw itemLocked();
    this.#take(item);
    for (const each of subtree(item)) {
      this.#items.delete(each.id);
      this.log.remove(each.id, at);
    }
  }

  /** A copy is a new item: only names, content and, when asked for, versions come along; dates and sharing don't. */
  copy(
    item: DriveItem,
    to: { drive: Drive; folder: DriveItem; name: string; conflict: ConflictBehavior; history: boolean },
    writing: Writing,
  ): DriveItem {
    if (!isFolder(item)) {
      const versions = to.history ? item.versions : item.versions.slice(-1);
      let copied: DriveFile | undefined;
      for (const { content } of versions) {
        copied =
          copied === undefined
            ? to.drive.writeFile(to.folder, to.name, content, to.conflict, writing).file
            : to.drive.replaceContent(copied, content, writing);
      }
      return copied as DriveFile;
    }
    // Listed before anything is written: a folder may be copied into itself.
    const children = [...item.children.values()];
    const { folder } = to.drive.createFolder(to.folder, to.name, to.conflict, writing);
    for (const child of children) {
      if (child !== folder) this.copy(child, { ...to, folder, name: child.name }, writing);
    }
    return folder;
  }

  restoreVersion(item: DriveItem, versionId: string, by: Actor, at: number): void {
    const version = item.versions.find(({ id }) => id === versionId);
    if (version === undefined) throw noSuchItem();
    if (item.locked) throw itemLocked();
    this.#addVersion(item, version.content, { by, at });
    item.cTagNumber++;
    this.#changed(item, { by, at });
  }

  /** Throws when a file of that name couldn't be written there; used when an upload session begins. */
  checkNewFile(parent: DriveItem, name: string): void {
    this.#checkName(this.#asParent(parent), name, false);
  }

  newGuid(): string {
    return guidOf(this.#random);
  }

  newGrantId(): string {
    return this.#random.bytes(24).toString('base64url');
  }

  // Inside

  #asParent(parent: DriveItem): DriveFolder {
    if (!isFolder(parent)) throw invalidRequest('The parent is not a folder.');
    return parent;
  }

  #checkName(folder: DriveFolder, name: string, isFolderName: boolean, moved?: DriveItem): void {
    const fault = nameFault(name, isFolderName, folder === this.root);
    if (fault !== undefined) throw wrongName(fault);
    const below = moved === undefined ? 0 : depthInCharacters(moved);
    if (this.fullPath(folder).length + 1 + name.length + below > MAX_PATH) {
      throw invalidRequest('The specified path is too long.', 'pathIsTooLong');
    }
  }

  #newItem(name: string, parent: DriveFolder | undefined, writing: Writing): Omit<DriveItem, 'children'> {
    const raw = this.#random.bytes(16);
    raw[6] = ((raw[6] as number) & 0x0f) | 0x40;
    const hex = raw.toString('hex');
    const created = wholeSeconds(writing.dates?.created ?? writing.at);
    return {
      id: this.#prefix + base32(raw),
      guid: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
      listItemId: ++this.#lastListItemId,
      name,
      parent,
      versions: [],
      created,
      modified: wholeSeconds(writing.dates?.modified ?? writing.at),
      createdBy: writing.by,
      modifiedBy: writing.by,
      description: this.behaviour.keepDescriptions ? writing.description : undefined,
      size: 0,
      eTagNumber: 1,
      cTagNumber: 1,
      grants: [],
      inheritsSharing: true,
      columns: new Map(),
      locked: false,
    };
  }

  #put(item: DriveItem, folder: DriveFolder): void {
    item.parent = folder;
    if (!isFolder(item)) item.size = currentVersion(item).content.size;
    folder.children.set(nameKey(item.name), item);
    for (const each of subtree(item)) this.#items.set(each.id, each);
    resize(folder, item.size);
  }

  #take(item: DriveItem): void {
    const parent = item.parent as DriveFolder;
    parent.children.delete(nameKey(item.name));
    resize(parent, -item.size);
  }

  #stored(name: string, content: Content): Content {
    return this.behaviour.rewriteOffice ? promoteProperties(name, content, this.listId) : content;
  }

  #addVersion(item: DriveItem, content: Content, writing: Writing): void {
    item.modified = wholeSeconds(writing.dates?.modified ?? writing.at);
    item.modifiedBy = writing.by;
    const last = Number.parseInt(currentVersion(item).id, 10);
    item.versions.push({ id: `${last + 1}.0`, content, modified: item.modified, modifiedBy: writing.by });
    if (item.versions.length > this.behaviour.maxVersions) item.versions.shift();
    const growth = content.size - item.size;
    item.size = content.size;
    if (item.parent !== undefined) resize(item.parent, growth);
  }

  #changed(item: DriveItem, writing: Writing, dated = true): void {
    item.modifiedBy = writing.by;
    if (dated && isFolder(item)) item.modified = wholeSeconds(writing.dates?.modified ?? writing.at);
    if (writing.description !== undefined && this.behaviour.keepDescriptions) item.description = writing.description;
    this.touch(item, writing.at);
  }
}

/** Throws 400 for anything but the three words; undefined stays. */
export function parseConflictBehavior(value: unknown): ConflictBehavior | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'fail' || value === 'replace' || value === 'rename') return value;
  throw notSupported(`'${String(value)}' is not a conflict behavior.`);
}

function resize(folder: DriveItem, by: number): void {
  for (let at: DriveItem | undefined = folder; at !== undefined; at = at.parent) at.size += by;
}

/** How many characters the longest path below the item adds to its own. */
function depthInCharacters(item: DriveItem): number {
  let longest = 0;
  for (const child of item.children?.values() ?? []) {
    longest = Math.max(longest, 1 + child.name.length + depthInCharacters(child));
  }
  return longest;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** Without padding, as in item ids. */
function base32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}
