import type { CreateOp, RemoveOp, ReplaceOp, Result, Session, Writer } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { bytesOf, collect, list } from './helpers.ts';
import type { FoundObject, ObjectEndpoint, ObjectFixture } from './object-fixture.ts';
import { awkwardObjects, objectOf } from './objects.ts';

interface Stage {
  readonly endpoint: ObjectEndpoint;
  open(role: 'read' | 'write', signal?: AbortSignal): Promise<Session>;
}

/**
 * The contract of readers and writers for kinds whose content can change: events, tasks, contacts (connector-kit,
 * reader.ts and writer.ts). Call it in a test file of the connector, once for each kind.
 */
export function describeObjects(name: string, fixture: ObjectFixture): void {
  const { kind } = fixture;
  const object = (uid: string, title: string): Buffer => objectOf(kind, uid, title);
  const meaning = (raw: Buffer): string => pivotOf(kind).digest(raw).toString('hex');
  const meanings = (found: readonly FoundObject[]): string[] =>
    found.map(({ collection, raw }) => `${collection} ${meaning(raw)}`).sort();
  const wanted = (collection: string, ...raws: readonly Buffer[]): string[] =>
    raws.map((raw) => `${collection} ${meaning(raw)}`).sort();

  const staged = (body: (stage: Stage) => Promise<void>) => async (): Promise<void> => {
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

  const containerOf = async (session: Session, collection: string): Promise<string> => {
    const found = (await session.reader.containers()).find(
      (one) => one.kind === kind && one.path.join('/') === collection,
    );
    if (found === undefined) throw new Error(`no container ${collection}`);
    return found.id;
  };
  const ensure = async (session: Session, collection: string, look: object = {}): Promise<string> =>
    (await writerOf(session).ensureContainer([collection], { kind, ...look })).container.id;
  const readAll = async (session: Session, container: string, ids: readonly string[]) => {
    const read: { id: string; version: string | undefined; meaning: string }[] = [];
    for await (const got of session.reader.read(container, ids)) {
      if (!('body' in got)) throw new Error(`not read: ${'error' in got ? got.error.message : 'vanished'}`);
      read.push({ id: got.id, version: got.version, meaning: meaning(await bytesOf(got.body)) });
    }
    return read;
  };

  describe(`${name}: ${kind}s`, () => {
    test(
      'listing and reading: complete, each with its version, the same in both',
      staged(async ({ endpoint, open }) => {
        const objects = [object('a', 'A'), object('b', 'B'), ...awkwardObjects(kind).values()];
        await endpoint.seed('Work', objects);
        const session = await open('read');
        expect(session.capabilities.kinds).toContain(kind);
        expect(session.writer).toBeUndefined();
        const container = await containerOf(session, 'Work');
        const listed = await list(session.reader, container, undefined, { size: true });
        expect(listed).toMatchObject({ mode: 'full', total: objects.length });
        const read = await readAll(
          session,
          container,
          listed.changes.map(({ id }) => id),
        );
        expect(read.map((one) => one.meaning).sort()).toEqual(objects.map(meaning).sort());
        for (const { id, version } of listed.changes) {
          expect(version).toBeDefined();
          expect(read.find((one) => one.id === id)?.version).toBe(version);
        }
      }),
    );

    test(
      'a delta: what is new, changed and gone, and nothing else',
      staged(async ({ endpoint, open }) => {
        await endpoint.seed('Work', [object('a', 'A'), object('b', 'B'), object('c', 'C')]);
        const session = await open('read');
        const container = await containerOf(session, 'Work');
        const first = await list(session.reader, container);
        const known = new Map(first.changes.map(({ id, version }) => [id, version]));
        const nothing = await list(session.reader, container, first.cursor, { known: 3 });
        for (const { id, version } of nothing.changes) expect(version).toBe(known.get(id));
        await endpoint.change('Work', 'b', object('b', 'B changed'));
        await endpoint.remove('Work', 'c');
        await endpoint.seed('Work', [object('d', 'D')]);
        const second = await list(session.reader, container, first.cursor, { known: 3 });
        const alive = new Map(second.mode === 'full' ? [] : known);
        for (const { id, version, gone } of second.changes)
          if (gone === true) alive.delete(id);
          else alive.set(id, version);
        expect(alive.size).toBe(3);
        expect(second.total).toBe(3);
        const moved = [...alive].filter(([id, version]) => known.get(id) !== version).map(([id]) => id);
        const read = await readAll(session, container, moved);
        expect(read.map((one) => one.meaning).sort()).toEqual(
          [object('b', 'B changed'), object('d', 'D')].map(meaning).sort(),
        );
        const gone = [...known.keys()].find((id) => !alive.has(id)) ?? '';
        expect(await collect(session.reader.read(container, [gone]))).toEqual([{ id: gone, vanished: true }]);
      }),
    );

    test(
      'containers: found or made, the same id every time, with what they look like',
      staged(async ({ open }) => {
        const names =
          fixture.isOneCollection === true ? ['Work'] : ['Work', 'Büro \u{1f4c5} & <b>', 'a/b: c', '..', 'work'];
        const session = await open('write');
        const look = kind === 'contact' ? { description: 'Mine' } : { color: '#10AB30', description: 'Mine' };
        const ids: string[] = [];
        for (const one of names) ids.push(await ensure(session, one, look));
        expect(new Set(ids).size).toBe(names.length);
        const other = await open('write');
        for (const [n, one] of names.entries()) expect(await ensure(other, one, look), one).toBe(ids[n]);
        if (fixture.keepsLook !== false)
          for (const one of (await other.reader.containers()).filter(({ id }) => ids.includes(id)))
            expect(one).toMatchObject(look);
      }),
    );

    test(
      'create: the same meaning arrives, once, under its UID',
      staged(async ({ endpoint, open }) => {
        const session = await open('write');
        const container = await ensure(session, 'Work');
        const objects = [...awkwardObjects(kind).values(), object('a', 'A')];
        const batch = creates(session, container, objects);
        const results = await writerOf(session).apply(batch);
        expect(results.map(({ outcome }) => outcome)).toEqual(objects.map(() => 'done'));
        expect(meanings(await endpoint.dump())).toEqual(wanted('Work', ...objects));
        const items = await collect(writerOf(session).inventory(container, { matchKey: true }));
        expect(items.map(({ targetId }) => targetId).sort()).toEqual(results.map(idOf).sort());
        expect(items.map((item) => item.matchKey?.toString('hex')).sort()).toEqual(
          objects.map((raw) => pivotOf(kind).matchKey(raw).toString('hex')).sort(),
        );
        for (const result of results)
          expect(items.find((item) => item.targetId === idOf(result))?.version).toBe(versionOf(result));
        // Another object under a UID that is taken.
        const last = results.at(-1);
        const [rival] = await writerOf(session).apply(creates(session, container, [object('a', 'Rival')]));
        expect(rival).toMatchObject({ outcome: 'exists', targetId: idOf(last) });
        expect(meanings(await endpoint.dump())).toEqual(wanted('Work', ...objects));
      }),
    );

    test(
      'after a crash: an unacknowledged create is found, and is there once',
      staged(async ({ endpoint, open }) => {
        await endpoint.seed('Work', [object('theirs', 'Theirs')]);
        const session = await open('write');
        const container = await ensure(session, 'Work');
        const mark = await writerOf(session).mark(container);
        const objects = [object('a', 'A'), object('b', 'B')];
        const batch = creates(session, container, objects);
        const results = await writerOf(session).apply(batch);
        session.destroy();
        const heir = await open('write');
        const { settle } = heir.capabilitiesOf?.(kind) ?? heir.capabilities;
        if (settle === 'reserved-id') {
          const again = await writerOf(heir).apply(batch);
          expect(again.map(idOf)).toEqual(results.map(idOf));
          expect(again.map(versionOf)).toEqual(results.map(versionOf));
        } else {
          const found = await collect(writerOf(heir).candidates(container, mark));
          for (const [n, raw] of objects.entries())
            expect(found.find(({ digest }) => digest.toString('hex') === meaning(raw))?.targetId).toBe(
              idOf(results[n]),
            );
        }
        expect(meanings(await endpoint.dump())).toEqual(wanted('Work', object('theirs', 'Theirs'), ...objects));
      }),
    );

    test(
      'replace: only the version that was looked at; said again, it is done already',
      staged(async ({ endpoint, open }) => {
        const session = await open('write');
        const container = await ensure(session, 'Work');
        const [a] = await writerOf(session).apply(creates(session, container, [object('a', 'A'), object('b', 'B')]));
        const op = (title: string, ifVersion: string | undefined, targetId = idOf(a)): ReplaceOp => {
          const body = object('a', title);
          return { verb: 'replace', op: title, container, targetId, ifVersion, size: body.length, body };
        };
        const apply = async (one: ReplaceOp): Promise<Result | undefined> => (await writerOf(session).apply([one]))[0];
        const first = await apply(op('A two', versionOf(a)));
        expect(first).toMatchObject({ outcome: 'done', targetId: idOf(a) });
        expect(versionOf(first)).not.toBe(versionOf(a));
        expect(await apply(op('A two', versionOf(a)))).toMatchObject({ outcome: 'done', version: versionOf(first) });
        expect(await apply(op('A three', versionOf(a)))).toMatchObject({ outcome: 'changed' });
        await endpoint.change('Work', 'a', object('a', 'A of a person'));
        expect(await apply(op('A three', versionOf(first)))).toMatchObject({ outcome: 'changed' });
        expect(meanings(await endpoint.dump())).toEqual(wanted('Work', object('a', 'A of a person'), object('b', 'B')));
        expect(await apply(op('A four', undefined))).toMatchObject({ outcome: 'done' });
        await endpoint.remove('Work', 'a');
        expect(await apply(op('A five', versionOf(first)))).toMatchObject({ outcome: 'missing' });
        expect(await apply(op('A five', undefined))).toMatchObject({ outcome: 'missing' });
        expect(meanings(await endpoint.dump())).toEqual(wanted('Work', object('b', 'B')));
      }),
    );

    test(
      'remove: exactly this object, in the version that was looked at',
      staged(async ({ endpoint, open }) => {
        const session = await open('write');
        const container = await ensure(session, 'Work');
        const [a, b] = await writerOf(session).apply(creates(session, container, [object('a', 'A'), object('b', 'B')]));
        const op = (result: Result | undefined, ifVersion?: string): RemoveOp => ({
          verb: 'remove',
          op: idOf(result),
          container,
          targetId: idOf(result),
          how: 'trash',
          ...(ifVersion === undefined ? {} : { ifVersion }),
        });
        await endpoint.change('Work', 'a', object('a', 'A of a person'));
        const results = await writerOf(session).apply([op(a, versionOf(a)), op(b, versionOf(b))]);
        expect(results).toMatchObject([{ outcome: 'changed' }, { outcome: 'done' }]);
        expect(meanings(await endpoint.dump())).toEqual(wanted('Work', object('a', 'A of a person')));
        expect(await writerOf(session).apply([op(b), op(a)])).toMatchObject([
          { outcome: 'missing' },
          { outcome: 'done' },
        ]);
        expect(await endpoint.dump()).toEqual([]);
      }),
    );

    test(
      'aborted: calls fail as SternaError, and what is there is whole',
      staged(async ({ endpoint, open }) => {
        const abort = new AbortController();
        const session = await open('write', abort.signal);
        const container = await ensure(session, 'Work');
        const objects = Array.from({ length: 20 }, (_, n) => object(`o${n}`, 'x'.repeat(2_000)));
        const flying = writerOf(session)
          .apply(creates(session, container, objects))
          .catch((thrown: unknown) => thrown);
        abort.abort();
        const result = await flying;
        if (result instanceof Error) expect(result).toBeInstanceOf(SternaError);
        await expect(session.reader.containers()).rejects.toBeInstanceOf(SternaError);
        const whole = new Set(objects.map(meaning));
        const found = await endpoint.dump();
        for (const { raw } of found) expect(whole.has(meaning(raw))).toBe(true);
        expect(new Set(meanings(found)).size).toBe(found.length);
      }),
    );
  });
}

let serial = 0;

function creates(session: Session, container: string, objects: readonly Buffer[]): CreateOp[] {
  return objects.map((body) => {
    serial += 1;
    const key = serial.toString(16).padStart(32, '0');
    const reserved =
      session.writer?.reserve === undefined ? {} : { reservedId: session.writer.reserve(container, key) };
    return {
      verb: 'create',
      op: `op${serial}`,
      container,
      flags: [],
      date: undefined,
      size: body.length,
      body,
      ...reserved,
    };
  });
}

function writerOf(session: Session): Writer {
  if (session.writer === undefined) throw new Error('a write session has no writer');
  return session.writer;
}

const idOf = (result: Result | undefined): string => (result?.outcome === 'done' ? (result.targetId ?? '') : '');
const versionOf = (result: Result | undefined): string | undefined =>
  result?.outcome === 'done' ? result.version : undefined;
