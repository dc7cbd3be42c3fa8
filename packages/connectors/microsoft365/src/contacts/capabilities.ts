import { itemCapabilities } from '../outlook/item-capabilities.ts';
import { contactKind } from './kind.ts';

export const contactCapabilities = itemCapabilities(contactKind, {
  maxObjectBytes: 8 * 1024 * 1024,
  evidence: { contacts: 'what Outlook has no field for is kept with the contact, up to 1 MB packed' },
});
