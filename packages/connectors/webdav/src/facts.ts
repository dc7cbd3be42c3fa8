import { child, type DavResponse } from '@sterna/dav';

/** Properties that `factsIn` reads. */
export const FACTS = ['d:resourcetype', 'd:getcontentlength', 'd:getlastmodified', 'd:getetag'] as const;

/** A file or folder as the server tells of it. */
export interface Facts {
  readonly isFolder: boolean;
  readonly size: number;
  readonly date: Date | undefined;
  /** The ETag without its weakness, else date and size. */
  readonly version: string;
  /** The ETag that a condition can name; undefined where there is none. */
  readonly etag: string | undefined;
}

/**
 * Apache calls an ETag weak during the file's first second, and strong from then on: that is one version.
 */
const strong = (etag: string | undefined): string | undefined => etag?.trim().replace(/^W\//i, '') || undefined;

function facts(isFolder: boolean, size: number, modified: string | undefined, tag: string | undefined): Facts {
  const time = modified === undefined ? Number.NaN : Date.parse(modified);
  const date = Number.isNaN(time) ? undefined : new Date(time);
  const etag = strong(tag);
  return { isFolder, size, date, etag, version: etag ?? `${date?.getTime() ?? ''}-${size}` };
}

export function factsIn(response: DavResponse): Facts {
  const text = (name: string): string | undefined => response.properties.get(name)?.text.trim() || undefined;
  const size = Number(text('d:getcontentlength') ?? 0);
  return facts(
    child(response.properties.get('d:resourcetype'), 'd:collection') !== undefined,
    Number.isSafeInteger(size) && size >= 0 ? size : 0,
    text('d:getlastmodified'),
    text('d:getetag'),
  );
}

/** From the head of an answer to a GET. `size`: of the whole file, undefined where the server doesn't say. */
export function factsOf(answer: { header(name: string): string | undefined }): Omit<Facts, 'size'> & {
  readonly size: number | undefined;
} {
  const range = /^bytes\s+\d+-\d+\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1];
  const length = range ?? answer.header('content-length');
  const size = length === undefined ? undefined : Number(length);
  return {
    ...facts(false, size ?? 0, answer.header('last-modified'), answer.header('etag')),
    size,
  };
}
