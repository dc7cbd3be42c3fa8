import { bytesReply, type Reply } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { photoByKey } from '../people/place.ts';

/** What is served without sign-in, by URLs that nobody can guess: photos of contacts. Undefined for all else. */
export function openReply(cloud: Cloud, method: string, path: string): Reply | undefined {
  // `=s100` and the like: which size is wanted. Here there is one.
  const key = /^\/contact-photos\/([\w-]+)(?:=[\w-]+)?$/.exec(path)?.[1];
  if (key === undefined || method !== 'GET') return undefined;
  const photo = photoByKey(cloud, key);
  if (photo === undefined) return { status: 404, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: [] };
  return bytesReply(photo.type, [photo.bytes]);
}
