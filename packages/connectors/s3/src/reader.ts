import {
  ahead,
  type ChangePage,
  type Container,
  type Content,
  INLINE_LIMIT,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { bodyOf, wholeOf } from './body.ts';
import type { Bucket } from './bucket.ts';
import { asObjectError } from './errors.ts';
import { FolderSum } from './glance.ts';
import { type KeySpace, pathOf } from './keys.ts';
import { filesOf, walk } from './listing.ts';
import { mtimeOf } from './times.ts';

/** Files that are fetched ahead of the one that is handed out. */
const WINDOW = 8;
const READ_TRIES = 3;
/** S3 has no cursor of changes: each pass lists anew. */
const LIST = 'list';

/** Where a listing was left: the last key, and the sum of what came before it. */
interface Left {
  readonly after: string;
  readonly total: number;
  readonly sum: string;
}

export class S3Reader implements Reader {
  readonly #bucket: Bucket;
  readonly #keys: KeySpace;

  constructor(bucket: Bucket, keys: KeySpace) {
    this.#bucket = bucket;
    this.#keys = keys;
  }

  async containers(): Promise<readonly Container[]> {
    const folders = await walk(this.#bucket, this.#keys);
    // A parent is the beginning of its children, and so comes before them.
    return [...folders]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, { total, glance }]) => ({ id, path: pathOf(id), kind: 'file', total, glance }));
  }

  /** A folder that is no more is one without files: S3 knows no difference. */
  async *changes(container: string, cursor: string | undefined): AsyncGenerator<ChangePage> {
    const left = leftAt(cursor);
    const sum = new FolderSum(left);
    for await (const page of filesOf(this.#bucket, this.#keys, container, left?.after)) {
      const changes = page.files.map((file) => {
        sum.add(file.id, file);
        return {
          id: file.id,
          name: this.#keys.nameOf(container, file.id),
          date: file.modified,
          size: file.size,
          version: file.etag,
        };
      });
      const resume: Left | undefined =
        page.after === undefined ? undefined : { after: page.after, total: sum.total, sum: sum.sum };
      yield {
        changes,
        mode: 'full',
        ...(resume === undefined ? {} : { resume: JSON.stringify(resume) }),
        ...(page.isLast ? { next: { cursor: LIST, glance: sum.glance, total: sum.total } } : {}),
      };
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for await (const [, one] of ahead(ids, WINDOW, (id) => this.one(container, id))) yield one;
  }

  /** One at a time: whoever needs but the first reads no other. A version that is gone by now is left out. */
  async *versions(container: string, id: string, depth: number): AsyncGenerator<Content> {
    const found = await this.#bucket.earlierVersions(this.#keys.keyOf(container, id), depth);
    for (const versionId of found.toReversed()) {
      const one = await this.one(container, id, versionId);
      if ('error' in one) throw one.error;
      if ('body' in one) yield one;
    }
  }

  /** A file as it is now, or as it was. */
  async one(container: string, id: string, versionId?: string): Promise<Content | Vanished | Unreadable> {
    const key = this.#keys.keyOf(container, id);
    for (let failures = 0; ; failures += 1)
      try {
        const got = await this.#bucket.get(key, { versionId });
        if (got === undefined) return { id, vanished: true };
        const told = {
          id,
          name: this.#keys.nameOf(container, id),
          flags: [],
          version: got.etag,
          date: mtimeOf(got.metadata, got.modified),
          size: got.size,
        };
        if (got.size <= INLINE_LIMIT) return { ...told, body: await wholeOf(this.#bucket, got) };
        got.body.destroy();
        return { ...told, detached: true, body: bodyOf(this.#bucket, key, got.etag, got.size, versionId) };
      } catch (thrown) {
        const error = asSternaError(thrown);
        const isBroken = error.code === 's3-connection-lost' && !this.#bucket.isEnded;
        if (isBroken && failures + 1 < READ_TRIES) continue;
        if (error.class === 'object' || error.code === 'not-allowed-there' || error.code === 's3-server-error')
          return { id, error: asObjectError(error) };
        throw error;
      }
  }
}

function leftAt(cursor: string | undefined): Left | undefined {
  if (cursor === undefined || !cursor.startsWith('{')) return undefined;
  try {
    const { after, total, sum } = JSON.parse(cursor) as Partial<Left>;
    if (typeof after === 'string' && typeof total === 'number' && /^[0-9a-f]{32}$/.test(sum ?? ''))
      return { after, total, sum: sum as string };
  } catch {
    // Not one of ours: list from the start.
  }
  return undefined;
}
