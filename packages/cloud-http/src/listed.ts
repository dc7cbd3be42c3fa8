import { createHash } from 'node:crypto';
import type {
  Candidate,
  ChangePage,
  Container,
  Content,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  Reader,
  RemoveOp,
  ReplaceOp,
  Result,
  Unreadable,
  Vanished,
  Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { type ContentKind, SternaError } from '@sterna/core';
import { statusOf } from './errors.ts';
import { changedResult, doneResult, eachOf, existsResult } from './writing.ts';

/** One of few objects: listing them tells what they are. */
export interface Listed {
  readonly id: string;
  readonly version: string;
  readonly body: Buffer;
  /** It can't be migrated, and why; the body says nothing then. */
  readonly passedOver?: SternaError;
}

/** Objects of which there are few enough that all are listed each time: members, settings. */
export interface ListedObjects {
  readonly kind: ContentKind;
  containers(): Promise<readonly Container[]>;
  /** @throws SternaError transient `container-gone` */
  list(container: string): Promise<readonly Listed[]>;
  /** One of them, where that is cheaper than listing all. Absent: they are listed. */
  find?(container: string, id: string): Promise<Listed | undefined>;
  /** The one of this object's natural key, where that is cheaper than listing all. Absent: they are listed. */
  rivalOf?(container: string, body: Buffer): Promise<Listed | undefined>;
}

/** How they are written; each has a natural key, so that a second create finds the first. */
export interface ListedWriting {
  ensureContainer: Writer['ensureContainer'];
  /** @returns its id; without a `version` it is looked at once more */
  create(
    container: string,
    body: Buffer,
  ): Promise<{ readonly id: string; readonly version?: string; readonly notes?: readonly FidelityNote[] }>;
  replace(container: string, now: Listed, body: Buffer): Promise<readonly FidelityNote[]>;
  remove(container: string, now: Listed): Promise<void>;
}

export class ListedReader implements Reader {
  readonly #objects: ListedObjects;

  constructor(objects: ListedObjects) {
    this.#objects = objects;
  }

  async containers(): Promise<readonly Container[]> {
    const containers = await this.#objects.containers();
    return Promise.all(
      containers.map(async (container) => {
        const objects = await this.#objects.list(container.id).catch(unlessWanted);
        return objects === undefined ? container : { ...container, total: objects.length, glance: glanceOf(objects) };
      }),
    );
  }

  async *changes(container: string): AsyncGenerator<ChangePage> {
    const objects = await this.#objects.list(container);
    yield {
      changes: objects.map(({ id, version }) => ({ id, version })),
      mode: 'full',
      next: { cursor: 'list', glance: glanceOf(objects), total: objects.length },
    };
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const byId = new Map((await this.#objects.list(container)).map((one) => [one.id, one]));
    for (const id of ids) {
      const found = byId.get(id);
      if (found === undefined) yield { id, vanished: true };
      else if (found.passedOver !== undefined) yield { id, error: found.passedOver, isSkipped: true };
      else {
        const { body, version } = found;
        yield { id, flags: [], date: undefined, size: body.length, body, version };
      }
    }
  }
}

/** A service that is off is told where its objects are asked for: an entry may leave them out. */
function unlessWanted(thrown: unknown): undefined {
  if (!(thrown instanceof SternaError) || thrown.class !== 'config') throw thrown;
}

export class ListedWriter implements Writer {
  readonly #objects: ListedObjects;
  readonly #writing: ListedWriting;
  readonly ensureContainer: Writer['ensureContainer'];

  constructor(objects: ListedObjects, writing: ListedWriting) {
    this.#objects = objects;
    this.#writing = writing;
    this.ensureContainer = (path, options) => writing.ensureContainer(path, options);
  }

  async mark(): Promise<string> {
    return '-';
  }

  async confirm(): Promise<void> {}

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for a ${this.#objects.kind}.`);
      },
      (cause) => new SternaError('transient', 'container-gone', 'The group is no more.', { cause }),
      // Each is looked at beside those before it.
      1,
    );
  }

  async *candidates(container: string): AsyncGenerator<Candidate> {
    const pivot = pivotOf(this.#objects.kind);
    for (const { id, body } of await this.#whole(container))
      yield { targetId: id, digest: pivot.digest(body), marked: false };
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const pivot = pivotOf(this.#objects.kind);
    for (const { id, version, body } of await this.#whole(container))
      yield {
        targetId: id,
        version,
        ...(facets.size === true ? { size: body.length } : {}),
        ...(facets.matchKey === true ? { matchKey: pivot.matchKey(body) } : {}),
      };
  }

  async #create(op: CreateOp): Promise<Result> {
    const body = wholeOf(op);
    const rival = await this.#withKeyOf(op.container, body);
    if (rival !== undefined) return existsResult(op, rival);
    const { id, version, notes } = await this.#writing.create(op.container, body).catch((thrown: unknown) => {
      throw statusOf(thrown) === 404 ? namesNobody(thrown) : thrown;
    });
    return doneResult(op.op, id, version ?? (await this.#find(op.container, id))?.version, notes);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const body = wholeOf(op);
    const now = await this.#find(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.version !== op.ifVersion) {
      const { digest } = pivotOf(this.#objects.kind);
      // The first try of this very request took effect, and its answer was lost.
      if (!digest(now.body).equals(digest(body))) return changedResult(op.op, now.version);
      return doneResult(op.op, now.id, now.version);
    }
    const notes = await this.#writing.replace(op.container, now, body);
    const after = await this.#find(op.container, op.targetId);
    return doneResult(op.op, op.targetId, after?.version, notes);
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const now = await this.#find(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.version !== op.ifVersion) return changedResult(op.op, now.version);
    await this.#writing.remove(op.container, now);
    return { op: op.op, outcome: 'done' };
  }

  async #withKeyOf(container: string, body: Buffer): Promise<Listed | undefined> {
    const { rivalOf } = this.#objects;
    if (rivalOf !== undefined) return isWhole(await rivalOf.call(this.#objects, container, body));
    const { matchKey } = pivotOf(this.#objects.kind);
    const key = matchKey(body);
    return (await this.#whole(container)).find((one) => matchKey(one.body).equals(key));
  }

  async #find(container: string, id: string): Promise<Listed | undefined> {
    const { find } = this.#objects;
    if (find !== undefined) return isWhole(await find.call(this.#objects, container, id));
    return (await this.#whole(container)).find((one) => one.id === id);
  }

  async #whole(container: string): Promise<readonly Listed[]> {
    return (await this.#objects.list(container)).filter(({ passedOver }) => passedOver === undefined);
  }
}

const isWhole = (one: Listed | undefined): Listed | undefined => (one?.passedOver === undefined ? one : undefined);

/** A person, or a channel, that was there when it was looked up. */
const namesNobody = (cause: unknown): SternaError =>
  new SternaError('object', 'names-nothing-there', 'It names somebody or something that the target doesn’t have now.', {
    fix: 'Start a delta pass: it looks again.',
    cause,
  });

function wholeOf({ body }: CreateOp | ReplaceOp): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new SternaError('bug', 'internal', 'Only files are written from a stream.');
}

/** What a whole listing looks like: it is another one after any change. */
export function glanceOf(objects: readonly Pick<Listed, 'id' | 'version'>[]): string {
  const hash = createHash('sha256');
  for (const { id, version } of objects) hash.update(`${id}\0${version}\0\0`);
  return `${objects.length}.${hash.digest('hex').slice(0, 32)}`;
}
