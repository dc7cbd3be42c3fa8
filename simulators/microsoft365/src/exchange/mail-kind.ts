import type { Cloud } from '../cloud.ts';
import { type Folder, type Mailbox, mailboxOf } from '../mail/mailbox.ts';
import { type Message, type MessageContent, messageSize } from '../mail/message.ts';
import { changeKey } from '../odata/etag.ts';
import type { ExchangeFolder, ExchangeItem, ItemKind } from './item-kind.ts';

const CLASS = 'IPM.Note';

export const mailKind: ItemKind = {
  folders(cloud, tenant, user) {
    const mailbox = mailboxOf(cloud, tenant, user);
    return [...mailbox.folders.values()]
      .filter((folder) => folder !== mailbox.root)
      .map((of) => asFolder(cloud, mailbox, of));
  },
  find(cloud, tenant, user, id) {
    const message = mailboxOf(cloud, tenant, user).findMessage(id);
    return message && asItem(message);
  },
};

function asFolder(cloud: Cloud, mailbox: Mailbox, folder: Folder): ExchangeFolder {
  return {
    id: folder.id,
    displayName: folder.displayName,
    parentId: folder.parentId,
    type: 'IPF.Note',
    log: folder.log,
    keys: () => [...folder.messages.keys()],
    item: (key) => {
      const message = folder.messages.get(key);
      return message && asItem(message);
    },
    goneId: (key) => folder.gone.get(key),
    create: (exported) => {
      const { content, createdAt } = asContent(exported);
      return asItem(mailbox.addMessage(folder, content, cloud.assumptions.importKeepsCreated ? createdAt : undefined));
    },
    update: (id, content) => {
      const message = mailbox.message(id);
      mailbox.replaceContent(message, asContent(content).content);
      return asItem(message);
    },
  };
}

function asItem(message: Message): ExchangeItem {
  return {
    id: message.id,
    changeKey: changeKey(message.key, message.version),
    categories: message.categories,
    createdAt: message.createdAt,
    modifiedAt: message.modifiedAt,
    type: CLASS,
    size: messageSize(message),
    content: () => {
      const { key: _key, id: _id, folderId: _folder, modifiedAt: _modified, version: _v, ...content } = message;
      return { class: CLASS, ...content };
    },
  };
}

function asContent(exported: unknown): { content: MessageContent; createdAt: number } {
  const { class: of, createdAt, ...content } = exported as MessageContent & { class: string; createdAt: number };
  if (of !== CLASS) throw new Error(`${of} is no mail`);
  return { content: content as MessageContent, createdAt };
}
