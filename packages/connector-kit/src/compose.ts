import { type ContentKind, type ItemType, SternaError } from '@sterna/core';
import { z } from 'zod';
import type { Capabilities } from './capabilities.ts';
import type { CheckLine, Connector, Credentials, OpenRequest, Session, SystemConfig } from './connector.ts';
import type { AccessOf, ChangePage, Container, Content, Reader } from './reader.ts';
import { understood } from './reading.ts';
import type { Op, Result, Writer } from './writer.ts';

/** A part of a composed connector: `key` names its settings, and its containers carry it in their ids. */
export interface Part {
  readonly key: string;
  readonly connector: Connector;
}

/**
 * One connector out of several, each for its own kinds: a mailbox whose mail, calendars and address books are three
 * servers. One sign-in serves all, unless `Credentials.parts` has another for a part; a part without settings is off.
 *
 * Ids of containers are `key:id`; everything else goes to the part that the container is of.
 */
export function composeConnectors(options: {
  readonly name: string;
  readonly title: string;
  readonly parts: readonly Part[];
  /** Absent: those of its parts. */
  readonly itemTypes?: readonly ItemType[];
}): Connector {
  const { parts } = options;
  const settings = z.strictObject(
    Object.fromEntries(
      parts.map(({ key, connector }) => [key, connector.settings.optional().describe(connector.title)]),
    ),
  );
  const used = (config: SystemConfig): { part: Part; config: SystemConfig }[] => {
    const given = config.settings as Record<string, unknown>;
    const found = parts.flatMap((part) =>
      given[part.key] === undefined
        ? []
        : [{ part, config: { settings: given[part.key], credentials: credentialsOf(config.credentials, part.key) } }],
    );
    if (found.length > 0) return found;
    throw new SternaError(
      'config',
      'system-without-parts',
      `This system has none of ${parts.map((one) => one.key).join(', ')}.`,
      {
        field: 'settings',
        fix: 'Give the settings of at least one of them.',
      },
    );
  };
  return {
    name: options.name,
    title: options.title,
    kinds: [...new Set(parts.flatMap(({ connector }) => connector.kinds))],
    itemTypes: options.itemTypes ?? [...new Set(parts.flatMap(({ connector }) => connector.itemTypes))],
    canRead: parts.every(({ connector }) => connector.canRead),
    canWrite: parts.every(({ connector }) => connector.canWrite),
    settings,
    schemes: [],
    parts: parts.map(({ key }) => key),
    parseUrl: () => {
      throw new SternaError('bug', 'internal', 'A composed connector has no URL.');
    },
    async check(system, address, signal): Promise<readonly CheckLine[]> {
      const lines: CheckLine[] = [];
      for (const { part, config } of used(system))
        for (const line of await part.connector.check(
          config,
          partAddress(system.credentials, part.key, address),
          signal,
        ))
          lines.push({ ...line, name: `${part.connector.title}: ${line.name}` });
      return lines;
    },
    // Whichever can list people lists all of them.
    async *discover(system, itemType, signal) {
      let refusal: unknown;
      for (const { part, config } of used(system))
        try {
          yield* part.connector.discover(config, itemType, signal);
          return;
        } catch (error) {
          refusal ??= error;
        }
      throw refusal;
    },
    async open(request: OpenRequest): Promise<Session> {
      const opened: { key: string; kinds: readonly ContentKind[]; session: Session }[] = [];
      const results = await Promise.allSettled(
        used(request.system).map(async ({ part, config }) => {
          const own = request.credentials;
          const session = await part.connector.open({
            ...request,
            system: config,
            address: partAddress(own ?? config.credentials, part.key, request.address) ?? request.address,
            ...(own === undefined ? {} : { credentials: credentialsOf(own, part.key) }),
          });
          opened.push({ key: part.key, kinds: part.connector.kinds, session });
        }),
      );
      const failed = results.find((one) => one.status === 'rejected');
      if (failed !== undefined) {
        for (const { session } of opened) session.destroy();
        throw failed.reason;
      }
      const order = new Map(parts.map((part, i) => [part.key, i]));
      opened.sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
      return composeSessions(opened);
    },
  };
}

/** A part's own sign-in, over what is common to all. */
function credentialsOf(credentials: Credentials, key: string): Credentials {
  const { parts, ...common } = credentials;
  const { address: _, ...own } = parts?.[key] ?? {};
  return { ...common, ...own };
}

const partAddress = (credentials: Credentials | undefined, key: string, address: string | undefined) =>
  credentials?.parts?.[key]?.address ?? address;

async function* none<T>(): AsyncGenerator<T> {}

interface OpenPart {
  readonly key: string;
  readonly kinds: readonly ContentKind[];
  readonly session: Session;
}

/** Containers of one part, by the ids that it gave them. */
const ownOf = <T extends { readonly id: string }>(key: string, known: readonly T[]): readonly T[] =>
  known.flatMap((one) => (one.id.startsWith(`${key}:`) ? [{ ...one, id: one.id.slice(key.length + 1) }] : []));

