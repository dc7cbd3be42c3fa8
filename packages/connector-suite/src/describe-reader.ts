import { INLINE_LIMIT, type Session } from '@sterna/connector-kit';
import { messageMatchKey } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import type { SeedMessage, SuiteFixture } from './fixture.ts';
import { alive, collect, containerOf, digest, digestOf, list, readAll, seconds, staged } from './helpers.ts';
import { AWKWARD, dateOf, FOLDER_NAMES, INBOX, largeMessage, plain, seedOf } from './messages.ts';

/** Every reader's contract (connector-kit, reader.ts). Call it in a test file of the connector. */
export function describeReader(name: string, fixture: SuiteFixture): void {
  describe(`${name}: reader`, () => {
    test(
      'containers: every folder once, with its decoded name, kind and count',
      staged(fixture, async ({ endpoint, open }) => {
        const folders = [INBOX, ...(fixture.folderNames ?? FOLDER_NAMES)];
        await endpoint.seed(folders.flatMap((folder, n) => [seedOf(n, { folder }), seedOf(100 + n, { folder })]));
        const containers = await (await open('read')).reader.containers();
        const paths = containers.map((container) => container.path.join('\0'));
        for (const folder of folders)
          expect(
            paths.filter((path) => path === folder.join('\0')),
            folder.join('/'),
          ).toHaveLength(1);
        for (const container of containers) {
          expect(container.kind).toBe('message');
          const full = folders.some((folder) => folder.join('\0') === container.path.join('\0'));
          if (container.total !== undefined) expect(container.total, container.id).toBe(full ? 2 : 0);
        }
        expect(containers.find((container) => container.path[0] === 'INBOX')?.role).toBe('inbox');
        expect(new Set(containers.map((container) => container.id)).size).toBe(containers.length);
      }),
    );

    test(
      'listing: complete, with flags and the facets asked for',
      staged(fixture, async ({ endpoint, open }) => {
        const seeds = [
          seedOf(1, { flags: ['\\Answered', '\\Flagged', '\\Seen'] }),
          seedOf(2, { flags: ['$Label1', '\\Draft', 'Work'].sort() }),
          seedOf(3, { flags: [] }),
          seedOf(4, { raw: plain(3) }),
        ];
        await endpoint.seed(seeds);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const bare = await list(reader, inbox);
        const listed = await list(reader, inbox, undefined, { date: true, size: true, matchKey: true });
        expect(listed.mode).toBe('full');
        expect(listed.total).toBe(seeds.length);
        expect(listed.changes.map((change) => change.id)).toEqual(bare.changes.map((change) => change.id));
        const contents = new Map(
          (
            await readAll(
              reader,
              inbox,
              listed.changes.map(({ id }) => id),
            )
          ).map((one) => [one.id, one]),
        );
        const seen: string[] = [];
        for (const change of listed.changes) {
          const content = contents.get(change.id);
          expect(change.gone).toBeUndefined();
          expect(change.size).toBe(content?.raw.length);
          expect(change.matchKey?.toString('hex')).toBe(
            messageMatchKey(content?.raw ?? Buffer.alloc(0)).toString('hex'),
          );
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
        await endpoint.seed(Array.from({ length: count }, (_, n) => seedOf(n)));
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const whole = await list(reader, inbox);
        expect(whole.changes).toHaveLength(count);
        expect(whole.pages.length, 'one page only: give the fixture more pagedMessages').toBeGreaterThan(1);
        const second = (await open('read')).reader;
        const before: string[] = [];
        for (const page of whole.pages.slice(0, -1)) {
          before.push(...page.changes.map((change) => change.id));
          expect(page.resume, 'a page without a resume point').toBeDefined();
          const rest = await list(second, inbox, page.resume);
          const ids = [...before, ...rest.changes.map((change) => change.id)];
          expect(ids).toEqual(whole.changes.map((change) => change.id));
          expect(rest.cursor).toBe(whole.cursor);
        }
      }),
    );

    test(
      'nothing changed: the glance is the same and a delta is empty',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3, { folder: ['Archive'] })]);
        const { reader } = await open('read');
        const [before] = (await reader.containers()).filter((container) => container.path[0] === 'INBOX');
        const first = await list(reader, before?.id ?? '');
        const again = (await open('read')).reader;
        const [after] = (await again.containers()).filter((container) => container.path[0] === 'INBOX');
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
        const inbox = await containerOf(reader, INBOX);
        const glance = (await reader.containers()).find((one) => one.id === inbox)?.glance;
        const first = await list(reader, inbox);
        await endpoint.seed([seedOf(3, { raw: plain(1) }), seedOf(4)]);
        const again = (await open('read')).reader;
        const now = (await again.containers()).find((one) => one.id === inbox);
        if (glance !== undefined) expect(now?.glance).not.toBe(glance);
        const second = await list(again, inbox, first.cursor, { known: 2 });
        expect(second.total).toBe(4);
        const known = new Set(first.changes.map(({ id }) => id));
        const added = second.changes.filter(({ id }) => !known.has(id)).map(({ id }) => id);
        const contents = await readAll(again, inbox, added);
        expect(contents.map((one) => one.digest).sort()).toEqual([digest(plain(1)), digest(plain(4))].sort());
        expect(alive(known, second).size).toBe(4);
      }),
    );

    test(
      'a flag change keeps the id and shows the new flags',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.setFlags === undefined || !fixture.keepsFlags) return;
        await endpoint.seed([seedOf(1), seedOf(2, { flags: ['\\Seen', 'Work'] }), seedOf(3)]);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const first = await list(reader, inbox);
        const before = await readAll(
          reader,
          inbox,
          first.changes.map(({ id }) => id),
        );
        await endpoint.setFlags({ folder: INBOX, raw: plain(2) }, ['\\Answered', '\\Flagged', 'Later']);
        const again = (await open('read')).reader;
        const second = await list(again, inbox, first.cursor, { known: 3 });
        expect(second.glance === undefined || second.glance !== first.glance).toBe(true);
        const id = before.find((one) => one.digest === digest(plain(2)))?.id;
        const change = second.changes.find((one) => one.id === id);
        expect(change?.gone).toBeUndefined();
        const flags = change?.flags ?? (await readAll(again, inbox, [id ?? '']))[0]?.flags;
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
      'what is removed is gone, its twin is not',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.remove === undefined) return;
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3, { raw: plain(1) })]);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const first = await list(reader, inbox);
        await endpoint.remove({ folder: INBOX, raw: plain(1) });
        const again = (await open('read')).reader;
        const second = await list(again, inbox, first.cursor, { known: 3 });
        expect(second.total).toBe(2);
        const left = alive(
          first.changes.map((one) => one.id),
          second,
        );
        const contents = await readAll(again, inbox, [...left]);
        expect(contents.map((one) => one.digest).sort()).toEqual([digest(plain(1)), digest(plain(2))].sort());
      }),
    );

    test(
      'a move is gone here and new there, with the same match key',
      staged(fixture, async ({ endpoint, open }) => {
        if (endpoint.move === undefined) return;
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3, { folder: ['Archive'] })]);
        const { reader } = await open('read');
        const [inbox, archive] = [await containerOf(reader, INBOX), await containerOf(reader, ['Archive'])];
        const here = await list(reader, inbox, undefined, { matchKey: true });
        const there = await list(reader, archive);
        await endpoint.move({ folder: INBOX, raw: plain(2) }, ['Archive']);
        const again = (await open('read')).reader;
        const hereNow = await list(again, inbox, here.cursor, { known: 2, matchKey: true });
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
      }),
    );

    test(
      'a cursor that means nothing falls back to a full listing',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2)]);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        for (const cursor of ['nonsense', '', '1 2 3 4 5', '{"not":"ours"}', '999999999.1:1']) {
          const listed = await list(reader, inbox, cursor, { known: 2 });
          expect(listed.mode, cursor).toBe('full');
          expect(listed.changes, cursor).toHaveLength(2);
        }
      }),
    );

    test(
      'reading: awkward messages come byte by byte',
      staged(fixture, async ({ endpoint, open }) => {
        const awkward = [...AWKWARD].filter(([label]) => fixture.notSeedable?.includes(label) !== true);
        const seeds: SeedMessage[] = awkward.map(([, raw], n) => seedOf(n, { raw }));
        await endpoint.seed(seeds);
        const session = await open('read');
        const inbox = await containerOf(session.reader, INBOX);
        const listed = await list(session.reader, inbox);
        const contents = await readAll(
          session.reader,
          inbox,
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
      'reading: above 4 MiB as a stream, the next message unharmed',
      staged(fixture, async ({ endpoint, open }) => {
        const large = largeMessage();
        await endpoint.seed([seedOf(1), seedOf(2, { raw: large }), seedOf(3)]);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const listed = await list(reader, inbox);
        const digests: string[] = [];
        for await (const one of reader.read(
          inbox,
          listed.changes.map(({ id }) => id),
        )) {
          if (!('body' in one)) throw new Error('not read');
          expect(Buffer.isBuffer(one.body)).toBe(one.size <= INLINE_LIMIT);
          digests.push(await digestOf(one.body));
        }
        expect(digests.sort()).toEqual([plain(1), large, plain(3)].map(digest).sort());
      }),
    );

    test(
      'reading: what vanished says so, what never was too, the rest is read',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2), seedOf(3)]);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const ids = (await list(reader, inbox)).changes.map(({ id }) => id);
        const contents = await readAll(reader, inbox, ids);
        const victim = contents.find((one) => one.digest === digest(plain(2)))?.id ?? '';
        if (endpoint.remove !== undefined) await endpoint.remove({ folder: INBOX, raw: plain(2) });
        const results = await collect(reader.read(inbox, ids));
        expect(results.map(({ id }) => id).sort()).toEqual([...ids].sort());
        for (const one of results) {
          if (endpoint.remove !== undefined && one.id === victim) expect(one).toEqual({ id: victim, vanished: true });
          else expect('body' in one, one.id).toBe(true);
        }
        expect(await collect(reader.read(inbox, []))).toEqual([]);
        const unknown = `${ids[0]?.replace(/\d/g, '7')}7`;
        expect(await collect(reader.read(inbox, [unknown]))).toEqual([{ id: unknown, vanished: true }]);
      }),
    );

    test(
      'a consumer that leaves early leaves the session usable',
      staged(fixture, async ({ endpoint, open }) => {
        const large = largeMessage();
        await endpoint.seed([
          seedOf(0, { raw: large }),
          ...Array.from({ length: 40 }, (_, n) => seedOf(n + 1)),
          seedOf(50, { raw: large }),
        ]);
        const { reader } = await open('read');
        const inbox = await containerOf(reader, INBOX);
        const ids = (await list(reader, inbox)).changes.map(({ id }) => id);
        for await (const _ of reader.changes(inbox, undefined, {})) break;
        for await (const _ of reader.read(inbox, ids)) break;
        for await (const one of reader.read(inbox, ids)) {
          // Also from the middle of a stream.
          if (!('body' in one) || Buffer.isBuffer(one.body)) continue;
          for await (const _ of one.body) break;
          break;
        }
        const contents = await readAll(reader, inbox, ids);
        expect(contents).toHaveLength(42);
        expect(contents.filter((one) => one.digest === digest(large))).toHaveLength(2);
      }),
    );

    test(
      'aborted or destroyed: calls fail as SternaError, nothing hangs',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1)]);
        const abort = new AbortController();
        const session = await open('read', abort.signal);
        const inbox = await containerOf(session.reader, INBOX);
        abort.abort();
        await expect(list(session.reader, inbox)).rejects.toBeInstanceOf(SternaError);
        session.destroy();
        session.destroy();
        const other = await open('read');
        other.destroy();
        await expect(other.reader.containers()).rejects.toBeInstanceOf(SternaError);
        const third = await open('read');
        expect(await list(third.reader, await containerOf(third.reader, INBOX))).toMatchObject({ total: 1 });
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
        expect(one.writer).toBeUndefined();
        const lines = await endpoint.connector.check(endpoint.system, endpoint.address);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.filter((line) => !line.ok)).toEqual([]);
      }),
    );
  });
}

const exact = (session: Session): boolean => session.capabilities.bytes === 'exact';
