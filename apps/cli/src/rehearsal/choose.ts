import { type ContentKind, ITEM_TYPES, type ItemType } from '@sterna/core';
import { folderStandIn } from './folder.ts';
import { googleStandIn } from './google.ts';
import { microsoft365StandIn } from './microsoft365.ts';
import type { StandIn, StandInRequest } from './stand-in.ts';

const MAILBOX: readonly ContentKind[] = ['message', 'event', 'contact', 'task', 'setting'];

/** What the connectors of open standards carry. */
const STANDARDS: Readonly<Record<string, readonly ContentKind[]>> = {
  imap: ['message'],
  caldav: ['event', 'task'],
  carddav: ['contact'],
  standards: ['message', 'event', 'contact', 'task'],
  archive: MAILBOX,
  webdav: ['file'],
  s3: ['file'],
  files: ['file'],
};

const ITEMS: Readonly<Record<string, readonly ItemType[]>> = {
  microsoft365: ITEM_TYPES,
  google: ITEM_TYPES.filter((itemType) => itemType !== 'site'),
};

/** Of which types entries of a system have stand-ins. */
export const itemTypesOf = (connector: string): readonly ItemType[] => ITEMS[connector] ?? ['mailbox', 'drive'];

/**
 * The vendors' clouds by their simulators. There is none of a server of open standards: read from, the simulator of Google
 * stands in, which gives mail out byte by byte as IMAP does; written to, a folder.
 */
export async function standInFor(request: StandInRequest): Promise<StandIn> {
  const { connector } = request.real;
  if (connector === 'microsoft365') return microsoft365StandIn(request);
  if (connector === 'google') return googleStandIn(request);
  const kinds = STANDARDS[connector] ?? MAILBOX;
  if (request.side === 'source') return { ...(await googleStandIn(request)), kinds };
  return folderStandIn(request, kinds.includes('file') ? 'files' : 'archive', kinds);
}
