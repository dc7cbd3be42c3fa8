import { listedCapabilities } from '@sterna/cloud-http';
import type { Capabilities } from '@sterna/connector-kit';

/** https://learn.microsoft.com/en-us/graph/api/resources/listitem */
export const listItemCapabilities: Capabilities = {
  kinds: ['listItem'],
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
  // One after the other, in the order of the source: what SharePoint allows an app is about ten of them a second.
  batch: { objects: 20, bytes: 4 * 1024 * 1024, inFlight: 1 },
  maxObjectBytes: 4 * 1024 * 1024,
  evidence: {
    'list items': 'made with our stamp in a hidden column; authors, dates and attached files can’t be written',
  },
};

/** https://learn.microsoft.com/en-us/graph/api/resources/sitepage */
export const pageCapabilities: Capabilities = {
  // Each is there once by its name, and what is there is read back: it needs no mark.
  ...listedCapabilities('page', 4 * 1024 * 1024, {
    pages: 'web parts that SharePoint’s interface refuses are left out, and told',
  }),
  batch: { objects: 8, bytes: 4 * 1024 * 1024, inFlight: 1 },
};
