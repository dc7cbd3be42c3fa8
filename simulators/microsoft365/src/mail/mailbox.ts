import { ChangeLog, Random } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { GraphError, itemNotFound, malformedId } from '../http/errors.ts';
import { Ids } from '../state/ids.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { ExtendedProperties } from './extended-property.ts';
import { keptBody } from './kept-body.ts';
import type { Message, MessageContent } from './message.ts';
import { MailboxSettings } from './settings-state.ts';
import { WELL_KNOWN } from './well-known.ts';

/** A folder of mail. Its id never changes, not even when it moves. */
export interface Folder {
  readonly id: string;
  parentId: string | undefined;
  displayName: string;
  isHidden: boolean;
  readonly wellKnown: string | undefined;
  readonly properties: ExtendedProperties;
  /** By key. */
  readonly messages: Map<string, Message>;
  readonly log: ChangeLog;
  /** Last id of what is no longer here, by key: what delta tells about it. */
  readonly gone: Map<string, string>;
}

/** A user's mail: folders and messages. */
export class Mailbox {
  readonly user: DirectoryUser;
  readonly folders = new Map<string, Folder>();
  readonly folderLog = new ChangeLog();
  readonly settings: MailboxSettings;
  readonly root: Folder;
  /** Its own, so that what it holds doesn't depend on which mailbox was asked for first. */
  readonly ids: Ids;
  readonly #cloud: Cloud;
  readonly #wellKnown = new Map<string, Folder>();
  /** By either id. */
  readonly #messages = new Map<string, Message>();

  constructor(cloud: Cloud, user: DirectoryUser) {
    this.#cloud = cloud;
    this.user = user;
    this.ids = new Ids(new Random(user.id));
    this.settings = new MailboxSettings(user);
    const language = (user.preferredLanguage ?? 'en').slice(0, 2) as 'en' | 'de' | 'fr';
    for (const known of WELL_KNOWN) {
      const parent = this.#wellKnown.get(known.parent ?? '');
      const folder = this.#newFolder(known.names[language], parent?.id, known.hidden, known.name);
      this.#wellKnown.set(known.name, folder);
    }
    this.root = this.#wellKnown.get('msgfolderroot') as Folder;
  }

  get messages(): readonly Message[] {
    return [...this.folders.values()].flatMap((folder) => [...folder.messages.values()]);
  }

  /** By id or well-known name. Throws 404 when there is none. */
  folder(key: string): Folder {
    const folder = this.findFolder(key);
    if (folder !== undefined) return folder;
    if (!ELSEWHERE.has(key.toLowerCase()) && !isId(key)) throw malformedId();
    throw new GraphError(404, 'ErrorItemNotFound', 'The specified folder could not be found in the store.');
  }

  findFolder(key: string): Folder | undefined {
    return this.folders.get(key) ?? this.#wellKnown.get(key.toLowerCase());
  }

  wellKnown(name: string): Folder {
    return this.folder(name);
  }

  children(folder: Folder): Folder[] {
    return [...this.folders.values()].filter(({ parentId }) => parentId === folder.id);
  }

  /** Throws 409 when the parent has a folder of that name, in any case. */
  createFolder(parent: Folder, displayName: string, isHidden = false): Folder {
    this.#checkName(parent, displayName, undefined);
    return this.#newFolder(displayName, parent.id, isHidden, undefined);
  }

  renameFolder(folder: Folder, displayName: string): void {
    const parent = this.folders.get(folder.parentId ?? '');
    if (parent !== undefined) this.#checkName(parent, displayName, folder);
    folder.displayName = displayName;
    this.touchFolder(folder);
  }

  moveFolder(folder: Folder, parent: Folder): void {
    for (let above: Folder | undefined = parent; above; above = this.folders.get(above.parentId ?? '')) {
      if (above === folder) {
        throw new GraphError(400, 'ErrorMoveCopyFailed', 'A folder cannot be moved into itself.');
      }
    }
    this.#checkName(parent, folder.displayName, folder);
    folder.parentId = parent.id;
    this.touchFolder(folder);
  }

  copyFolder(folder: Folder, parent: Folder): Folder {
    const copy = this.createFolder(parent, folder.displayName, folder.isHidden);
    for (const [id, value] of folder.properties) copy.properties.set(id, value);
    for (const message of folder.messages.values()) this.copyMessage(message, copy);
    for (const child of this.children(folder)) if (child !== copy) this.copyFolder(child, copy);
    return copy;
  }

