import { hashOf } from '@sterna/content';
import type { EventGroup, GoogleEvent } from './google-event.ts';

/** Deleted events stay for a while, as cancelled ones. */
export const isLive = ({ status }: GoogleEvent): boolean => status !== 'cancelled';

/** Of a series with its exceptions: any of them that changes makes another one of it. */
export function versionOf({ master, exceptions }: EventGroup): string {
  const own = bare(master.etag);
  if (exceptions.length === 0) return own;
  const others = exceptions.map(({ id, etag }) => `${id} ${bare(etag)}`).sort();
  return `${own}~${hashOf(Buffer.from(others.join('\n'))).slice(0, 16)}`;
}

/** The ETag of the series or event itself, for If-Match. */
export const etagIn = (version: string): string => `"${version.split('~')[0]}"`;

const bare = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');
