import { ChangeLog } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { ExtendedProperties } from '../mail/extended-property.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { blankContact, type Contact, type ContactFields } from './contact.ts';

export interface ContactFolder {
  readonly id: string;
  /** Of the default folder: the mailbox's root, which isn't a contact folder. */
  parentId: string;
  displayName: string;
  properties: ExtendedProperties;
  readonly log: ChangeLog;
  /** Ids that contacts had when they left, by their constant ids. */
  readonly gone: Map<string, string>;
}

/** The contact folders of one mailbox, and what is in them. */
export class ContactMailbox {
  readonly cloud: Cloud;
  readonly user: DirectoryUser;
  readonly folders = new Map<string, ContactFolder>();
  readonly folderLog = new ChangeLog();
  /** By constant id. */
  readonly contacts = new Map<string, Contact>();
  readonly #byId = new Map<string, Contact>();
  readonly defaultFolder: ContactFolder;

  constructor(cloud: Cloud, user: DirectoryUser) {
    this.cloud = cloud;
    this.user = user;
    this.defaultFolder = this.#makeFolder('Contacts', cloud.ids.mutable());
  }

  addFolder(displayName: string, parent: ContactFolder = this.defaultFolder): ContactFolder {
    const folder = this.#makeFolder(displayName, parent.id);
    this.folderLog.touch(folder.id, this.cloud.clock.now());
    return folder;
  }

  changeFolder(folder: ContactFolder, displayName: string): void {
    folder.displayName = displayName;
    this.folderLog.touch(folder.id, this.cloud.clock.now());
  }

  /** With the folders and contacts in it. */
  removeFolder(folder: ContactFolder): void {
    for (const child of this.childrenOf(folder)) this.removeFolder(child);
    for (const contact of this.contactsIn(folder)) this.removeContact(contact);
    this.folders.delete(folder.id);
    this.folderLog.remove(folder.id, this.cloud.clock.now());
  }

  childrenOf(folder: ContactFolder): ContactFolder[] {
    return [...this.folders.values()].filter(({ parentId }) => parentId === folder.id);
  }

  contactsIn(folder: ContactFolder): Contact[] {
    return [...this.contacts.values()].filter(({ folderId }) => folderId === folder.id);
  }

  addContact(
    folder: ContactFolder,
    fields: Partial<ContactFields>,
    more: Partial<Pick<Contact, 'properties' | 'photo' | 'createdAt'>> = {},
  ): Contact {
    const now = more.createdAt ?? this.cloud.clock.now();
    const contact: Contact = {
      immutableId: this.cloud.ids.immutable(),
      id: this.cloud.ids.mutable(),
      folderId: folder.id,
      createdAt: now,
      modifiedAt: now,
      version: 1,
      fields: { ...blankContact, ...fields },
      properties: new Map(),
      photo: undefined,
      ...more,
    };
    this.contacts.set(contact.immutableId, contact);
    this.#byId.set(contact.id, contact);
    folder.log.touch(contact.immutableId, now);
    return contact;
  }

  changeContact(contact: Contact, change: Partial<Pick<Contact, 'fields' | 'properties' | 'photo'>>): void {
    Object.assign(contact, change);
    contact.version++;
    contact.modifiedAt = this.cloud.clock.now();
    this.#folderOf(contact).log.touch(contact.immutableId, contact.modifiedAt);
  }

  removeContact(contact: Contact): void {
    this.contacts.delete(contact.immutableId);
    this.#leave(contact);
  }

  /** What Outlook does when somebody drags a contact into another folder: its changing id changes. */
  moveContact(contact: Contact, to: ContactFolder): void {
    this.#leave(contact);
    contact.id = this.cloud.ids.mutable();
    contact.folderId = to.id;
    contact.version++;
    contact.modifiedAt = this.cloud.clock.now();
    this.#byId.set(contact.id, contact);
    to.log.touch(contact.immutableId, contact.modifiedAt);
  }

  /** By either id; ids are case-sensitive. */
  find(id: string): Contact | undefined {
    return this.#byId.get(id) ?? this.contacts.get(id);
  }

  #leave(contact: Contact): void {
    const folder = this.#folderOf(contact);
    this.#byId.delete(contact.id);
    folder.gone.set(contact.immutableId, contact.id);
    folder.log.remove(contact.immutableId, this.cloud.clock.now());
  }

  #folderOf(contact: Contact): ContactFolder {
    const folder = this.folders.get(contact.folderId);
    if (folder === undefined) throw new Error(`contact ${contact.immutableId} is in no folder`);
    return folder;
  }

  #makeFolder(displayName: string, parentId: string): ContactFolder {
    const folder: ContactFolder = {
      id: this.cloud.ids.mutable(),
      parentId,
      displayName,
      properties: new Map(),
      log: new ChangeLog(),
      gone: new Map(),
    };
    this.folders.set(folder.id, folder);
    return folder;
  }
}

const mailboxes = perTenant(() => new Map<string, ContactMailbox>());

/** A user's contacts, made with the default folder when first asked for. */
export function contactMailbox(cloud: Cloud, tenant: Tenant, user: DirectoryUser): ContactMailbox {
  const known = mailboxes(tenant).get(user.id);
  if (known !== undefined) return known;
  const mailbox = new ContactMailbox(cloud, user);
  mailboxes(tenant).set(user.id, mailbox);
  return mailbox;
}
