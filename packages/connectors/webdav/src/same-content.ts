import { createHash } from 'node:crypto';
import type { DavHttp } from '@sterna/dav';
import { openFile } from './file-body.ts';
import type { Source } from './source.ts';

/** Whether a file holds what the source held: read and hashed. A stream must have passed, hashed; else nothing tells. */
export async function holdsWhatPassed(http: DavHttp, url: URL, source: Source): Promise<boolean> {
  const { digest } = source;
  if (digest === undefined) return false;
  const file = await openFile(http, url);
  if (file === undefined) return false;
  if (file.facts.size !== source.size) {
    file.answer.leave();
    return false;
  }
  const hash = createHash(source.hashName);
  for await (const chunk of file.answer.body) hash.update(chunk);
  return hash.digest('hex') === digest;
}

/** The same of a source that hasn't passed yet: it passes now. */
export async function holdsWhatComes(http: DavHttp, url: URL, source: Source): Promise<boolean> {
  if (source.whole === undefined) for await (const _ of source.stream());
  return holdsWhatPassed(http, url, source);
}
