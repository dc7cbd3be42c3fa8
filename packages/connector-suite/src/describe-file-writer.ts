import type { PlaceOp, ReplaceOp, Result, Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { fileNameOf, namedFile } from './file-objects.ts';
import type { FoundMessage, SuiteEndpoint, SuiteFixture } from './fixture.ts';
import { collect, list, seconds, staged, toolsOf } from './helpers.ts';
import { dateOf } from './messages.ts';
import { apply, chunks, create, foundVersion, opsOf, versionOf, type Wanted, writerOf } from './writer-tools.ts';

const STAMP = '00c0ffee'.repeat(4);

/** Names with which a careless writer leaves the folder. */
const TRAVERSAL = ['..', '.', '../outside', '/outside', 'a/b', '../../outside', 'nul\0', '', '..\\..\\outside/x'];

/** Yields the beginning, then fails. */
async function* breaking(raw: Buffer, error: SternaError): AsyncIterable<Buffer> {
  yield* chunks(raw.subarray(0, Math.floor(raw.length / 2)));
  throw error;
}

const lost = (): SternaError => new SternaError('transient', 'source-lost', 'The source went away.');
const refused = (): SternaError =>
  new SternaError('object', 'changed-while-read', 'The file changed.', { fix: 'Again.' });

/** What a writer of files does beyond what writers of all kinds do. Called by `describeWriter`. */
export function describeFileWriter(name: string, fixture: SuiteFixture): void {
  const tools = toolsOf(fixture);
  const { home, plain, seedOf, digest, large, awkward, keys, capabilitiesOf } = tools;
  const changed = tools.changed as NonNullable<typeof tools.changed>;

  async function ensure(session: Session, path: readonly string[]): Promise<string> {
    return (await writerOf(session).ensureContainer(path, { kind: 'file' })).container.id;
  }

  const put = async (session: Session, container: string, wanted: Partial<Wanted> & { raw: Buffer }) =>
    (await apply(session, opsOf(tools, session, container, [{ flags: [], date: dateOf(1), ...wanted }])))[0] as Result;

  /** `folder/name` of everything that is there, with the digest of its content. */
  const shape = (found: readonly FoundMessage[]): string[] =>
    found.map((one) => `${[...one.folder, one.name].join('/')} ${digest(one.raw)}`).sort();
  const shapeOf = async (endpoint: SuiteEndpoint): Promise<string[]> => shape(await endpoint.dump());
  const line = (path: string, raw: Buffer): string => `${path} ${digest(raw)}`;
  const nothingLeft = async (endpoint: SuiteEndpoint, stamp = ''): Promise<void> => {
    const left = (await endpoint.leftovers?.()) ?? [];
    expect(left.filter((one) => one.includes(stamp))).toEqual([]);
  };

  /** The version by which the session's own reader and inventory know a file. */
  async function versionNow(session: Session, container: string, id: string): Promise<string | undefined> {
    const items = await collect(writerOf(session).inventory(container, {}));
    const version = items.find((item) => item.targetId === id)?.version;
    const listed = (await list(session.reader, container)).changes.find((change) => change.id === id);
    expect(listed?.version).toBe(version);
    return version;
  }

  const placing = (container: string, targetId: string, to: string, newName?: string): PlaceOp => ({
    verb: 'place',
    op: `place ${targetId}`,
    container,
    targetId,
    to,
    ...(newName === undefined ? {} : { name: newName }),
  });

  const replacing = (container: string, targetId: string, ifVersion: string | undefined, raw: Buffer): ReplaceOp => ({
    verb: 'replace',
    op: 'replace',
    container,
    targetId,
    ifVersion,
    size: raw.length,
    body: raw,
    date: dateOf(7),
    stamp: STAMP,
  });

  describe(`${name}: writer of files`, () => {
    test(
      'create: under the name that it was given, with its date, and nothing else',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const raws = [...awkward.values()];
        await create(
          tools,
          session,
          inside,
          raws.map((raw, n) => ({ raw, flags: [], date: dateOf(n) })),
        );
        const found = await endpoint.dump();
        expect(shape(found)).toEqual(
          raws.map((raw) => line([...home, tools.targetName(session, raw)].join('/'), raw)).sort(),
        );
        if (capabilitiesOf(session).dateKept)
          for (const one of found)
            expect(seconds(one.date)).toBe(seconds(dateOf(raws.findIndex((raw) => raw.equals(one.raw)))));
        await nothingLeft(endpoint);
      }),
    );

    test(
      'names that only case or normalization tells apart: two files, where the names say so',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const { names = {} } = capabilitiesOf(session);
        const inside = await ensure(session, home);
        const pairs = [
          ...(names.ignoresCase === true ? [] : [['Case.txt', 'case.txt']]),
          ...(names.normalizes === true ? [] : [['\u00e9.txt', 'e\u0301.txt']]),
        ].flat();
        for (const one of pairs)
          expect(await put(session, inside, { raw: namedFile(one) }), one).toMatchObject({ outcome: 'done' });
        expect((await endpoint.dump()).map((one) => one.name).sort()).toEqual(pairs.sort());
      }),
    );

    test(
      'the version of what was written is what listing, reading and inventory say',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const wanted = [
          { raw: plain(1), date: dateOf(1) },
          { raw: plain(2), date: undefined },
          { raw: large(3), date: new Date(Date.UTC(2021, 5, 6, 7, 8, 9, 123)), body: chunks(large(3)) },
        ];
        for (const one of wanted) {
          const id = fileNameOf(one.raw);
          const result = await put(session, inside, one);
          expect(result).toMatchObject({ outcome: 'done', targetId: id, version: expect.any(String) });
          const other = await open('write');
          expect(await versionNow(other, inside, id)).toBe(versionOf(result));
          const [content] = await collect(other.reader.read(inside, [id]));
          expect(content).toMatchObject({ name: id, version: versionOf(result), size: one.raw.length });
        }
        const items = await collect(writerOf(session).inventory(inside, { size: true }));
        expect(items.map((item) => item.name).sort()).toEqual(wanted.map(({ raw }) => fileNameOf(raw)).sort());
        for (const item of items) {
          const one = wanted.find(({ raw }) => fileNameOf(raw) === item.name);
          expect(item.size).toBe(one?.raw.length);
          if (capabilitiesOf(session).dateKept && fixture.listsDates !== false && one?.date !== undefined)
            expect(seconds(item.date)).toBe(seconds(one.date));
        }
        await nothingLeft(endpoint);
      }),
    );

    test(
      'create: what is there stays, a file as well as a folder',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2, { folder: [...home, 'plain-3.txt'] })]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const version = await versionNow(session, inside, 'plain-1.txt');
        const there = { outcome: 'exists', targetId: 'plain-1.txt', version };
        expect(await put(session, inside, { raw: plain(1), body: chunks(large()) })).toMatchObject(there);
        expect(await put(session, inside, { raw: changed(1) })).toMatchObject(there);
        if (fixture.folderBesideFile !== true)
          expect(await put(session, inside, { raw: plain(3) })).toMatchObject({ outcome: 'exists', targetId: '' });
        const twice = opsOf(
          tools,
          session,
          inside,
          [plain(4), changed(4)].map((raw) => ({ raw, flags: [], date: undefined })),
        );
        const results = await apply(session, twice);
        expect(results.map(({ outcome }) => outcome).sort()).toEqual(['done', 'exists']);
        expect(new Set(results.map(foundVersion)).size).toBe(1);
        const kept = results[0]?.outcome === 'done' ? plain(4) : changed(4);
        expect(await shapeOf(endpoint)).toEqual(
          [
            line('Documents/plain-1.txt', plain(1)),
            line('Documents/plain-3.txt/plain-2.txt', plain(2)),
            line('Documents/plain-4.txt', kept),
          ].sort(),
        );
        await nothingLeft(endpoint);
      }),
    );

    test(
      'folders: made with all above them; a file in the way is named',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1)]);
        const session = await open('write');
        const deep = await ensure(session, ['a', 'b', 'c']);
        expect(await ensure(await open('write'), ['a', 'b', 'c'])).toBe(deep);
        await put(session, deep, { raw: plain(2) });
        const root = await ensure(session, []);
        await put(session, root, { raw: plain(3) });
        if (fixture.folderBesideFile !== true)
          for (const path of [
            [...home, 'plain-1.txt'],
            [...home, 'plain-1.txt', 'below'],
          ]) {
            const error = await ensure(session, path).catch((thrown: unknown) => thrown);
            expect(error).toBeInstanceOf(SternaError);
            expect(error).toMatchObject({ class: 'config', code: 'file-in-the-way', fix: expect.any(String) });
          }
        expect(keys(await endpoint.dump())).toEqual(
          keys([seedOf(1), seedOf(2, { folder: ['a', 'b', 'c'] }), seedOf(3, { folder: [] })]),
        );
      }),
    );

    test(
      'names that lead elsewhere are neither obeyed nor written',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, [...home, 'Below']);
        const nested = await ensure(session, ['a', 'b']);
        for (const one of TRAVERSAL) {
          const label = JSON.stringify(one);
          const made = await put(session, inside, { raw: plain(1), name: one }).catch((thrown: unknown) => thrown);
          if (made instanceof Error) expect(made, label).toBeInstanceOf(SternaError);
          else expect(made, label).toMatchObject({ outcome: 'refused', error: { class: 'object' } });
          // A folder may be given a name that can be.
          const id = await ensure(session, [one]).catch((thrown: unknown) => thrown);
          if (id instanceof Error) expect(id, label).toBeInstanceOf(SternaError);
          else expect(['', nested], label).not.toContain(id);
        }
        expect(await endpoint.dump()).toEqual([]);
        await put(session, inside, { raw: plain(1) });
        for (const one of TRAVERSAL) {
          const [moved] = await apply(session, [placing(inside, 'plain-1.txt', inside, one)]).catch(() => []);
          if (moved !== undefined) expect(moved.outcome, JSON.stringify(one)).toBe('refused');
          const [removed] = await apply(session, [
            { verb: 'remove', op: 'r', container: inside, targetId: one, how: 'expunge' },
          ]).catch(() => []);
          if (removed !== undefined) expect(removed.outcome, JSON.stringify(one)).not.toBe('done');
        }
        expect(await shapeOf(endpoint)).toEqual([line('Documents/Below/plain-1.txt', plain(1))]);
      }),
    );

    test(
      'place: within a folder and into another, never over what is there',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        if (!capabilitiesOf(session).moves) return;
        await endpoint.seed([
          ...[1, 2, 3].map((n) => seedOf(n)),
          seedOf(4, { folder: ['Archive'] }),
          seedOf(5, { folder: ['Archive', 'folder'] }),
        ]);
        const [inside, archive] = [await ensure(session, home), await ensure(session, ['Archive'])];
        const there = await versionNow(session, archive, 'plain-4.txt');
        expect(await apply(session, [placing(inside, 'plain-1.txt', inside, 'Renamed 1.txt')])).toMatchObject([
          { outcome: 'done', targetId: 'Renamed 1.txt' },
        ]);
        expect(
          await apply(session, [
            placing(inside, 'plain-2.txt', archive),
            placing(inside, 'plain-3.txt', archive, 'plain-4.txt'),
          ]),
        ).toMatchObject([
          { outcome: 'done', targetId: 'plain-2.txt' },
          { outcome: 'exists', targetId: 'plain-4.txt', version: there },
        ]);
        if (fixture.folderBesideFile !== true)
          expect(await apply(session, [placing(inside, 'plain-3.txt', archive, 'folder')])).toMatchObject([
            { outcome: 'exists', targetId: '' },
          ]);
        expect(await apply(session, [placing(inside, 'plain-1.txt', archive, 'x.txt')])).toMatchObject([
          { outcome: 'missing' },
        ]);
        expect(await shapeOf(endpoint)).toEqual(
          [
            line('Documents/Renamed 1.txt', plain(1)),
            line('Archive/plain-2.txt', plain(2)),
            line('Documents/plain-3.txt', plain(3)),
            line('Archive/plain-4.txt', plain(4)),
            line('Archive/folder/plain-5.txt', plain(5)),
          ].sort(),
        );
        if (fixture.keepsDates) {
          const moved = (await endpoint.dump()).find((one) => one.name === 'plain-2.txt');
          expect(seconds(moved?.date)).toBe(seconds(dateOf(2)));
        }
        await nothingLeft(endpoint);
      }),
    );

    test(
      'place: the version is told only of what was the version that it should be',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        if (!capabilitiesOf(session).moves) return;
        await endpoint.seed([seedOf(1), seedOf(2)]);
        const inside = await ensure(session, home);
        const version = await versionNow(session, inside, 'plain-1.txt');
        const [mine, theirs] = await apply(session, [
          {
            ...placing(inside, 'plain-1.txt', inside, 'mine.txt'),
            ...(version === undefined ? {} : { ifVersion: version }),
          },
          { ...placing(inside, 'plain-2.txt', inside, 'theirs.txt'), ifVersion: '"of somebody else"' },
        ]);
        expect(mine).toMatchObject({
          outcome: 'done',
          targetId: 'mine.txt',
          version: await versionNow(session, inside, 'mine.txt'),
        });
        expect(theirs).toMatchObject({ outcome: 'done', targetId: 'theirs.txt' });
        expect(theirs).not.toHaveProperty('version');
      }),
    );

    test(
      'replace: from a stream, only the version it was, under the name that it has',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const version = await versionNow(session, inside, 'plain-1.txt');
        const raw = tools.renamed?.(large(), 'plain-1.txt') as Buffer;
        const op = replacing(inside, 'plain-1.txt', version, raw);
        const [done] = await apply(session, [{ ...op, body: chunks(raw) }]);
        expect(done).toMatchObject({ outcome: 'done', targetId: 'plain-1.txt', version: expect.any(String) });
        const now = done && versionOf(done);
        expect(now).not.toBe(version);
        expect(await versionNow(session, inside, 'plain-1.txt')).toBe(now);
        const wanted = [line('Documents/plain-1.txt', raw), line('Documents/plain-2.txt', plain(2))].sort();
        expect(await shapeOf(endpoint)).toEqual(wanted);
        if (capabilitiesOf(session).dateKept) {
          const found = (await endpoint.dump()).find((one) => one.name === 'plain-1.txt');
          expect(seconds(found?.date)).toBe(seconds(dateOf(7)));
        }
        // Not the version it was: other content stays, whether it comes whole or not.
        const stale = replacing(inside, 'plain-1.txt', version, changed(1));
        const changedNow = { outcome: 'changed', version: now };
        expect(await apply(session, [stale])).toMatchObject([changedNow]);
        expect(await apply(session, [{ ...stale, body: chunks(changed(1)) }])).toMatchObject([changedNow]);
        const gone = replacing(inside, 'never-1.txt', undefined, changed(1));
        expect(await apply(session, [{ ...gone, body: chunks(changed(1)) }])).toMatchObject([{ outcome: 'missing' }]);
        expect(await shapeOf(endpoint)).toEqual(wanted);
        await nothingLeft(endpoint);
        // Shorter than what it replaces.
        const short = replacing(inside, 'plain-1.txt', undefined, plain(1));
        expect(await apply(session, [{ ...short, body: chunks(plain(1)) }])).toMatchObject([{ outcome: 'done' }]);
        expect(await shapeOf(endpoint)).toEqual(
          [line('Documents/plain-1.txt', plain(1)), line('Documents/plain-2.txt', plain(2))].sort(),
        );
      }),
    );

    test(
      'a stream that breaks: what is there stays, what isn’t does not appear; of class object it is the refusal',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const version = await versionNow(session, inside, 'plain-1.txt');
        const raw = large(1);
        const create = opsOf(tools, session, inside, [{ raw, flags: [], date: dateOf(1) }])[0];
        const replace = replacing(inside, 'plain-1.txt', version, raw);
        for (const op of [create, replace]) {
          if (op === undefined) throw new Error('no op');
          const error = refused();
          expect(await apply(session, [{ ...op, body: breaking(raw, error) }])).toEqual([
            { op: op.op, outcome: 'refused', error },
          ]);
          await nothingLeft(endpoint, op.stamp);
          const gone = lost();
          await expect(apply(session, [{ ...op, body: breaking(raw, gone) }])).rejects.toBe(gone);
          // What is shorter than promised is not the object.
          const short = await apply(session, [{ ...op, body: chunks(raw.subarray(1)) }]).catch(
            (thrown: unknown) => thrown,
          );
          if (short instanceof Error) expect(short).toBeInstanceOf(SternaError);
          else expect((short as readonly Result[])[0]?.outcome).toBe('refused');
          expect(await shapeOf(endpoint)).toEqual([line('Documents/plain-1.txt', plain(1))]);
        }
        expect(await versionNow(session, inside, 'plain-1.txt')).toBe(version);
        expect(await put(session, inside, { raw: plain(2) })).toMatchObject({ outcome: 'done' });
      }),
    );

    test(
      'a large file that was half written is written whole by the next try, whatever lies there',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const raw = large(1);
        const [op] = opsOf(tools, session, inside, [{ raw, flags: [], date: dateOf(1), stamp: STAMP }]);
        if (op === undefined) throw new Error('no op');
        const error = lost();
        await expect(apply(session, [{ ...op, body: breaking(raw, error) }])).rejects.toBe(error);
        const heir = await open('write');
        expect(await apply(heir, [{ ...op, body: chunks(raw) }])).toMatchObject([{ outcome: 'done' }]);
        expect(await shapeOf(endpoint)).toEqual([line('Documents/large-1.bin', raw)]);
        await nothingLeft(endpoint);
        // Under the stamp lies something longer that is no beginning of it; under another one, what isn't ours.
        const second = large(2);
        const longer = Buffer.concat([namedFile(`.sterna-${STAMP}.part`), second, second]);
        const others = namedFile('.sterna-ffffffff.part');
        await endpoint.seed([seedOf(1, { raw: longer }), seedOf(2, { raw: others })]);
        const again = opsOf(tools, session, inside, [{ raw: second, flags: [], date: dateOf(2), stamp: STAMP }]);
        expect(await apply(session, [{ ...(again[0] ?? op), body: chunks(second) }])).toMatchObject([
          { outcome: 'done' },
        ]);
        const small = { raw: plain(3), stamp: STAMP };
        expect(await put(session, inside, small)).toMatchObject({ outcome: 'done' });
        expect(await shapeOf(endpoint)).toEqual(
          [
            line('Documents/large-1.bin', raw),
            line('Documents/large-2.bin', second),
            line('Documents/plain-3.txt', plain(3)),
          ].sort(),
        );
        const left = (await endpoint.leftovers?.()) ?? [];
        expect(left.filter((one) => !one.includes(STAMP))).toEqual(left.length === 0 ? [] : ['.sterna-ffffffff.part']);
      }),
    );

    test(
      'removeContainer: only what holds nothing, and never the root',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const writer = writerOf(session);
        if (writer.removeContainer === undefined) return;
        const [root, inside, below] = [
          await ensure(session, []),
          await ensure(session, home),
          await ensure(session, [...home, 'Below']),
        ];
        expect(await writer.removeContainer(inside)).toBe('not-empty');
        await put(session, below, { raw: plain(1) });
        expect(await writer.removeContainer(below)).toBe('not-empty');
        await apply(session, [{ verb: 'remove', op: 'r', container: below, targetId: 'plain-1.txt', how: 'expunge' }]);
        // What we left behind ourselves is nothing.
        await endpoint.seed([seedOf(1, { raw: namedFile(`.sterna-${STAMP}.part`), folder: [...home, 'Below'] })]);
        expect(await writer.removeContainer(below)).toBe('done');
        expect(await writer.removeContainer(below)).toBe('missing');
        expect(await writer.removeContainer(inside)).toBe('done');
        expect(await endpoint.folders()).toEqual([]);
        expect(await writer.removeContainer(root)).toBe('not-empty');
        await put(session, await ensure(session, home), { raw: plain(1) });
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(1)]));
      }),
    );
  });
}
