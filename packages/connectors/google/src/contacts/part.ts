import { itemSession } from '../items/item-session.ts';
import type { PartDefinition } from '../part.ts';
import { CONNECTIONS } from './contact-changes.ts';
import { ContactStore } from './contact-store.ts';
import { Labels } from './labels.ts';
import { READ, WRITE } from './scopes.ts';

export const contactsPart: PartDefinition = {
  key: 'contacts',
  kinds: ['contact'],
  itemType: 'mailbox',
  api: 'people',
  title: 'contacts',
  scopes: { read: [READ], write: [WRITE] },
  async open(context) {
    await context.client.send({
      method: 'GET',
      path: CONNECTIONS,
      query: { personFields: 'metadata', pageSize: 1 },
      doing: 'looking for the contacts',
      right: READ,
    });
    return itemSession(context, new ContactStore(context, new Labels(context)), {
      delta: 'token',
      maxObjectBytes: 8 * 1024 * 1024,
      evidence: { contacts: 'what Google has no field for is kept with the contact, up to 48 KB packed' },
      identity: `google:contacts:${context.address}`,
    });
  },
};
