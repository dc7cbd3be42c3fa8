import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentKind } from '@sterna/core';
import type { Holding, StandIn, StandInRequest } from './stand-in.ts';

/** Where Sterna's backup format keeps what (docs/connectors/archive.md). */
const KIND_OF_FOLDER: Readonly<Record<string, ContentKind>> = {
  mail: 'message',
  calendars: 'event',
  tasks: 'task',
  contacts: 'contact',
};

/** A folder of this machine, for a server of open standards that is written to. */
export async function folderStandIn(
  { real, folder }: StandInRequest,
  connector: 'archive' | 'files',
  kinds: readonly ContentKind[],
): Promise<StandIn> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, '{address}');
  // An address may be a user's name, or a path.
  const addressOf = (address: string): string => address.replaceAll(/[^\w@.+-]/g, '_').replace(/^\./, '_');
  return {
    told: `${real.name} (${real.connector}): a folder of this machine; what the server itself would refuse doesn’t show`,
    system: { connector, settings: connector === 'archive' ? { path, format: 'archive' } : { path } },
    kinds,
    addressOf,
    faults: undefined,
    holds: (_itemType, address) => countFiles(join(folder, addressOf(address)), connector),
    mailed: () => 0,
    failures: () => [],
    stop: async () => undefined,
  };
}

async function countFiles(root: string, connector: 'archive' | 'files'): Promise<Holding> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const counts: Partial<Record<ContentKind, number>> = {};
  for (const entry of found) {
    if (!entry.isFile()) continue;
    const below = entry.parentPath.slice(root.length + 1).split('/');
    const kind = connector === 'files' ? 'file' : KIND_OF_FOLDER[below[0] ?? ''];
    if (kind === undefined || (connector === 'archive' && !isObject(kind, below, entry.name))) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Messages lie in `cur` and `new`. */
const isObject = (kind: ContentKind, below: readonly string[], name: string): boolean =>
  kind === 'message' ? ['cur', 'new'].includes(below.at(-1) ?? '') : /\.(ics|vcf)$/.test(name);
