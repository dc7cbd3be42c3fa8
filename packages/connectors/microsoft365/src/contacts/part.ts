import { itemSession } from '../outlook/item-session.ts';
import type { PartDefinition } from '../part.ts';
import { contactCapabilities } from './capabilities.ts';
import { ContactFolders, READ, WRITE } from './contact-folders.ts';
import { contactReading } from './reader.ts';
import { ContactWriting } from './writer.ts';

export const contactsPart: PartDefinition = {
  key: 'contacts',
  kinds: ['contact'],
  rights: { read: READ, write: WRITE },
  title: 'contacts',
  async open(context) {
    const containers = new ContactFolders(context);
    const home = await containers.home();
    return itemSession(context, {
      capabilities: contactCapabilities,
      containers,
      reading: contactReading,
      writing: (requests) => new ContactWriting(context, requests),
      identity: `microsoft365:contacts:${context.userPath}:${home.id}`,
    });
  },
};
