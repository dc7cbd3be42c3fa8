import type {
  Change,
  ChangeFacets,
  ChangePage,
  Content,
  Flags,
  OpenRequest,
  Reader,
  Session,
} from '@sterna/connector-kit';
import { MessageDigest, messageDigest } from '@sterna/content';
import type { FoundMessage, SeedMessage, SuiteEndpoint, SuiteFixture } from './fixture.ts';

export interface Stage {
  readonly endpoint: SuiteEndpoint;
  /** Closed when the test ends. */
  open(role: OpenRequest['role'], signal?: AbortSignal): Promise<Session>;
}

/** A test body with an endpoint of its own; sessions are closed and the endpoint disposed of whatever happens. */
export function staged(fixture: SuiteFixture, body: (stage: Stage) => Promise<void>): () => Promise<void> {
  return async () => {
    const endpoint = await fixture.make();
    const sessions: Session[] = [];
    try {
      await body({
        endpoint,
        open: async (role, signal = new AbortController().signal) => {
          const { connector, system, address } = endpoint;
          const session = await connector.open({ system, address, role, installation: '0badcafe', signal });
          sessions.push(session);
          return session;
        },
      });
    } finally {
      for (const session of sessions) session.destroy();
      await endpoint.dispose();
    }
  };
}

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

export async function bytesOf(body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.isBuffer(body) ? body : Buffer.concat(await collect(body));
}

export async function digestOf(body: Buffer | AsyncIterable<Buffer>): Promise<string> {
  if (Buffer.isBuffer(body)) return messageDigest(body).toString('hex');
  const digest = new MessageDigest();
  for await (const chunk of body) digest.update(chunk);
  return digest.digest().toString('hex');
}

export const digest = (raw: Buffer): string => messageDigest(raw).toString('hex');

export async function containerOf(reader: Reader, path: readonly string[]): Promise<string> {
  const found = (await reader.containers()).find((one) => one.path.join('\0') === path.join('\0'));
  if (found === undefined) throw new Error(`no container ${JSON.stringify(path)}`);
  return found.id;
}

export interface Listed {
  readonly pages: readonly ChangePage[];
  readonly changes: readonly Change[];
  readonly mode: ChangePage['mode'];
  readonly cursor: string;
  readonly glance: string | undefined;
  readonly total: number;
}

/** Runs a listing to its end and checks what every listing must be: one mode, `next` on the last page alone. */
export async function list(
  reader: Reader,
  container: string,
  cursor?: string,
  facets: ChangeFacets = {},
): Promise<Listed> {
  const pages = await collect(reader.changes(container, cursor, facets));
  const last = pages.at(-1);
  if (last?.next === undefined) throw new Error('the last page has no next cursor');
  if (pages.slice(0, -1).some((page) => page.next !== undefined)) throw new Error('next before the last page');
  if (pages.some((page) => page.mode !== last.mode)) throw new Error('the mode changes between pages');
  const changes = pages.flatMap((page) => page.changes);
  const ids = new Set(changes.map((change) => change.id));
  if (ids.size !== changes.length) throw new Error('an id is listed twice');
  return {
    pages,
    changes,
    mode: last.mode,
    cursor: last.next.cursor,
    glance: last.next.glance,
    total: last.next.total,
  };
}

/** What a listing against known objects means: the ids alive after it. */
export function alive(before: Iterable<string>, listed: Listed): Set<string> {
  if (listed.mode === 'full') return new Set(listed.changes.map((change) => change.id));
  const ids = new Set(before);
  for (const change of listed.changes)
    if (change.gone === true) ids.delete(change.id);
    else ids.add(change.id);
  return ids;
}

export interface Read {
  readonly id: string;
  readonly digest: string;
  readonly raw: Buffer;
  readonly flags: Flags;
  readonly date: Date | undefined;
}

/** Reads all of `ids`; each must come. */
export async function readAll(reader: Reader, container: string, ids: readonly string[]): Promise<Read[]> {
  const out: Read[] = [];
  for await (const one of reader.read(container, ids)) {
    if (!('body' in one)) throw new Error(`not read: ${'error' in one ? one.error.message : 'vanished'}`);
    out.push(await readOne(one));
  }
  return out;
}

export async function readOne(content: Content): Promise<Read> {
  const raw = await bytesOf(content.body);
  if (raw.length !== content.size) throw new Error(`size says ${content.size}, the body has ${raw.length} bytes`);
  return { id: content.id, digest: digest(raw), raw, flags: content.flags, date: content.date };
}

/** A line per message to compare multisets by; the digest folds line ends. */
export const key = (message: SeedMessage | FoundMessage): string =>
  `${message.folder.join('/')} ${digest(message.raw)}`;

export const keys = (messages: readonly (SeedMessage | FoundMessage)[]): string[] => messages.map(key).sort();

export const seconds = (date: Date | undefined): number | undefined =>
  date === undefined ? undefined : Math.floor(date.getTime() / 1000);
