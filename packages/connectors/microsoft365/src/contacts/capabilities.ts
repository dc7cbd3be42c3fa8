import type { Capabilities } from '@sterna/connector-kit';

export const contactCapabilities: Capabilities = {
  kinds: ['contact'],
  settle: 'stamp',
  delta: 'token',
  bytes: 'rewritten',
  idScope: 'endpoint',
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: 8 * 1024 * 1024,
  evidence: { contacts: 'what Outlook has no field for is kept with the contact, up to 1 MB packed' },
};
