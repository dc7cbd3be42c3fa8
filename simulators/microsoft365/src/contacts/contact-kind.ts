import type { ExchangeFolder, ExchangeItem, ItemKind } from '../exchange/item-kind.ts';
import { changeKey } from '../odata/etag.ts';
import type { Contact } from './contact.ts';
import { type ContactFolder, type ContactMailbox, contactMailbox } from './store.ts';

const CLASS = 'IPM.Contact';

/** Contacts as admin/exchange exports and imports them, with picture and extended properties. */
export const contactKind: ItemKind = {
  folders(cloud, tenant, user) {
    const mailbox = contactMailbox(cloud, tenant, user);
    return [...mailbox.folders.values()].map((of) => asFolder(mailbox, of));
  },
  find(cloud, tenant, user, id) {
    const contact = contactMailbox(cloud, tenant, user).find(id);
    return contact && asItem(contact);
  },
};

function asFolder(mailbox: ContactMailbox, folder: ContactFolder): ExchangeFolder {
  return {
    id: folder.id,
    displayName: folder.displayName,
    parentId: mailbox.folders.has(folder.parentId) ? folder.parentId : undefined,
    type: 'IPF.Contact',
    log: folder.log,
    keys: () => mailbox.contactsIn(folder).map(({ immutableId }) => immutableId),
    item: (key) => {
      const contact = mailbox.contacts.get(key);
      return contact && asItem(contact);
    },
    goneId: (key) => folder.gone.get(key),
    create: (content) => {
      const { fields, ...more } = asContent(content);
      return asItem(mailbox.addContact(folder, fields, more));
    },
    update: (id, content) => {
      const contact = mailbox.find(id);
      if (contact === undefined) throw new Error(`no contact ${id}`);
      mailbox.changeContact(contact, asContent(content));
      return asItem(contact);
    },
  };
}

type Content = Pick<Contact, 'fields' | 'properties' | 'photo'>;

function asItem(contact: Contact): ExchangeItem {
  const { fields, properties, photo } = contact;
  return {
    id: contact.id,
    changeKey: changeKey(contact.immutableId, contact.version),
    categories: fields.categories,
    createdAt: contact.createdAt,
    modifiedAt: contact.modifiedAt,
    type: CLASS,
    size: 1000 + 2 * (fields.personalNotes?.length ?? 0) + (photo?.content.length ?? 0),
    content: () => ({ class: CLASS, fields, properties, photo }),
  };
}

function asContent(content: unknown): Content {
  const { class: of, ...rest } = content as Content & { class: string };
  if (of !== CLASS) throw new Error(`${of} is no contact`);
  return rest;
}
