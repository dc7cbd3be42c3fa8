import { INLINE_LIMIT, type Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { describeFileReader } from './describe-file-reader.ts';
import type { SeedMessage, SuiteFixture } from './fixture.ts';
import { alive, bytesOf, collect, list, seconds, staged, toolsOf } from './helpers.ts';
import { dateOf } from './messages.ts';

/** Every reader's contract (connector-kit, reader.ts). Call it in a test file of the connector. */
export function describeReader(name: string, fixture: SuiteFixture): void {
  const { kind, home, plain, twin, changed, seedOf, digest, matchKey, ...tools } = toolsOf(fixture);
  const { containers: containersOf, containerOf, readAll, folderNames, large: largeObject, streams } = tools;
  const exact = (session: Session): boolean =>
    tools.capabilitiesOf(session).bytes === 'exact' && fixture.sharesWrapper !== true;
  const isMail = kind === 'message';
  describe(`${name}: reader`, () => {
    test(
      'containers: every folder once, with its decoded name, kind and count',
      staged(fixture, async ({ endpoint, open }) => {
        const folders = [home, ...folderNames];
        await endpoint.seed(folders.flatMap((folder, n) => [seedOf(n, { folder }), seedOf(100 + n, { folder })]));
        const containers = await containersOf((await open('read')).reader);
        const paths = containers.map((container) => container.path.join('\0'));
        for (const folder of folders)
          expect(
            paths.filter((path) => path === folder.join('\0')),
            folder.join('/'),
          ).toHaveLength(1);
        for (const container of containers) {
          expect(container.kind).toBe(kind);
          const full = folders.some((folder) => folder.join('\0') === container.path.join('\0'));
          if (container.total !== undefined) expect(container.total, container.id).toBe(full ? 2 : 0);
        }
        if (isMail) expect(containers.find((container) => container.path[0] === 'INBOX')?.role).toBe('inbox');
        expect(new Set(containers.map((container) => container.id)).size).toBe(containers.length);
      }),
    );

    test(
      'listing: complete, with flags and the facets asked for',
      staged(fixture, async ({ endpoint, open }) => {
        const seeds = [
          seedOf(1, isMail ? { flags: ['\\Answered', '\\Flagged', '\\Seen'] } : {}),
          seedOf(2, isMail ? { flags: ['$Label1', '\\Draft', 'Work'].sort() } : {}),
          seedOf(3, { flags: [] }),
          seedOf(4, { raw: twin(3) }),
        ];
        await endpoint.seed(seeds);
        const session = await open('read');
        const { reader } = session;
        const inside = await containerOf(reader, home);
        const bare = await list(reader, inside);
        const listed = await list(reader, inside, undefined, { date: true, size: true, matchKey: true });
        expect(listed.mode).toBe('full');
        expect(listed.total).toBe(seeds.length);
        expect(listed.changes.map((change) => change.id)).toEqual(bare.changes.map((change) => change.id));
        const contents = new Map(
          (
            await readAll(
              reader,
              inside,
              listed.changes.map(({ id }) => id),
            )
          ).map((one) => [one.id, one]),
        );
        const seen: string[] = [];
        for (const change of listed.changes) {
          const content = contents.get(change.id);
          expect(change.gone).toBeUndefined();
          // Only mail has size and key in whatever lists it.
          if (fixture.estimatesSizes === true) expect(change.size).toBeGreaterThan((content?.raw.length ?? 0) / 2);
          else if (isMail || change.size !== undefined) expect(change.size).toBe(content?.raw.length);
          if (isMail || change.matchKey !== undefined)
            expect(change.matchKey?.toString('hex')).toBe(
              matchKey(content?.raw ?? Buffer.alloc(0), tools.capabilitiesOf(session).names),
            );
          if (change.version !== undefined) expect(change.version).toBe(content?.version);
          expect(change.version === undefined).toBe(isMail);
          if (change.flags !== undefined) expect(change.flags).toEqual(content?.flags);
          expect(content?.flags).toEqual([...new Set(content?.flags)].sort());
          if (change.date !== undefined) expect(seconds(change.date)).toBe(seconds(content?.date));
          seen.push(
            `${content?.digest} ${fixture.keepsFlags ? content?.flags.join() : ''} ${fixture.keepsDates ? seconds(content?.date) : ''}`,
          );
        }
        expect(seen.sort()).toEqual(
          seeds
            .map(
              (seed) =>
                `${digest(seed.raw)} ${fixture.keepsFlags ? seed.flags.join() : ''} ${fixture.keepsDates ? seconds(seed.date) : ''}`,
            )
            .sort(),
        );
      }),
    );

    test(
      'listing: pages can be resumed after each of them, by another session',
      staged(fixture, async ({ endpoint, open }) => {
        const count = fixture.pagedMessages ?? 1_100;
        if (count === 0) return;
        await endpoint.seed(Array.from({ length: count }, (_, n) => seedOf(n)));
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const whole = await list(reader, inside);
        expect(whole.changes).toHaveLength(count);
        expect(whole.pages.length, 'one page only: give the fixture more pagedMessages').toBeGreaterThan(1);
        const second = (await open('read')).reader;
        const before: string[] = [];
        for (const page of whole.pages.slice(0, -1)) {
          before.push(...page.changes.map((change) => change.id));
          expect(page.resume, 'a page without a resume point').toBeDefined();
          const rest = await list(second, inside, page.resume);
          const ids = [...before, ...rest.changes.map((change) => change.id)];
          expect(ids).toEqual(whole.changes.map((change) => change.id));
          if (fixture.freshCursors !== true) expect(rest.cursor).toBe(whole.cursor);
          else expect((await list(second, inside, rest.cursor)).changes).toEqual([]);
        }
      }),
    );

    test(
      'nothing changed: the glance is the same and a delta is empty',
      staged(fixture, async ({ endpoint, open }) => {
        const elsewhere = fixture.oneCollection === true ? [] : [seedOf(3, { folder: ['Archive'] })];
        await endpoint.seed([seedOf(1), seedOf(2), ...elsewhere]);
        const { reader } = await open('read');
        const [before] = (await containersOf(reader)).filter((container) => container.path[0] === home[0]);
        const first = await list(reader, before?.id ?? '');
        const again = (await open('read')).reader;
        const [after] = (await containersOf(again)).filter((container) => container.path[0] === home[0]);
        expect(after?.id).toBe(before?.id);
        expect(after?.glance).toBe(before?.glance);
        expect(first.glance).toBe(before?.glance);
        const second = await list(again, before?.id ?? '', first.cursor, { known: 2 });
        if (second.mode === 'delta') expect(second.changes).toEqual([]);
        expect(
          alive(
            first.changes.map(({ id }) => id),
            second,
          ),
        ).toEqual(new Set(first.changes.map(({ id }) => id)));
      }),
    );

    test(
      'a delta brings what is new, and only what is',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const glance = (await reader.containers()).find((one) => one.id === inside)?.glance;
        const first = await list(reader, inside);
        await endpoint.seed([seedOf(3, { raw: twin(1) }), seedOf(4)]);
        const again = (await open('read')).reader;
        const now = (await again.containers()).find((one) => one.id === inside);
        if (glance !== undefined) expect(now?.glance).not.toBe(glance);
        const second = await list(again, inside, first.cursor, { known: 2 });
        expect(second.total).toBe(4);
        const known = new Set(first.changes.map(({ id }) => id));
        const added = second.changes.filter(({ id }) => !known.has(id)).map(({ id }) => id);
        const contents = await readAll(again, inside, added);
        expect(contents.map((one) => one.digest).sort()).toEqual([digest(twin(1)), digest(plain(4))].sort());
        expect(alive(known, second).size).toBe(4);
      }),
    );

    test(
      'a flag change keeps the id and shows the new flags',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.setFlags === undefined || !fixture.keepsFlags) return;
        await endpoint.seed([seedOf(1), seedOf(2, { flags: ['\\Seen', 'Work'] }), seedOf(3)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const first = await list(reader, inside);
        const before = await readAll(
          reader,
          inside,
          first.changes.map(({ id }) => id),
        );
        await endpoint.setFlags({ folder: home, raw: plain(2) }, ['\\Answered', '\\Flagged', 'Later']);
        const again = (await open('read')).reader;
        const second = await list(again, inside, first.cursor, { known: 3 });
        expect(second.glance === undefined || second.glance !== first.glance).toBe(true);
        const id = before.find((one) => one.digest === digest(plain(2)))?.id;
        const change = second.changes.find((one) => one.id === id);
        expect(change?.gone).toBeUndefined();
        const flags = change?.flags ?? (await readAll(again, inside, [id ?? '']))[0]?.flags;
        expect(flags).toEqual(['\\Answered', '\\Flagged', 'Later'].sort());
        if (second.mode === 'delta') expect(second.changes).toHaveLength(1);
        expect(
          alive(
            first.changes.map((one) => one.id),
            second,
          ).size,
        ).toBe(3);
      }),
    );

    test(
      'new, changed and gone at once: each is told, what changed keeps its id and has another version',
      staged(fixture, async ({ endpoint, open }) => {
        if (changed === undefined || endpoint.replace === undefined || endpoint.remove === undefined) return;
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const first = await list(reader, inside);
        const contents = await readAll(
          reader,
          inside,
          first.changes.map(({ id }) => id),
        );
        const idOf = (raw: Buffer): string => contents.find((one) => one.digest === digest(raw))?.id ?? '';
        const [id, gone] = [idOf(plain(1)), idOf(plain(3))];
        await endpoint.replace({ folder: home, raw: plain(1) }, changed(1));
        await endpoint.remove({ folder: home, raw: plain(3) });
        await endpoint.seed([seedOf(4)]);
        const again = (await open('read')).reader;
        const second = await list(again, inside, first.cursor, { known: 3 });
        expect(second.total).toBe(3);
        expect(second.glance === undefined || second.glance !== first.glance).toBe(true);
        const before = new Map(first.changes.map((one) => [one.id, one.version]));
        const left = alive(before.keys(), second);
        expect(left.size).toBe(3);
        expect(left.has(id)).toBe(true);
        expect(left.has(gone)).toBe(false);
        const versions = new Map([...before, ...second.changes.map((one) => [one.id, one.version] as const)]);
        const moved = [...left].filter((one) => versions.get(one) !== before.get(one));
        const read = await readAll(again, inside, moved);
        expect(read.map((one) => one.digest).sort()).toEqual([changed(1), plain(4)].map(digest).sort());
        for (const one of read) expect(one.version).toBe(versions.get(one.id));
        expect(read.find((one) => one.id === id)?.digest).toBe(digest(changed(1)));
        expect(await collect(again.read(inside, [gone]))).toEqual([{ id: gone, vanished: true }]);
      }),
    );

    test(
      'what is removed is gone, its twin is not',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.remove === undefined) return;
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3, { raw: twin(1) })]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const first = await list(reader, inside);
        await endpoint.remove({ folder: home, raw: plain(1) });
        const again = (await open('read')).reader;
        const second = await list(again, inside, first.cursor, { known: 3 });
        expect(second.total).toBe(2);
        const left = alive(
          first.changes.map((one) => one.id),
          second,
        );
        const contents = await readAll(again, inside, [...left]);
        expect(contents.map((one) => one.digest).sort()).toEqual([digest(twin(1)), digest(plain(2))].sort());
      }),
    );

    test(
      'a move is gone here and new there, with the same match key',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.move === undefined) return;
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3, { folder: ['Archive'] })]);
        const { reader } = await open('read');
        const [inside, archive] = [await containerOf(reader, home), await containerOf(reader, ['Archive'])];
        const here = await list(reader, inside, undefined, { matchKey: true });
        const there = await list(reader, archive);
        await endpoint.move({ folder: home, raw: plain(2) }, ['Archive']);
        const again = (await open('read')).reader;
        const hereNow = await list(again, inside, here.cursor, { known: 2, matchKey: true });
        const thereNow = await list(again, archive, there.cursor, { known: 1, matchKey: true });
        const left = alive(
          here.changes.map((one) => one.id),
          hereNow,
        );
        expect(left.size).toBe(1);
        const arrived = thereNow.changes.filter((one) => !there.changes.some((old) => old.id === one.id));
        expect(arrived).toHaveLength(1);
        const gone = here.changes.find((one) => !left.has(one.id));
        expect(arrived[0]?.matchKey?.toString('hex')).toBe(gone?.matchKey?.toString('hex'));
        const [copy] = await readAll(again, archive, [arrived[0]?.id ?? '']);
        expect(copy?.digest).toBe(digest(plain(2)));
      }),
    );

    test(
      'a cursor that means nothing falls back to a full listing',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        for (const cursor of ['nonsense', '', '1 2 3 4 5', '{"not":"ours"}', '999999999.1:1']) {
          const listed = await list(reader, inside, cursor, { known: 2 });
          expect(listed.mode, cursor).toBe('full');
          expect(listed.changes, cursor).toHaveLength(2);
        }
      }),
    );

    test(
      'reading: awkward messages come byte by byte',
      staged(fixture, async ({ endpoint, open }) => {
        const awkward = [...tools.awkward].filter(([label]) => fixture.notSeedable?.includes(label) !== true);
        const seeds: SeedMessage[] = awkward.map(([, raw], n) => seedOf(n, { raw }));
        await endpoint.seed(seeds);
        const session = await open('read');
        const inside = await containerOf(session.reader, home);
        const listed = await list(session.reader, inside);
        const contents = await readAll(
          session.reader,
          inside,
          listed.changes.map(({ id }) => id),
        );
        const read = new Set(contents.map((one) => (exact(session) ? one.raw.toString('latin1') : one.digest)));
        for (const [label, raw] of awkward)
          expect(read.has(exact(session) ? raw.toString('latin1') : digest(raw)), label).toBe(true);
        expect(contents).toHaveLength(awkward.length);
        // What was read was not obeyed.
        expect(await endpoint.dump()).toHaveLength(awkward.length);
      }),
    );

    test(
      'reading: large ones whole, above 4 MiB as a stream, the next object unharmed',
      staged(fixture, async ({ endpoint, open }) => {
        const large = largeObject();
        await endpoint.seed([seedOf(1), seedOf(2, { raw: large }), seedOf(3)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const listed = await list(reader, inside);
        const digests: string[] = [];
        for await (const one of reader.read(
          inside,
          listed.changes.map(({ id }) => id),
        )) {
          if (!('body' in one)) throw new Error('not read');
          expect(Buffer.isBuffer(one.body)).toBe(!streams || one.size <= INLINE_LIMIT);
          digests.push(digest(await bytesOf(one.body)));
        }
        expect(digests.sort()).toEqual([plain(1), large, plain(3)].map(digest).sort());
      }),
    );

    test(
      'reading: what vanished says so, what never was too, the rest is read',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3)]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const ids = (await list(reader, inside)).changes.map(({ id }) => id);
        const contents = await readAll(reader, inside, ids);
        const victim = contents.find((one) => one.digest === digest(plain(2)))?.id ?? '';
        if (endpoint.remove !== undefined) await endpoint.remove({ folder: home, raw: plain(2) });
        const results = await collect(reader.read(inside, ids));
        expect(results.map(({ id }) => id).sort()).toEqual([...ids].sort());
        const isTold = endpoint.remove !== undefined && fixture.readsAsListed !== true;
        for (const one of results) {
          if (isTold && one.id === victim) expect(one).toEqual({ id: victim, vanished: true });
          else expect('body' in one, one.id).toBe(true);
        }
        expect(await collect(reader.read(inside, []))).toEqual([]);
        const unknown = `${ids[0]?.replace(/\d/g, '7')}7`;
        expect(await collect(reader.read(inside, [unknown]))).toEqual([{ id: unknown, vanished: true }]);
      }),
    );

    test(
      'a consumer that leaves early leaves the session usable',
      staged(fixture, async ({ endpoint, open }) => {
        const large = largeObject();
        await endpoint.seed([
          seedOf(0, { raw: large }),
          ...Array.from({ length: 40 }, (_, n) => seedOf(n + 1)),
          seedOf(50, { raw: largeObject(1) }),
        ]);
        const { reader } = await open('read');
        const inside = await containerOf(reader, home);
        const ids = (await list(reader, inside)).changes.map(({ id }) => id);
        for await (const _ of reader.changes(inside, undefined, {})) break;
        for await (const _ of reader.read(inside, ids)) break;
        for await (const one of reader.read(inside, ids)) {
          // Also from the middle of a stream.
          if (!('body' in one) || Buffer.isBuffer(one.body)) continue;
          for await (const _ of one.body) break;
          break;
        }
        const contents = await readAll(reader, inside, ids);
        expect(contents).toHaveLength(42);
        for (const raw of [large, largeObject(1)])
          expect(contents.filter((one) => one.digest === digest(raw))).toHaveLength(changed === undefined ? 2 : 1);
      }),
    );

    test(
      'aborted or destroyed: calls fail as SternaError, nothing hangs',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1)]);
        const abort = new AbortController();
        const session = await open('read', abort.signal);
        const inside = await containerOf(session.reader, home);
        abort.abort();
        await expect(list(session.reader, inside)).rejects.toBeInstanceOf(SternaError);
        session.destroy();
        session.destroy();
        const other = await open('read');
        other.destroy();
        await expect(other.reader.containers()).rejects.toBeInstanceOf(SternaError);
        const third = await open('read');
        expect(await list(third.reader, await containerOf(third.reader, home))).toMatchObject({ total: 1 });
        await third.close();
      }),
    );

    test(
      'sessions name the same mailbox by the same identity, and check has evidence',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1, { date: dateOf(5) })]);
        const [one, two] = [await open('read'), await open('write')];
        expect(one.identity).toBe(two.identity);
        expect(one.identity).not.toBe('');
        expect(one.capabilities.kinds).toContain(kind);
        expect(one.writer).toBeUndefined();
        const lines = await endpoint.connector.check(endpoint.system, endpoint.address);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.filter((line) => !line.ok)).toEqual([]);
      }),
    );
  });

  if (kind === 'file') describeFileReader(name, fixture);
}
