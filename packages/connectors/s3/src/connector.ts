import type { CheckLine, Connector, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import { parseS3Url, s3Settings } from './settings.ts';

/** Buckets of Amazon S3 and of all that speak its protocol. */
export const s3Connector: Connector = {
  name: 's3',
  title: 'S3-compatible object storage',
  kinds: ['file'],
  itemTypes: ['drive'],
  canRead: true,
  canWrite: true,
  settings: s3Settings,
  schemes: ['s3+http', 's3+https'],
  parseUrl: parseS3Url,
  // The client is large: it is loaded when a storage is spoken to.
  async check(system: SystemConfig, address?: string, signal?: AbortSignal): Promise<readonly CheckLine[]> {
    return (await import('./check.ts')).checkS3(system, address, signal);
  },
  async *discover(system: SystemConfig, itemType: ItemType, signal?: AbortSignal): AsyncGenerator<DiscoveredItem> {
    if (itemType === 'drive') yield* (await import('./check.ts')).firstFolders(system, signal);
  },
  async open(request) {
    return (await import('./session.ts')).openSession(request);
  },
};
