import type { Cloud } from '../cloud.ts';
import { changeKey } from '../odata/etag.ts';
import { propertiesFromJson, propertiesToJson } from '../outlook/extended-properties.ts';
import type { ItemStore, ItemSummary } from '../outlook/item-store.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Contact, ContactFields, Photo } from './contact.ts';
import { contactMailbox } from './store.ts';

const mark = 'sterna-simulator/contact\n';

/** A mailbox's contacts for `admin/exchange`. */
export function contactItems(cloud: Cloud, tenant: Tenant, user: DirectoryUser): ItemStore {
  const mailbox = contactMailbox(cloud, tenant, user);
  return {
    folders: () =>
      [...mailbox.folders.values()].map(({ id, parentId, displayName }) => ({
        id,
        parentId: mailbox.folders.has(parentId) ? parentId : undefined,
        displayName,
        type: 'IPF.Contact',
      })),
    items(folderId) {
      const folder = mailbox.folders.get(folderId);
      return folder && mailbox.contactsIn(folder).map(summaryOf);
    },
    exportItem(itemId) {
      const contact = mailbox.find(itemId);
      return contact && { summary: summaryOf(contact), data: exported(contact) };
    },
    importItem(folderId, data) {
      const folder = mailbox.folders.get(folderId);
      const text = data.toString();
      if (folder === undefined || !text.startsWith(mark)) return undefined;
      const { fields, properties, photo } = JSON.parse(text.slice(mark.length)) as Exported;
      return summaryOf(
        mailbox.addContact(folder, fields, {
          properties: propertiesFromJson(properties),
          photo: photo === null ? undefined : { ...photo, content: Buffer.from(photo.content, 'base64') },
        }),
      );
    },
  };
}

interface Exported {
  readonly fields: ContactFields;
  readonly properties: unknown;
  readonly photo: (Omit<Photo, 'content'> & { content: string }) | null;
}

function exported({ fields, properties, photo }: Contact): Buffer {
  const plain: Exported = {
    fields,
    properties: propertiesToJson(properties),
    photo: photo === undefined ? null : { ...photo, content: photo.content.toString('base64') },
  };
  return Buffer.from(mark + JSON.stringify(plain));
}

function summaryOf(contact: Contact): ItemSummary {
  return {
    id: contact.id,
    immutableId: contact.immutableId,
    changeKey: changeKey(contact.immutableId, contact.version),
    type: 'IPM.Contact',
    subject: contact.fields.displayName ?? '',
    size: exported(contact).length,
    categories: contact.fields.categories,
    createdAt: contact.createdAt,
    modifiedAt: contact.modifiedAt,
  };
}
