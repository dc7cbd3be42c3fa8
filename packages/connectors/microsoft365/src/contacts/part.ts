import type { Session } from '@sterna/connector-kit';
import type { PartContext, PartDefinition } from '../part.ts';
import { contactCapabilities } from './capabilities.ts';
import { ContactFolders, READ, WRITE } from './contact-folders.ts';
import { ContactReader } from './reader.ts';
import { ContactWriter } from './writer.ts';

export const contactsPart: PartDefinition = {
  key: 'contacts',
  kinds: ['contact'],
  rights: { read: READ, write: WRITE },
  title: 'contacts',
  async open(context: PartContext): Promise<Session> {
    const folders = new ContactFolders(context);
    const home = await folders.home();
    const reader = new ContactReader(context, folders);
    return {
      capabilities: contactCapabilities,
      reader,
      ...(context.role === 'write' ? { writer: new ContactWriter(context, folders, reader) } : {}),
      identity: `microsoft365:contacts:${context.userPath}:${home.id}`,
      quota: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
    };
  },
};
