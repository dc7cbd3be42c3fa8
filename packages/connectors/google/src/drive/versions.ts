import { type Content, INLINE_LIMIT } from '@sterna/connector-kit';
import { type Paged, segment } from '../api/client.ts';
import { FileBody, type Stored, wholeContent } from './download.ts';
import { type DriveApi, filePath, SCOPES, UNITS } from './drive-api.ts';
import { contentVersion, type DriveFile } from './drive-file.ts';

/** https://developers.google.com/workspace/drive/api/reference/rest/v3/revisions */
interface Revision {
  readonly id: string;
  readonly modifiedTime?: string;
  readonly size?: string;
  readonly md5Checksum?: string;
}
interface Revisions extends Paged {
  readonly revisions?: readonly Revision[];
}

/** What a file was before, the oldest first: the `depth` latest of its revisions but the current one. */
export async function* earlierContents(
  api: DriveApi,
  id: string,
  name: string,
  file: DriveFile,
  depth: number,
): AsyncGenerator<Content> {
  const revisions: Revision[] = [];
  // They come oldest first.
  for await (const page of api.client.pages<Revisions>({
    method: 'GET',
    path: `${filePath(file.id)}/revisions`,
    query: { pageSize: 1_000, fields: 'nextPageToken,revisions(id,modifiedTime,size,md5Checksum)' },
    doing: 'listing the revisions of a file',
    right: SCOPES.read[0],
    units: UNITS.list,
  }))
    revisions.push(...(page.revisions ?? []));
  const earlier = revisions.filter((one) => one.id !== file.headRevisionId).slice(-depth);
  for (const { id: revision, modifiedTime, size: told, md5Checksum } of earlier) {
    if (md5Checksum === undefined) continue;
    const size = Number(told ?? 0);
    const stored: Stored = { path: `${filePath(file.id)}/revisions/${segment(revision)}`, size, md5: md5Checksum };
    const date = Date.parse(modifiedTime ?? '');
    yield {
      id,
      name,
      flags: [],
      version: contentVersion(md5Checksum, size),
      date: Number.isNaN(date) ? undefined : new Date(date),
      size,
      body: size > INLINE_LIMIT ? new FileBody(api, stored) : await wholeContent(api, stored),
    };
  }
}
