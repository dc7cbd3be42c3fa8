import {
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  type InventoryItem,
  type Op,
  type RemoveOp,
  type ReplaceOp,
  type Result,
  type Writer,
  wholeBodyOf,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, type ContentKind, SternaError } from '@sterna/core';
import type { DavAnswer } from './answer.ts';
import type { Collections } from './collections.ts';
import type { DavDialect } from './dialect.ts';
import { objectRefusal } from './errors.ts';
import type { DavHttp } from './http.ts';
import type { QuietWrites } from './quiet.ts';
import { type DavReader, idOf, objectUrl, uidIn } from './reader.ts';
import { child, preconditionOf } from './xml.ts';

/**
 * Objects are written under names of our choice with `If-None-Match: *`, so that a second try of the same create finds
 * the first; replacements with `If-Match`, so that nobody's work is written over unseen.
 */
export class DavWriter implements Writer {
  readonly #http: DavHttp;
  readonly #dialect: DavDialect;
  readonly #collections: Collections;
  readonly #reader: DavReader;
  readonly #quiet: QuietWrites | undefined;

  /** @param quiet undefined: the server mails nobody */
  constructor(
    http: DavHttp,
    dialect: DavDialect,
    collections: Collections,
    reader: DavReader,
    quiet: QuietWrites | undefined,
  ) {
    this.#http = http;
    this.#dialect = dialect;
    this.#collections = collections;
    this.#reader = reader;
    this.#quiet = quiet;
  }

