import type {
  Capabilities,
  Change,
  ChangeFacets,
  ChangePage,
  Container,
  Content,
  Flags,
  OpenRequest,
  Reader,
  Session,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { encodeName, type NameRules, nameKey } from '@sterna/core';
import type { FoundMessage, SeedMessage, SuiteEndpoint, SuiteFixture } from './fixture.ts';
import type { Material } from './material.ts';
import { messages } from './materials.ts';
import { dateOf } from './messages.ts';

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
  readonly version: string | undefined;
}

/** The suite's words for objects of one content kind. */
export interface Tools extends Material {
  /** What the session says of this kind. */
  capabilitiesOf(session: Session): Capabilities;
  /** Hex of the kind's digest: equal for an object and its faithful copy. */
  digest(raw: Buffer): string;
  /** Hex of the kind's match key. @param rules Files: of the system whose names are compared */
  matchKey(raw: Buffer, rules?: NameRules): string;
  /** Files: what the session's system calls it, were it a target. */
  targetName(session: Session, raw: Buffer): string | undefined;
  seedOf(n: number, change?: Partial<SeedMessage>): SeedMessage;
  containers(reader: Reader): Promise<readonly Container[]>;
  containerOf(reader: Reader, path: readonly string[]): Promise<string>;
  /** Reads all of `ids`; each must come. */
  readAll(reader: Reader, container: string, ids: readonly string[]): Promise<Read[]>;
  /** A line per object to compare multisets by. */
  keys(objects: readonly (SeedMessage | FoundMessage)[]): string[];
}

export function toolsOf(fixture: SuiteFixture): Tools {
  const material = fixture.material ?? messages;
  const pivot = pivotOf(material.kind);
  const digest = (raw: Buffer): string => pivot.digest(raw).toString('hex');
  const capabilitiesOf = (session: Session): Capabilities =>
    session.capabilitiesOf?.(material.kind) ?? session.capabilities;
  // A collection may hold other kinds too, each as a container of its own.
  const containers = async (reader: Reader) =>
    (await reader.containers()).filter((one) => one.kind === material.kind || !fixture.mixed);
  return {
    ...material,
    folderNames: fixture.oneCollection === true ? [] : (fixture.folderNames ?? material.folderNames),
    hostileNames: fixture.oneCollection === true ? [] : material.hostileNames,
    capabilitiesOf,
    digest,
    matchKey: (raw, rules = {}) => {
      const name = material.nameOf?.(raw);
      return pivot
        .matchKey(raw, name === undefined ? undefined : nameKey(encodeName(name, rules).name, rules))
        .toString('hex');
    },
    targetName: (session, raw) => {
      const name = material.nameOf?.(raw);
      return name === undefined ? undefined : encodeName(name, capabilitiesOf(session).names ?? {}).name;
    },
    seedOf: (n, change = {}) => ({
      folder: material.home,
      raw: material.plain(n),
      flags: n % 2 === 0 && material.kind === 'message' ? ['\\Seen'] : [],
      date: dateOf(n),
      ...change,
    }),
    containers,
    async containerOf(reader, path) {
      const found = (await containers(reader)).find((one) => one.path.join('\0') === path.join('\0'));
      if (found === undefined) throw new Error(`no container ${JSON.stringify(path)}`);
      return found.id;
    },
    async readAll(reader, container, ids) {
      const out: Read[] = [];
      for await (const one of reader.read(container, ids)) {
        if (!('body' in one)) throw new Error(`not read: ${'error' in one ? one.error.message : 'vanished'}`);
        out.push(await readOne(one, digest));
      }
      return out;
    },
    keys: (objects) => objects.map((one) => `${one.folder.join('/')} ${digest(one.raw)}`).sort(),
  };
}

async function readOne(content: Content, digest: (raw: Buffer) => string): Promise<Read> {
  const raw = await bytesOf(content.body);
  if (raw.length !== content.size) throw new Error(`size says ${content.size}, the body has ${raw.length} bytes`);
  return {
    id: content.id,
    digest: digest(raw),
    raw,
    flags: content.flags,
    date: content.date,
    version: content.version,
  };
}

export const seconds = (date: Date | undefined): number | undefined =>
  date === undefined ? undefined : Math.floor(date.getTime() / 1000);
