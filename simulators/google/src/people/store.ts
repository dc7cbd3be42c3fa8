export type Json = Record<string, unknown>;

/** One contact, or one of the "other contacts". */
export interface Contact {
  /** Of its resource name, `people/{id}`. */
  readonly id: string;
  /** Within its source. */
  readonly sourceId: string;
  readonly source: 'CONTACT' | 'OTHER_CONTACT';
  /** Lists of fields as written, checked: names, emailAddresses, … */
  fields: Json;
  groups: Set<string>;
  photo: { readonly type: string; readonly bytes: Buffer; readonly key: string } | undefined;
  updated: number;
  version: number;
  changed: number;
  deleted: boolean;
}

export interface ContactGroup {
  /** Of its resource name, `contactGroups/{id}`. */
  readonly id: string;
  readonly system: boolean;
  name: string;
  clientData: readonly { readonly key: string; readonly value: string }[];
  updated: number;
  version: number;
  changed: number;
  deleted: boolean;
}

/** https://developers.google.com/people/api/rest/v1/contactGroups: members can be added to the first two alone. */
const SYSTEM_GROUPS: readonly (readonly [id: string, name: string])[] = [
  ['myContacts', 'My Contacts'],
  ['starred', 'Starred'],
  ['friends', 'Friends'],
  ['family', 'Family'],
  ['coworkers', 'Coworkers'],
  ['blocked', 'Blocked'],
  ['chatBuddies', 'Chat contacts'],
];
export const OPEN_SYSTEM_GROUPS = new Set(['myContacts', 'starred']);

export const MY_CONTACTS = 'myContacts';

/** One user's contacts. */
export class ContactStore {
  readonly contacts = new Map<string, Contact>();
  readonly others = new Map<string, Contact>();
  readonly groups = new Map<string, ContactGroup>();
  /** True while a change is being made: those of one user are to be sent one after the other. */
  writing = false;
  readonly #now: () => number;
  readonly #newId: (bytes: number) => Buffer;
  #sequence = 0;

  constructor(now: () => number, newId: (bytes: number) => Buffer) {
    this.#now = now;
    this.#newId = newId;
    for (const [id, name] of SYSTEM_GROUPS) {
      this.groups.set(id, {
        id,
        system: true,
        name,
        clientData: [],
        updated: 0,
        version: 1,
        changed: ++this.#sequence,
        deleted: false,
      });
    }
  }

  /** How many changes there were; each contact and group knows the number of its own last one. */
  get sequence(): number {
    return this.#sequence;
  }

  /** @param groups none: `myContacts` */
  add(fields: Json, groups: readonly string[], source: Contact['source'] = 'CONTACT'): Contact {
    const sourceId = this.#newId(8).toString('hex');
    const contact: Contact = {
      id: `${source === 'CONTACT' ? 'c' : 'o'}${BigInt(`0x${sourceId}`)}`,
      sourceId,
      source,
      fields,
      groups: new Set(source === 'OTHER_CONTACT' ? [] : groups.length === 0 ? [MY_CONTACTS] : groups),
      photo: undefined,
      updated: this.#now(),
      version: 1,
      changed: ++this.#sequence,
      deleted: false,
    };
    (source === 'CONTACT' ? this.contacts : this.others).set(contact.id, contact);
    return contact;
  }

  contact(id: string): Contact | undefined {
    const contact = this.contacts.get(id) ?? this.others.get(id);
    return contact?.deleted === true ? undefined : contact;
  }

  touch(contact: Contact): void {
    contact.updated = this.#now();
    contact.version++;
    contact.changed = ++this.#sequence;
  }

  setPhoto(contact: Contact, photo: { readonly type: string; readonly bytes: Buffer } | undefined): void {
    contact.photo = photo === undefined ? undefined : { ...photo, key: this.#newId(24).toString('base64url') };
    this.touch(contact);
  }

  /** It stays, for those who ask what changed. */
  remove(contact: Contact): void {
    contact.deleted = true;
    contact.fields = {};
    contact.groups = new Set();
    contact.photo = undefined;
    this.touch(contact);
  }

  addGroup(name: string, clientData: ContactGroup['clientData'] = []): ContactGroup {
    const group: ContactGroup = {
      id: this.#newId(8).toString('hex'),
      system: false,
      name,
      clientData,
      updated: this.#now(),
      version: 1,
      changed: ++this.#sequence,
      deleted: false,
    };
    this.groups.set(group.id, group);
    return group;
  }

  group(id: string): ContactGroup | undefined {
    const group = this.groups.get(id);
    return group?.deleted === true ? undefined : group;
  }

  groupNamed(name: string): ContactGroup | undefined {
    return [...this.groups.values()].find((group) => !group.deleted && group.name === name);
  }

  touchGroup(group: ContactGroup): void {
    group.updated = this.#now();
    group.version++;
    group.changed = ++this.#sequence;
  }

  removeGroup(group: ContactGroup): void {
    for (const contact of this.membersOf(group)) {
      contact.groups.delete(group.id);
      if (contact.groups.size === 0) contact.groups.add(MY_CONTACTS);
      this.touch(contact);
    }
    group.deleted = true;
    this.touchGroup(group);
  }

  membersOf(group: ContactGroup): Contact[] {
    return [...this.contacts.values()].filter(({ groups, deleted }) => !deleted && groups.has(group.id));
  }
}
