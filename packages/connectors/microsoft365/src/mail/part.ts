import type { Session } from '@sterna/connector-kit';
import type { PartContext, PartDefinition } from '../part.ts';
import { mailCapabilities } from './capabilities.ts';
import { Folders } from './folders.ts';
import { MailReader } from './reader.ts';
import { MailWriter } from './writer.ts';

const rights = { read: 'Mail.Read', write: 'Mail.ReadWrite' } as const;

export const mailPart: PartDefinition = {
  key: 'mail',
  kinds: ['message'],
  rights,
  title: 'mail',
  async open(context: PartContext): Promise<Session> {
    const folders = new Folders(context, rights.read);
    // Tells at once whether there is a mailbox, and whether the app may see it.
    const known = await folders.wellKnown();
    const reader = new MailReader(context, folders);
    const capabilities = mailCapabilities(context.settings);
    const writer = context.role === 'write' ? new MailWriter(context, folders, reader) : undefined;
    return {
      get capabilities() {
        return { ...capabilities, native: context.transfer.formats };
      },
      reader,
      ...(writer === undefined ? {} : { writer }),
      // The same whatever address the mailbox is opened by.
      identity: `microsoft365:mail:${known.get('inbox') ?? context.address}`,
      quota: async () => undefined,
      close: async () => writer?.close(),
      destroy: () => undefined,
    };
  },
};