  async ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    const [fallback] = this.#dialect.kinds;
    const kind = options.kind ?? fallback;
    if (kind === undefined || !this.#dialect.kinds.includes(kind))
      throw new SternaError('config', 'kind-not-held', `The target holds no objects of the kind ${kind}.`, {
        field: `kinds.${kind}`,
        fix: 'Switch this kind off, or choose another target system.',
      });
    const asked = path.join(' / ');
    // XML has no words for control characters and half a surrogate pair, and servers trim.
    const name =
      asked
        .toWellFormed()
        .replace(/[\p{Cc}\ufffe\uffff]+/gu, ' ')
        .trim() || kind;
    const collection = await this.#collections.ensure({
      name,
      kind,
      color: options.color,
      description: options.description,
    });
    const notes: FidelityNote[] = [];
    if (name !== asked) notes.push({ code: 'folder-renamed', text: `A folder name was adapted: ${name}.` });
    if (options.color !== undefined && collection.color === undefined && this.#dialect.protocol === 'caldav')
      notes.push({ code: 'color-dropped', text: `The target keeps no colors: ${name} has lost ${options.color}.` });
    return { container: this.#collections.containerOf(collection, kind), notes };
  }

  reserve(_container: string, key: string): string {
    if (!/^[0-9a-f]{8,128}$/.test(key)) throw new SternaError('bug', 'bad-reserve-key', 'A reserve key is hex');
    return `${key}${this.#dialect.extension}`;
  }

  async mark(): Promise<string> {
    return '';
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const results = await Promise.all(
      ops.map((op) => {
        switch (op.verb) {
          case 'create':
            return this.#safely(op, () => this.#create(op));
          case 'replace':
            return this.#safely(op, () => this.#replace(op));
          case 'remove':
            return this.#safely(op, () => this.#remove(op));
          default:
            throw new SternaError('bug', 'no-such-verb', `Objects of ${this.#dialect.protocol} have no ${op.verb}`);
        }
      }),
    );
    return this.#compared(ops, results);
  }

  /**
   * What the server made of what it took, read back in one request for each collection. Servers answer 201 and store
   * something else: Radicale cuts texts at signs that it doesn't expect.
   */
  async #compared(ops: readonly Op[], results: readonly Result[]): Promise<readonly Result[]> {
    const written = new Map<string, { op: CreateOp | ReplaceOp; body: Buffer; at: number }[]>();
    results.forEach((result, at) => {
      const op = ops[at];
      if (result.outcome !== 'done' || (op?.verb !== 'create' && op?.verb !== 'replace')) return;
      if (Buffer.isBuffer(op.body))
        written.set(op.container, [...(written.get(op.container) ?? []), { op, body: op.body, at }]);
    });
    const noted = [...results];
    for (const [container, group] of written) {
      const kind = await this.#kindOf(container);
      const byId = new Map(group.map((one) => [targetOf(results[one.at]), one]));
      try {
        for await (const got of this.#reader.read(container, [...byId.keys()])) {
          const one = byId.get(got.id);
          const result = one === undefined ? undefined : noted[one.at];
          if (one === undefined || result?.outcome !== 'done') continue;
          if (!('body' in got) || !Buffer.isBuffer(got.body)) continue;
          // Somebody was there in the meantime: that is theirs, not the server's.
          if (result.version !== undefined && got.version !== result.version) continue;
          const note = alteration(kind, one.body, got.body);
          if (note !== undefined) noted[one.at] = { ...result, notes: [...(result.notes ?? []), note] };
        }
      } catch {
        // They are written, and that is what counts; verify compares them again.
      }
    }
    return noted;
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const members =
      facets.size === true ? await this.#reader.sizedMembers(container) : await this.#reader.members(container);
    if (facets.matchKey !== true) {
      for (const { id, version, size } of members)
        yield {
          targetId: id,
          ...(version === undefined ? {} : { version }),
          ...(size === undefined ? {} : { size }),
        };
      return;
    }
    const kind = await this.#kindOf(container);
    for await (const got of this.#reader.read(
      container,
      members.map((one) => one.id),
    )) {
      if (!('body' in got) || !Buffer.isBuffer(got.body)) continue;
      yield {
        targetId: got.id,
        size: got.size,
        ...(got.version === undefined ? {} : { version: got.version }),
        ...keyOf(kind, got.body),
      };
    }
  }

  async #create(op: CreateOp): Promise<Result> {
    if (!Buffer.isBuffer(op.body) || op.reservedId === undefined)
      throw new SternaError('bug', 'internal', 'A create without a reserved id, or a stream.');
    const { url: collection } = this.#reader.locate(op.container);
    const kind = await this.#kindOf(op.container);
    const answer = await this.#put(collection, op.reservedId, op.body, { 'if-none-match': '*' }, [409, 412]);
    if (answer.status < 300) return this.#written(op, collection, op.reservedId, answer);
    const rival = await this.#rivalOf(answer, collection, kind, op.body);
    if (rival !== undefined) return { op: op.op, outcome: 'exists', ...rival };
    if (answer.status === 500) return this.#tripped(op, collection, op.reservedId, undefined, kind, op.body, answer);
    if (answer.status !== 412) throw objectRefusal(answer);
    // The name is ours: an earlier try of this create made it.
    const mine = await this.#reader.one(collection, op.reservedId);
    if (!('body' in mine) || !Buffer.isBuffer(mine.body)) throw objectRefusal(answer);
    if (pivotOf(kind).digest(mine.body).equals(pivotOf(kind).digest(op.body)))
      return done(op.op, op.reservedId, mine.version);
    // What was made then is older than what the source holds now.
    this.#quiet?.check(mine.body, 'replace');
    const again = await this.#put(collection, op.reservedId, op.body, { 'if-match': mine.version ?? '*' }, []);
    if (again.status >= 300) throw objectRefusal(again);
    return this.#written(op, collection, op.reservedId, again);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const { url: collection } = this.#reader.locate(op.container);
    const kind = await this.#kindOf(op.container);
    const body = wholeBodyOf(op);
    // `If-Match: *` is not understood everywhere, so "whatever it is" is asked for by name.
    const version =
      this.#quiet?.looksFirst === true || op.ifVersion === undefined
        ? await this.#looked(collection, op.targetId, 'replace', op.ifVersion)
        : op.ifVersion;
    if (version === undefined) return { op: op.op, outcome: 'missing' };
    const answer = await this.#put(collection, op.targetId, body, { 'if-match': version }, [404, 409, 410, 412]);
    if (answer.status < 300) return this.#written(op, collection, op.targetId, answer);
    if (answer.status === 500) return this.#tripped(op, collection, op.targetId, version, kind, body, answer);
    if (![404, 410, 412].includes(answer.status)) throw objectRefusal(answer);
    const now = await this.#reader.one(collection, op.targetId);
    if (!('body' in now) || !Buffer.isBuffer(now.body)) return { op: op.op, outcome: 'missing' };
    // The first try of this very request took effect, and its answer was lost.
    if (pivotOf(kind).digest(now.body).equals(pivotOf(kind).digest(body))) return done(op.op, op.targetId, now.version);
    return { op: op.op, outcome: 'changed', ...(now.version === undefined ? {} : { version: now.version }) };
  }

  /** The version that was looked at, so that what is written over is what was looked at; `wanted` where it is not that. */
  async #looked(
    collection: URL,
    id: string,
    verb: 'replace' | 'remove',
    wanted: string | undefined,
  ): Promise<string | undefined> {
    const now = await this.#reader.one(collection, id);
    if ('error' in now) throw now.error;
    if (!('body' in now) || !Buffer.isBuffer(now.body)) return undefined;
    if (wanted !== undefined && now.version !== wanted) return wanted;
    this.#quiet?.check(now.body, verb);
    return now.version ?? wanted;
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const { url: collection } = this.#reader.locate(op.container);
    let version = op.ifVersion;
    if (this.#quiet?.looksFirst === true) {
      version = await this.#looked(collection, op.targetId, 'remove', op.ifVersion);
      if (version === undefined) return { op: op.op, outcome: 'missing' };
    }
    const answer = await this.#http.send({
      method: 'DELETE',
      url: objectUrl(collection, op.targetId),
      headers: { ...this.#quiet?.headers, ...(version === undefined ? {} : { 'if-match': version }) },
      doing: 'removing an object',
      repeatable: true,
      expected: [404, 410, 412],
    });
    if (answer.status < 300) return { op: op.op, outcome: 'done' };
    if (answer.status === 412) {
      const now = await this.#reader.one(collection, op.targetId);
      if ('body' in now)
        return { op: op.op, outcome: 'changed', ...(now.version === undefined ? {} : { version: now.version }) };
    }
    return { op: op.op, outcome: 'missing' };
  }

  async #put(
    collection: URL,
    id: string,
    body: Buffer,
    condition: Readonly<Record<string, string>>,
    expected: readonly number[],
  ): Promise<DavAnswer> {
    const send = (): Promise<DavAnswer> =>
      this.#http.send({
        method: 'PUT',
        url: objectUrl(collection, id),
        headers: { 'content-type': this.#dialect.contentType, ...this.#quiet?.headers, ...condition },
        body,
        doing: 'an object',
        // Every PUT carries a condition, so one that is sent twice takes effect once.
        repeatable: true,
        // What is said of this object alone is its own failure, not the endpoint's.
        expected: [403, 413, 500, ...expected],
      });
    const answer = await send();
    // A slip of the server, perhaps. Where the first one was written after all, the condition says so.
    return answer.status === 500 ? send() : answer;
  }

  /**
   * The server failed on this object. What it holds now tells whether it was written all the same; if it wasn't, and the
   * server answers otherwise, the object is what it fails on.
   *
   * @param before version that was there; undefined: nothing
   */
  async #tripped(
    op: { readonly op: string },
    collection: URL,
    id: string,
    before: string | undefined,
    kind: ContentKind,
    body: Buffer,
    answer: DavAnswer,
  ): Promise<Result> {
    const now = await this.#reader.one(collection, id);
    if (!('body' in now) || !Buffer.isBuffer(now.body)) throw objectRefusal(answer);
    if (pivotOf(kind).digest(now.body).equals(pivotOf(kind).digest(body))) return done(op.op, id, now.version);
    if (now.version === before) throw objectRefusal(answer);
    return { op: op.op, outcome: 'changed', ...(now.version === undefined ? {} : { version: now.version }) };
  }

  /** A strong ETag means that the server kept the bytes (RFC 4791 section 5.3.4); else it is asked what it made of them. */
  async #written(op: { readonly op: string }, collection: URL, id: string, answer: DavAnswer): Promise<Result> {
    const etag = answer.header('etag');
    if (etag !== undefined) return done(op.op, id, etag);
    const now = await this.#reader.one(collection, id);
    return done(op.op, id, 'body' in now ? now.version : undefined);
  }

  /** The object that has the UID already, where that is why the server refused. */
  async #rivalOf(
    answer: DavAnswer,
    collection: URL,
    kind: ContentKind,
    body: Buffer,
  ): Promise<{ targetId: string; version?: string; elsewhere?: SternaError } | undefined> {
    const precondition = preconditionOf(answer.body);
    const isConflict =
      precondition === undefined ? answer.status === 409 : this.#dialect.uidConflicts.includes(precondition.name);
    if (!isConflict) return undefined;
    const href = child(precondition, 'd:href')?.text.trim();
    const named = href === undefined ? undefined : idOf(collection, href);
    const uid = uidIn(body);
    const id = named ?? (uid === undefined ? undefined : (await this.#reader.find(collection, kind, uid))?.id);
    if (id === undefined) return href === undefined ? undefined : { targetId: href, elsewhere: takenElsewhere(href) };
    const now = await this.#reader.one(collection, id);
    return { targetId: id, ...('body' in now && now.version !== undefined ? { version: now.version } : {}) };
  }

  async #kindOf(container: string): Promise<ContentKind> {
    const { url, kind } = this.#reader.locate(container);
    const [fallback] = this.#dialect.kinds;
    return kind ?? (await this.#collections.known(url))?.kinds[0] ?? (fallback as ContentKind);
  }

  /** An object's own refusal is its result; what concerns the endpoint as a whole is thrown. */
  async #safely(op: { readonly op: string }, write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (error.class === 'object') return { op: op.op, outcome: 'refused', error };
      if (error.class === 'transient') return { op: op.op, outcome: 'unknown', error };
      throw thrown;
    }
  }
}