  deleteFolder(folder: Folder): void {
    for (const child of this.children(folder)) this.deleteFolder(child);
    for (const message of [...folder.messages.values()]) this.deleteMessage(message);
    this.folders.delete(folder.id);
    this.folderLog.remove(folder.id, this.#now);
  }

  touchFolder(folder: Folder): void {
    this.folderLog.touch(folder.id, this.#now);
  }

  findMessage(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** By either id. Throws 404. */
  message(id: string): Message {
    const message = this.#messages.get(id);
    if (message !== undefined) return message;
    throw isId(id) ? itemNotFound() : malformedId();
  }

  addMessage(folder: Folder, content: MessageContent, createdAt = this.#now): Message {
    const message: Message = {
      ...content,
      body: keptBody(content.body),
      key: this.ids.immutable(),
      id: this.ids.mutable(),
      folderId: folder.id,
      createdAt,
      modifiedAt: createdAt,
      version: 1,
    };
    this.#put(folder, message);
    return message;
  }

  /** To be called after every change of a message. */
  touchMessage(message: Message): void {
    message.version++;
    message.modifiedAt = this.#now;
    (this.folders.get(message.folderId) as Folder).log.touch(message.key, this.#now);
  }

  moveMessage(message: Message, to: Folder): void {
    this.#takeOut(message, 'changed');
    message.folderId = to.id;
    message.id = this.ids.mutable();
    message.version++;
    message.modifiedAt = this.#now;
    this.#put(to, message);
  }

  copyMessage(message: Message, to: Folder): Message {
    const { key: _key, id: _id, folderId: _folder, ...content } = message;
    return this.addMessage(to, {
      ...content,
      attachments: content.attachments.map((attachment) => ({ ...attachment, id: this.ids.mutable() })),
      properties: new Map(content.properties),
    });
  }

  deleteMessage(message: Message): void {
    this.#takeOut(message, 'deleted');
  }

  /** Puts other content into a message, which stays the one that it is. */
  replaceContent(message: Message, content: MessageContent): void {
    Object.assign(message, content, { body: keptBody(content.body) });
    this.touchMessage(message);
  }

  get #now(): number {
    return this.#cloud.clock.now();
  }

  #put(folder: Folder, message: Message): void {
    folder.messages.set(message.key, message);
    this.#messages.set(message.key, message);
    this.#messages.set(message.id, message);
    folder.gone.delete(message.key);
    folder.log.touch(message.key, this.#now);
  }

  #takeOut(message: Message, reason: 'deleted' | 'changed'): void {
    const folder = this.folders.get(message.folderId) as Folder;
    folder.messages.delete(message.key);
    this.#messages.delete(message.key);
    this.#messages.delete(message.id);
    folder.gone.set(message.key, message.id);
    folder.log.remove(message.key, this.#now, reason);
  }

  #newFolder(
    displayName: string,
    parentId: string | undefined,
    isHidden: boolean,
    wellKnown: string | undefined,
  ): Folder {
    const folder: Folder = {
      id: this.ids.mutable(),
      parentId,
      displayName,
      isHidden,
      wellKnown,
      properties: new Map(),
      messages: new Map(),
      log: new ChangeLog(),
      gone: new Map(),
    };
    this.folders.set(folder.id, folder);
    this.touchFolder(folder);
    return folder;
  }

  #checkName(parent: Folder, displayName: string, except: Folder | undefined): void {
    if (displayName.trim() === '') {
      throw new GraphError(400, 'ErrorInvalidRequest', 'The folder needs a name.');
    }
    const lower = displayName.toLowerCase();
    const taken = this.children(parent).some((other) => other !== except && other.displayName.toLowerCase() === lower);
    if (taken) throw new GraphError(409, 'ErrorFolderExists', 'A folder with the specified name already exists.');
  }
}

/** Well-known names of folders that these mailboxes don't have. */
const ELSEWHERE = new Set(['clutter', 'scheduled', 'searchfolders', 'recoverableitemsroot', 'recoverableitemspurges']);

function isId(key: string): boolean {
  return /^AA[\w-]{30,}=*$/.test(key);
}

const mailboxes = perTenant(() => new Map<string, Mailbox>());

/** The user's mailbox; it comes into being when first asked for. */
export function mailboxOf(cloud: Cloud, tenant: Tenant, user: DirectoryUser): Mailbox {
  const known = mailboxes(tenant).get(user.id);
  if (known !== undefined) return known;
  const fresh = new Mailbox(cloud, user);
  mailboxes(tenant).set(user.id, fresh);
  fillers.get(tenant)?.(fresh);
  return fresh;
}

const fillers = new WeakMap<Tenant, (mailbox: Mailbox) => void>();

/** What every mailbox is filled with when it comes into being: a large tenant never holds all of its mail at once. */
export function fillMailboxes(tenant: Tenant, fill: (mailbox: Mailbox) => void): void {
  fillers.set(tenant, fill);
}
