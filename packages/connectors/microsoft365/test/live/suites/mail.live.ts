import {
  describeReader,
  describeWriter,
  largeMessage,
  type Material,
  messages,
  type SuiteFixture,
} from '@sterna/connector-suite';
import { graphMailEndpoint } from '../../mail/graph-endpoint.ts';
import { liveEnd } from '../live-end.ts';

const fixture: SuiteFixture = {
  make: async () => {
    const { end, address, settings } = liveEnd();
    return graphMailEndpoint(end, address, { ...settings, pageSize: 40 });
  },
  keepsFlags: true,
  keepsDates: true,
  freeKeywords: true,
  estimatesSizes: true,
  freshCursors: true,
  pagedMessages: 90,
  // Graph takes no MIME without a header, and bytes of no charset aren't the same text twice.
  notSeedable: ['header without a blank line', 'no header at all', 'commands', '8-bit header and body'],
};

/** What is put there past the connector goes in one request, which Graph takes no more than 4 MB of. */
const seedable: Material = { ...messages, large: () => largeMessage(2_000_000), streams: false };

describeReader('microsoft365, mail', { ...fixture, material: seedable });
describeWriter('microsoft365, mail', fixture);
