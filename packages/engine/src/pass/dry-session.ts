import type {
  Container,
  CreateOp,
  InventoryItem,
  Op,
  Reader,
  ReplaceOp,
  Result,
  Session,
  Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { type ContentKind, nameKey, SternaError } from '@sterna/core';
import { WOULD_OVERWRITE } from '@sterna/store';
import { withMembers } from './side.ts';

const VIRTUAL = 'dry-run:';
/** Ids of containers and objects that a dry run answers with: nothing of the target's own is called so. */
export const isVirtual = (id: string): boolean => id.startsWith(VIRTUAL);

/** The target as it is, with a writer that changes nothing: it answers as the target would, as far as that can be told. */
export function drySession(target: Session): Session {
  const { reader, writer } = target;
  if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
  return withMembers(target, {
    reader: withMembers(reader, { read: realRead(reader) }),
    writer: new DryWriter(target, writer),
    release: async () => {},
  });
}

/** What was never written can't be read. */
const realRead = (reader: Reader): Reader['read'] =>
  async function* read(container, ids, options) {
    const real = isVirtual(container) ? [] : ids.filter((id) => !isVirtual(id));
    for (const id of ids) if (!real.includes(id)) yield { id, vanished: true };
    if (real.length > 0) yield* reader.read(container, real, options);
  };

/** What a container holds, and would hold by now. */
interface Held {
  readonly byId: Map<string, string | undefined>;
  /** Ids by natural key, of kinds that have one. */
  readonly byKey: Map<string, string>;
}

class DryWriter implements Writer {
  readonly #target: Session;
  readonly #writer: Writer;
  readonly #held = new Map<string, Promise<Held>>();
  readonly #kinds = new Map<string, ContentKind>();
  #containers: Promise<readonly Container[]> | undefined;
  readonly reserve?: NonNullable<Writer['reserve']>;

  constructor(target: Session, writer: Writer) {
    this.#target = target;
    this.#writer = writer;
    if (writer.reserve !== undefined)
      this.reserve = (container, key, name, date) =>
        isVirtual(container)
          ? (name ?? `${VIRTUAL}${key}`)
          : (writer.reserve?.(container, key, name, date) ?? `${VIRTUAL}${key}`);
  }

  async ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): ReturnType<Writer['ensureContainer']> {
    const kind = options.kind ?? 'message';
    const all = (await this.#listed()).filter((one) => one.kind === kind && one.sharedBy === undefined);
    const found =
      all.find(({ id }) => id === options.existing) ??
      (options.role === undefined ? undefined : all.find(({ role }) => role === options.role)) ??
      (options.isDefault === true ? all.find(({ isDefault }) => isDefault === true) : undefined) ??
      all.find((one) => samePath(one.path, path));
    const container = found ?? { id: `${VIRTUAL}${kind}:${path.join('/')}`, path, kind, total: 0 };
    this.#kinds.set(container.id, kind);
    return { container, notes: [] };
  }

  async mark(container: string): Promise<string> {
    return isVirtual(container) ? '' : this.#writer.mark(container);
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const results: Result[] = [];
    for (const op of ops) results.push(await this.#apply(op));
    return results;
  }

  async confirm(): Promise<void> {}

  /** Nothing was sent, so nothing is there. The real one may tidy up. */
  async *candidates(): AsyncGenerator<never> {}

  async sent(container: string, ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    return isVirtual(container) ? new Map() : ((await this.#writer.sent?.(container, ids)) ?? new Map());
  }

  async *inventory(container: string, facets: Parameters<Writer['inventory']>[1]): AsyncGenerator<InventoryItem> {
    if (!isVirtual(container)) yield* this.#writer.inventory(container, facets);
  }

  async #apply(op: Op): Promise<Result> {
    const done = { op: op.op, outcome: 'done' } as const;
    switch (op.verb) {
      case 'create':
        return this.#create(op);
      case 'replace':
        return this.#replace(op);
      case 'place':
        return { ...done, targetId: op.name ?? `${VIRTUAL}${op.op}` };
      case 'state':
      case 'remove':
      case 'access':
        return done;
    }
  }

  async #create(op: CreateOp): Promise<Result> {
    const kind = await this.#kindOf(op.container);
    const refused = await this.#refusal(kind, op);
    if (refused !== undefined) return { op: op.op, outcome: 'refused', error: refused };
    const targetId = op.reservedId ?? op.name ?? `${VIRTUAL}${op.op}`;
    const key = this.#keyOf(kind, op);
    if (key !== undefined) {
      const held = await this.#heldBy(op.container, kind);
      const rival = held.byKey.get(key);
      if (rival !== undefined) {
        const version = held.byId.get(rival);
        return { op: op.op, outcome: 'exists', targetId: rival, ...(version === undefined ? {} : { version }) };
      }
      held.byKey.set(key, targetId);
      held.byId.set(targetId, undefined);
    }
    return { op: op.op, outcome: 'done', targetId };
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const kind = await this.#kindOf(op.container);
    const { byId } = await this.#heldBy(op.container, kind);
    if (!byId.has(op.targetId)) return { op: op.op, outcome: 'missing' };
    const version = byId.get(op.targetId);
    if (op.ifVersion !== undefined && version !== undefined && version !== op.ifVersion)
      return { op: op.op, outcome: 'changed', version };
    const refused = await this.#refusal(kind, op);
    if (refused !== undefined) return { op: op.op, outcome: 'refused', error: refused };
    byId.set(op.targetId, undefined);
    const notes = [{ code: WOULD_OVERWRITE, text: 'The copy in the target would get the content of the source.' }];
    return { op: op.op, outcome: 'done', targetId: op.targetId, notes };
  }

  /** The body is read to its end, as a write would. */
  async #refusal(kind: ContentKind, { body, size }: CreateOp | ReplaceOp): Promise<SternaError | undefined> {
    const limit = (this.#target.capabilitiesOf?.(kind) ?? this.#target.capabilities).maxObjectBytes;
    if (limit !== undefined && size > limit)
      return new SternaError('object', 'too-large-for-target', `It has ${size} bytes; the target takes ${limit}.`, {
        fix: 'Raise the target’s limit, or leave it out by the size limit.',
      });
    if (Buffer.isBuffer(body)) return undefined;
    try {
      for await (const _ of body);
    } catch (thrown) {
      if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
      return thrown;
    }
    return undefined;
  }

  /** By which the target knows that it has another one already; undefined: it takes any number. */
  #keyOf(kind: ContentKind, { name, body }: CreateOp): string | undefined {
    if (name !== undefined) return this.#nameKey(name);
    if (!pivotOf(kind).hasNaturalKey || !Buffer.isBuffer(body)) return undefined;
    return pivotOf(kind).matchKey(body).toString('hex');
  }

  #nameKey = (name: string): string =>
    nameKey(name, (this.#target.capabilitiesOf?.('file') ?? this.#target.capabilities).names ?? {});

  #heldBy(container: string, kind: ContentKind): Promise<Held> {
    let held = this.#held.get(container);
    if (held === undefined) {
      held = this.#load(container, kind);
      this.#held.set(container, held);
    }
    return held;
  }

  async #load(container: string, kind: ContentKind): Promise<Held> {
    const held: Held = { byId: new Map(), byKey: new Map() };
    for await (const item of this.inventory(container, { matchKey: kind !== 'file' })) {
      held.byId.set(item.targetId, item.version);
      const key = kind === 'file' ? this.#nameKey(item.name ?? item.targetId) : item.matchKey?.toString('hex');
      if (key !== undefined) held.byKey.set(key, item.targetId);
    }
    return held;
  }

  #listed(): Promise<readonly Container[]> {
    this.#containers ??= this.#target.reader.containers();
    return this.#containers;
  }

  async #kindOf(container: string): Promise<ContentKind> {
    const known = this.#kinds.get(container) ?? (await this.#listed()).find(({ id }) => id === container)?.kind;
    return known ?? (container.split(':')[1] as ContentKind);
  }
}

const samePath = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, i) => name === other[i]);