export function composeSessions(opened: readonly OpenPart[]): Session {
  const parts = opened.map((part) => ({ ...part, reader: understood(part.session.reader) }));
  const [first] = parts;
  if (first === undefined) throw new SternaError('bug', 'internal', 'A session of no parts.');
  const partOf = (container: string): (typeof parts)[number] => {
    const found = parts.find(({ key }) => container.startsWith(`${key}:`));
    if (found === undefined) throw new SternaError('bug', 'internal', 'A container of no part.');
    return found;
  };
  const inner = (container: string): string => container.slice(container.indexOf(':') + 1);
  const outer = (key: string, container: Container): Container => ({ ...container, id: `${key}:${container.id}` });
  const writerOf = (part: OpenPart): Writer => {
    if (part.session.writer === undefined)
      throw new SternaError('config', 'target-read-only', 'The target can only be read.');
    return part.session.writer;
  };
  const reader: Reader = {
    async containers(options) {
      const lists = await Promise.all(
        parts.map(({ key, reader: own }) =>
          own.containers(options?.known === undefined ? options : { ...options, known: ownOf(key, options.known) }),
        ),
      );
      return lists.flatMap((list, i) => list.map((container) => outer((parts[i] as OpenPart).key, container)));
    },
    changes: (container, cursor, facets): AsyncIterable<ChangePage> =>
      partOf(container).reader.changes(inner(container), cursor, facets),
    async *read(container, ids, options) {
      const { key, reader: own } = partOf(container);
      for await (const one of own.read(inner(container), ids, options))
        yield 'body' in one && one.shortcut !== undefined
          ? { ...one, shortcut: { ...one.shortcut, container: `${key}:${one.shortcut.container}` } }
          : one;
    },
    // Of a part without them there are none.
    ...(parts.some(({ session }) => session.reader.versions !== undefined)
      ? {
          versions: (container: string, id: string, depth: number): AsyncIterable<Content> =>
            partOf(container).reader.versions?.(inner(container), id, depth) ?? none(),
        }
      : {}),
    ...(parts.some(({ session }) => session.reader.access !== undefined)
      ? {
          access: (container: string, ids: readonly string[]): AsyncIterable<AccessOf> =>
            partOf(container).reader.access?.(inner(container), ids) ?? none(),
        }
      : {}),
  };
  const writer: Writer = {
    async ensureContainer(path, options) {
      const kind = options.kind ?? 'message';
      const part = parts.find(({ kinds }) => kinds.includes(kind));
      if (part === undefined)
        throw new SternaError('config', 'kind-not-held', `The target holds no objects of the kind ${kind}.`, {
          field: `kinds.${kind}`,
          fix: 'Switch this kind off, or give the target system a server for it.',
        });
      const own = options.existing === undefined ? options : { ...options, existing: inner(options.existing) };
      const { container, notes } = await writerOf(part).ensureContainer(path, own);
      return { container: outer(part.key, container), notes };
    },
    reserve: (container, key, name, date) => {
      const part = writerOf(partOf(container));
      return part.reserve?.(inner(container), key, name, date) as string;
    },
    async discard(container, stamp) {
      await writerOf(partOf(container)).discard?.(inner(container), stamp);
    },
    // A part without it keeps its folders.
    removeContainer: async (container) =>
      (await writerOf(partOf(container)).removeContainer?.(inner(container))) ?? 'not-empty',
    aside: {
      nameOf: async (container) => writerOf(partOf(container)).aside?.nameOf(inner(container)),
      rename: async (container, name) =>
        (await writerOf(partOf(container)).aside?.rename(inner(container), name)) ?? 'missing',
    },
    sent: async (container, ids) => (await writerOf(partOf(container)).sent?.(inner(container), ids)) ?? new Map(),
    mark: (container) => writerOf(partOf(container)).mark(inner(container)),
    async apply(ops): Promise<readonly Result[]> {
      const groups = Map.groupBy(ops, (op) => partOf(op.container));
      const results = await Promise.all(
        [...groups].map(([part, own]) =>
          writerOf(part).apply(
            own.map((op): Op => {
              const here = { ...op, container: inner(op.container) };
              if (here.verb === 'create' && here.shortcut !== undefined)
                return { ...here, shortcut: { ...here.shortcut, container: inner(here.shortcut.container) } };
              return here.verb === 'place' ? { ...here, to: inner(here.to) } : here;
            }),
          ),
        ),
      );
      const byOp = new Map(results.flat().map((result) => [result.op, result]));
      return ops.flatMap((op) => byOp.get(op.op) ?? []);
    },
    confirm: (container, ids) => writerOf(partOf(container)).confirm(inner(container), ids),
    candidates: (container, since) => writerOf(partOf(container)).candidates(inner(container), since),
    inventory: (container, facets) => writerOf(partOf(container)).inventory(inner(container), facets),
  };
  const capabilitiesOf = (kind: ContentKind): Capabilities => {
    const { session } = parts.find(({ kinds }) => kinds.includes(kind)) ?? first;
    return session.capabilitiesOf?.(kind) ?? session.capabilities;
  };
  const unreadable = parts.flatMap(({ session }) => session.unreadable ?? []);
  return {
    capabilities: { ...first.session.capabilities, kinds: parts.flatMap(({ kinds }) => kinds) },
    capabilitiesOf,
    reader,
    ...(parts.every(({ session }) => session.writer !== undefined) ? { writer } : {}),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    identity: parts.map(({ session }) => session.identity).join(' + '),
    async quota() {
      for (const { session } of parts) {
        const quota = await session.quota();
        if (quota !== undefined) return quota;
      }
      return undefined;
    },
    async release(isOver, known = []) {
      await Promise.all(parts.map(({ key, session }) => session.release?.(isOver, ownOf(key, known))));
    },
    async finish(known) {
      const all = await Promise.all(parts.map(async ({ key, session }) => session.finish?.(ownOf(key, known))));
      const names = (of: 'finished' | 'refused'): string[] =>
        [...new Set(all.flatMap((one) => one?.[of] ?? []))].sort();
      return { finished: names('finished'), refused: names('refused') };
    },
    async close() {
      await Promise.all(parts.map(({ session }) => session.close()));
    },
    destroy() {
      for (const { session } of parts) session.destroy();
    },
  };
}
