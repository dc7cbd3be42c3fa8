import type { Session } from '@sterna/connector-kit';
import type { PartContext, PartDefinition } from '../part.ts';
import { mailCapabilities } from './capabilities.ts';
import { profileOf } from './history.ts';
import { Labels } from './labels.ts';
import { Mailbox } from './mailbox.ts';
import { MailReader } from './reader.ts';
import { mailScopes } from './scopes.ts';
import { MailWriter } from './writer.ts';

export const mailPart: PartDefinition = {
  key: 'mail',
  kinds: ['message'],
  itemType: 'mailbox',
  api: 'gmail',
  scopes: mailScopes,
  title: 'mail',
  async open(context: PartContext): Promise<Session> {
    // Tells at once whether the user has Gmail, and whether the account may act for them.
    const { emailAddress } = await profileOf(context);
    const labels = new Labels(context);
    const mailbox = new Mailbox(context, labels);
    const reader = new MailReader(context, labels, mailbox);
    return {
      capabilities: mailCapabilities(context.settings),
      reader,
      ...(context.role === 'write' ? { writer: new MailWriter(context, labels, mailbox, reader) } : {}),
      identity: `google:mail:${emailAddress.toLowerCase()}`,
      quota: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
    };
  },
};