function takenElsewhere(href: string): SternaError {
  const collection = href.split('/').at(-2) ?? '';
  return new SternaError(
    'object',
    'uid-taken-elsewhere',
    `Another collection of the target (${decoded(collection)}) has an object with this UID, and its server takes a UID once.`,
    {
      fix: 'Choose the conflict option “rename”, or remove the other one; then start a delta pass.',
    },
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const targetOf = (result: Result | undefined): string => (result?.outcome === 'done' ? (result.targetId ?? '') : '');

function alteration(kind: ContentKind, sent: Buffer, stored: Buffer): FidelityNote | undefined {
  const pivot = pivotOf(kind);
  let names: readonly string[] = [];
  try {
    if (pivot.digest(sent).equals(pivot.digest(stored))) return undefined;
    names = pivot.differences?.(sent, stored) ?? [];
  } catch {
    // It gave back something that is no such object at all.
  }
  return {
    code: 'changed-by-target',
    text: `The target took it and stored something else${names.length === 0 ? '' : `: ${names.slice(0, 10).join(', ')}`}.`,
  };
}

const done = (op: string, targetId: string, version: string | undefined): Result => ({
  op,
  outcome: 'done',
  targetId,
  ...(version === undefined ? {} : { version }),
});

function keyOf(kind: ContentKind, body: Buffer): { matchKey?: Buffer } {
  try {
    return { matchKey: pivotOf(kind).matchKey(body) };
  } catch {
    // Somebody's broken object: it is nobody's twin.
    return {};
  }
}
