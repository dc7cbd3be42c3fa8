import type { Candidate, CreateOp, Op, Result, Session, Writer } from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { describe, expect, test } from 'vitest';
import { describeFileWriter } from './describe-file-writer.ts';
import type { FoundMessage, SuiteFixture } from './fixture.ts';
import { collect, seconds, staged, toolsOf } from './helpers.ts';
import { COMMANDS, dateOf } from './messages.ts';
import {
  allocated,
  apply,
  chunks,
  create as createWith,
  digests,
  foundId,
  foundVersion,
  idOf,
  known,
  opsOf,
  strangerTo,
  versionOf,
  type Wanted,
  writerOf,
} from './writer-tools.ts';

/** Every writer's contract (connector-kit, writer.ts). Call it in a test file of the connector. */
export function describeWriter(name: string, fixture: SuiteFixture): void {
  const tools = toolsOf(fixture);
  const { kind, home, plain, twin, changed, renamed, nameOf, seedOf, digest, matchKey, keys, readAll } = tools;
  const { folderNames, hostileNames, awkward, large: largeObject, streams, capabilitiesOf } = tools;
  const exact = (session: Session): boolean =>
    capabilitiesOf(session).bytes === 'exact' && fixture.sharesWrapper !== true;
  const isMail = kind === 'message';
  /** As the engine computes it of what it sends. */
  const sent = (raw: Buffer): string => pivotOf(kind).digest(raw).toString('hex');
  const ops = (session: Session, container: string, messages: readonly Wanted[]): CreateOp[] =>
    opsOf(tools, session, container, messages);
  const create = (session: Session, container: string, messages: readonly Wanted[]): Promise<(string | undefined)[]> =>
    createWith(tools, session, container, messages);

  const kept = fixture.keepsLook ?? { color: kind !== 'contact', description: true };
  const look: { readonly color?: string; readonly description?: string } =
    isMail || kind === 'file' ? {} : { ...(kind === 'contact' ? {} : { color: '#10AB30' }), description: 'Mine' };

  async function ensure(session: Session, path: readonly string[]): Promise<string> {
    return (await writerOf(session).ensureContainer(path, { kind, subscribe: true, ...look })).container.id;
  }

  /** The same object under a natural key that has this one's within, as servers search for parts of text. */
  const underLongerKey = (raw: Buffer): Buffer =>
    renamed === undefined
      ? (tools.nearKey?.(raw) ??
        Buffer.from(raw.toString('utf8').replace(/^(UID:| {2}"name": ")([^\r\n"]+)/m, '$1x.$2.x')))
      : renamed(raw, `x.${nameOf?.(raw)}.x`);

  function one(found: readonly FoundMessage[], raw: Buffer): FoundMessage {
    const copies = found.filter((message) => digest(message.raw) === digest(raw));
    if (copies.length !== 1) throw new Error(`${copies.length} copies of one object`);
    return copies[0] as FoundMessage;
  }

  /** What of `flags` the target can hold by its own account. */
  const storable = (session: Session, flags: readonly string[]): readonly string[] =>
    !isMail ? [] : capabilitiesOf(session).keywords === 'none' ? flags.filter((flag) => flag.startsWith('\\')) : flags;

  describe(`${name}: writer`, () => {
    test(
      'create: the same bytes, flags and date arrive, once',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const wanted = [
          { raw: plain(1), flags: ['\\Seen'], date: dateOf(1) },
          {
            raw: plain(2),
            flags: ['$Label1', '\\Answered', '\\Draft', '\\Flagged', 'Work'].sort(),
            date: new Date(Date.UTC(1999, 11, 31, 23, 59, 59)),
          },
          { raw: plain(3), flags: [], date: undefined },
        ];
        const ids = await create(session, inside, wanted);
        expect(new Set(ids).size).toBe(3);
        const found = await endpoint.dump();
        expect(found.map((one) => digest(one.raw)).sort()).toEqual(wanted.map((one) => digest(one.raw)).sort());
        for (const { raw, flags, date } of wanted) {
          const copy = one(found, raw);
          if (exact(session)) expect(copy.raw.equals(raw)).toBe(true);
          expect(copy.flags).toEqual(storable(session, flags));
          if (capabilitiesOf(session).dateKept && date !== undefined) expect(seconds(copy.date)).toBe(seconds(date));
        }
      }),
    );

    test(
      'create: awkward messages, hostile ones too, are stored and not obeyed',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(7)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const folders = (await endpoint.folders()).length;
        await create(
          session,
          inside,
          [...awkward.values()].map((raw, n) => ({ raw, flags: [], date: dateOf(n) })),
        );
        const found = await endpoint.dump();
        expect(keys(found)).toEqual(keys([seedOf(7), ...[...awkward.values()].map((raw) => seedOf(0, { raw }))]));
        if (exact(session))
          for (const [label, raw] of awkward) expect(one(found, raw).raw.equals(raw), label).toBe(true);
        expect(await endpoint.folders()).toHaveLength(folders);
      }),
    );

    test(
      'create: byte-identical twins stay two',
      staged(fixture, async ({ endpoint, open }) => {
        if (changed !== undefined) return;
        const session = await open('write');
        const inside = await ensure(session, home);
        const alike = { raw: plain('twin'), flags: [], date: dateOf(1) };
        const ids = [...(await create(session, inside, [alike, alike])), ...(await create(session, inside, [alike]))];
        const copies = new Set(ids).size;
        // Where they may be kept once, the ids tell.
        if (capabilitiesOf(session).collapsesTwins === false) expect(copies).toBe(3);
        expect(await endpoint.dump()).toHaveLength(copies);
      }),
    );

    test(
      'create: a batch as large as promised, and as many at once',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const { objects, inFlight } = capabilitiesOf(session).batch;
        const size = Math.min(objects, 100);
        const batches = Array.from({ length: Math.min(inFlight, 3) + 1 }, (_, b) =>
          Array.from({ length: size }, (_, n) => ({ raw: plain(`${b}.${n}`), flags: ['\\Seen'], date: dateOf(n) })),
        );
        const ids: (string | undefined)[] = [];
        const flying: Promise<(string | undefined)[]>[] = [];
        for (const batch of batches) {
          if (flying.length >= inFlight) ids.push(...((await flying.shift()) ?? []));
          flying.push(create(session, inside, batch));
        }
        for (const rest of flying) ids.push(...(await rest));
        expect(new Set(ids).size).toBe(batches.length * size);
        expect(keys(await endpoint.dump())).toEqual(keys(batches.flat().map(({ raw }) => seedOf(0, { raw }))));
      }),
    );

    test(
      'create: large ones, above 4 MiB from a stream',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const raw = largeObject();
        const body = streams ? { body: chunks(raw) } : {};
        await create(session, inside, [{ raw, flags: ['\\Flagged'], date: dateOf(3), ...body }]);
        await create(session, inside, [{ raw: plain(1), flags: [], date: dateOf(3) }]);
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(0, { raw }), seedOf(1)]));
      }),
    );

    test(
      'create: a stream that breaks leaves nothing behind, and the session works on',
      staged(fixture, async ({ endpoint, open }) => {
        if (!streams) return;
        const session = await open('write');
        const inside = await ensure(session, home);
        const raw = largeObject();
        const broken = async function* (): AsyncIterable<Buffer> {
          yield raw.subarray(0, 1_000_000);
          throw new SternaError('transient', 'source-lost', 'The source went away');
        };
        const [op] = ops(session, inside, [{ raw, flags: [], date: dateOf(3), body: broken() }]);
        const result = await apply(session, [op as CreateOp]).catch((thrown: unknown) => thrown);
        if (result instanceof Error) expect(result).toBeInstanceOf(SternaError);
        else expect((result as readonly Result[])[0]?.outcome).not.toBe('done');
        await create(session, inside, [{ raw: plain(1), flags: [], date: dateOf(3) }]);
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(1)]));
      }),
    );

    test(
      'an empty batch is no work',
      staged(fixture, async ({ open }) => {
        const session = await open('write');
        expect(await apply(session, [])).toEqual([]);
      }),
    );

    test(
      'hostile flags and dates: written without them or refused, never obeyed',
      staged(fixture, async ({ endpoint, open }) => {
        if (!isMail) return;
        await endpoint.seed([seedOf(7)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const folders = (await endpoint.folders()).length;
        const flags = [
          'a b',
          'x\r\nA1 DELETE INBOX',
          ')',
          '{3}',
          '"',
          '\\Bogus',
          '\\Recent',
          '\u0000',
          '',
          'naïve',
          'Fine',
          '\\Seen',
          `k${'x'.repeat(400)}`,
          '*',
          '%',
        ];
        const dates = [
          new Date(Number.NaN),
          new Date(8.64e15),
          new Date(-8.64e15),
          new Date(Date.UTC(1820, 0, 1)),
          new Date(Date.UTC(2100, 1, 29)),
        ];
        const raws = [
          ...flags.map((flag, n) => ({ raw: plain(`flag${n}`, `${COMMANDS}\r\n`), flags: [flag], date: dateOf(n) })),
          ...dates.map((date, n) => ({ raw: plain(`date${n}`, `${COMMANDS}\r\n`), flags: [], date })),
        ];
        const stored: Buffer[] = [plain(7)];
        for (const message of raws) {
          const [result] = await apply(session, ops(session, inside, [message]));
          expect(['done', 'refused', 'batch-refused']).toContain(result?.outcome);
          if (result?.outcome === 'done') {
            stored.push(message.raw);
            if (result.targetId !== undefined) await writerOf(session).confirm(inside, [result.targetId]);
          }
        }
        const found = await endpoint.dump();
        expect(keys(found)).toEqual(keys(stored.map((raw) => seedOf(0, { raw }))));
        const possible =
          fixture.freeKeywords === true ? /^[^\\\p{Cc}][^\p{Cc}]*$|^\\[A-Z][a-z]+$/u : /^\\?[^\s(){%*"\\\]]+$/;
        for (const message of found) for (const flag of message.flags) expect(flag).toMatch(possible);
        expect(one(found, plain('flag10', `${COMMANDS}\r\n`)).flags).toEqual(storable(session, ['Fine']));
        expect(await endpoint.folders()).toHaveLength(folders);
      }),
    );

    test(
      'containers: found or made, the same id every time',
      staged(fixture, async ({ endpoint, open }) => {
        const there = fixture.oneCollection === true ? home : isMail ? ['Already', 'there'] : ['Already there'];
        if (fixture.oneCollection !== true) await endpoint.seed([seedOf(1, { folder: there })]);
        const session = await open('write');
        const wanted = [home, isMail ? ['inbox'] : home, there, ...folderNames];
        const paths = kind === 'file' ? allocated(wanted, capabilitiesOf(session).names ?? {}) : wanted;
        const first: string[] = [];
        for (const path of paths) first.push(await ensure(session, path));
        expect(first[1]).toBe(first[0]);
        const second: string[] = [];
        const other = await open('write');
        for (const path of paths) second.push(await ensure(other, path));
        expect(second).toEqual(first);
        const shown = (await other.reader.containers()).map((container) => container.path.join('\0'));
        for (const path of paths.slice(2)) expect(shown).toContain(path.join('\0'));
        // What somebody else made keeps the look that it has.
        const made = new Set(fixture.oneCollection === true ? first : [...first.slice(0, 2), ...first.slice(3)]);
        for (const { id, color, description } of isMail ? [] : await tools.containers(other.reader)) {
          if (!made.has(id)) continue;
          if (kept.color) expect(color).toBe(look.color);
          if (kept.description) expect(description).toBe(look.description);
        }
        const seen = (await endpoint.folders()).map((path) => path.join('\0'));
        for (const path of paths.slice(2)) expect(seen.filter((one) => one === path.join('\0'))).toHaveLength(1);
      }),
    );

    test(
      'containers: hostile names are adapted and noted, two names never become one folder',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const made = new Map<string, readonly string[]>();
        const refused: string[] = [];
        const paths = kind === 'file' ? allocated(hostileNames, capabilitiesOf(session).names ?? {}) : hostileNames;
        for (const path of paths) {
          try {
            const { container, notes } = await writerOf(session).ensureContainer(path, { kind, subscribe: true });
            expect(made.get(container.id), `${JSON.stringify(path)} is the folder of another`).toBeUndefined();
            made.set(container.id, path);
            for (const note of notes) expect(note.text).not.toMatch(/[\r\n\0]/);
            await create(session, container.id, [
              {
                // A server may allow a key but once in the whole account.
                raw: plain(
                  `${made.size} ${path
                    .join('/')
                    .slice(0, 20)
                    .replace(/[^a-z]/g, '_')}`,
                ),
                flags: [],
                date: dateOf(1),
              },
            ]);
          } catch (thrown) {
            if (!(thrown instanceof SternaError)) throw thrown;
            refused.push(JSON.stringify(path));
          }
        }
        expect(refused).toEqual([]);
        const other = await open('write');
        for (const [id, path] of made) expect(await ensure(other, path), JSON.stringify(path)).toBe(id);
        expect(await endpoint.dump()).toHaveLength(made.size);
      }),
    );

    test(
      'containers: a role finds or makes a folder, again and again the same',
      staged(fixture, async ({ open }) => {
        if (!isMail) return;
        const session = await open('write');
        const first = await writerOf(session).ensureContainer(['Sent'], { role: 'sent' });
        const again = await writerOf(await open('write')).ensureContainer(['Sent'], { role: 'sent' });
        expect(again.container.id).toBe(first.container.id);
        const inside = await writerOf(session).ensureContainer(['INBOX'], { role: 'inbox' });
        expect(inside.container.path).toEqual(['INBOX']);
      }),
    );

    test(
      'containers: what every account has is found by being that, whatever it is called',
      staged(fixture, async ({ open }) => {
        if (fixture.fixedContainers === true) return;
        const session = await open('write');
        const own = (await session.reader.containers()).filter((one) => one.kind === kind && one.isDefault === true);
        expect(own.length).toBeLessThan(2);
        const { container } = await writerOf(session).ensureContainer(['What it was called there'], {
          kind,
          isDefault: true,
        });
        if (own[0] !== undefined) expect(container.id).toBe(own[0].id);
      }),
    );

    test(
      'state: a difference, so what people set at the target stays',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        if (capabilitiesOf(session).keywords === 'none') return;
        const inside = await ensure(session, home);
        const [id, other] = await create(session, inside, [
          { raw: plain(1), flags: ['\\Flagged', '\\Seen', 'Old'], date: dateOf(1) },
          { raw: plain(2), flags: ['\\Flagged'], date: dateOf(1) },
        ]);
        if (id === undefined || other === undefined) return;
        const theirs = endpoint.setFlags === undefined ? [] : ['Theirs'];
        await endpoint.setFlags?.({ folder: home, raw: plain(1) }, ['\\Flagged', '\\Seen', 'Old', 'Theirs']);
        const state = {
          verb: 'state',
          container: inside,
          add: ['\\Answered', 'New'],
          remove: ['\\Seen', 'Old'],
        } as const;
        const results = await apply(session, [
          { ...state, op: 'a', targetId: id },
          { ...state, op: 'b', targetId: strangerTo([id, other]) },
        ]);
        expect(results).toMatchObject([
          { op: 'a', outcome: 'done' },
          { op: 'b', outcome: 'missing' },
        ]);
        const found = await endpoint.dump();
        expect(one(found, plain(1)).flags).toEqual(['\\Answered', '\\Flagged', 'New', ...theirs].sort());
        expect(one(found, plain(2)).flags).toEqual(['\\Flagged']);
        // Said again after a crash, it changes nothing.
        await apply(session, [{ ...state, op: 'c', targetId: id }]);
        expect(one(await endpoint.dump(), plain(1)).flags).toEqual(
          ['\\Answered', '\\Flagged', 'New', ...theirs].sort(),
        );
      }),
    );

    test(
      'place: moves exactly this object',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        if (!capabilitiesOf(session).moves) return;
        const [inside, archive] = [await ensure(session, home), await ensure(session, ['Archive'])];
        const alike = { raw: plain(1), flags: ['\\Seen', 'Work'], date: dateOf(9) };
        const moved = { ...alike, raw: twin(1) };
        const ids = await create(session, inside, [alike, moved, { raw: plain(2), flags: [], date: dateOf(2) }]);
        const place = { verb: 'place', container: inside, to: archive } as const;
        const results = await apply(session, [
          { ...place, op: 'a', targetId: ids[1] ?? '' },
          { ...place, op: 'b', targetId: strangerTo(ids) },
        ]);
        expect(results).toMatchObject([
          { op: 'a', outcome: 'done' },
          { op: 'b', outcome: 'missing' },
        ]);
        const [placed] = results;
        if (placed?.outcome === 'done' && placed.targetId !== undefined) {
          await writerOf(session).confirm(archive, [placed.targetId]);
          const [copy] = await readAll(session.reader, archive, [placed.targetId]);
          expect(copy?.digest).toBe(digest(twin(1)));
        }
        const found = await endpoint.dump();
        expect(keys(found)).toEqual(keys([seedOf(1), seedOf(2), seedOf(1, { raw: twin(1), folder: ['Archive'] })]));
        const there = found.find((message) => message.folder[0] === 'Archive');
        expect(there?.flags).toEqual(isMail ? ['\\Seen', 'Work'].sort() : []);
        if (capabilitiesOf(session).dateKept) expect(seconds(there?.date)).toBe(seconds(dateOf(9)));
      }),
    );

    test(
      'remove: exactly this object, whatever else is marked for deletion',
      staged(fixture, async ({ endpoint, open }) => {
        if (fixture.keepsFlags) await endpoint.seed([seedOf(9, { flags: ['\\Deleted'] })]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const ids = await create(session, inside, [
          { raw: plain(1), flags: [], date: dateOf(1) },
          { raw: twin(1), flags: [], date: dateOf(1) },
          { raw: plain(2), flags: [], date: dateOf(2) },
        ]);
        if (ids[1] === undefined) return;
        const remove = { verb: 'remove', container: inside, how: 'expunge' } as const;
        const results = await apply(session, [{ ...remove, op: 'a', targetId: ids[1] }]);
        expect(results).toMatchObject([{ op: 'a', outcome: 'done' }]);
        const others = fixture.keepsFlags ? [seedOf(9)] : [];
        expect(keys(await endpoint.dump())).toEqual(keys([...others, seedOf(1), seedOf(2)]));
        await apply(session, [
          { ...remove, op: 'b', targetId: ids[1] },
          { ...remove, op: 'c', targetId: strangerTo(ids) },
        ]);
        expect(keys(await endpoint.dump())).toEqual(keys([...others, seedOf(1), seedOf(2)]));
        const left = await collect(session.reader.changes(inside, undefined, {}));
        expect(left.flatMap((page) => page.changes).map(({ id }) => id)).not.toContain(ids[1]);
      }),
    );

    test(
      'confirm: idempotent, whatever the ids',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        const inside = await ensure(session, home);
        const ids = known(await create(session, inside, [{ raw: plain(1), flags: ['Work'], date: dateOf(1) }]));
        const confirm = (...args: Parameters<Writer['confirm']>): Promise<void> => writerOf(session).confirm(...args);
        await confirm(inside, ids);
        await confirm(inside, [...ids, strangerTo(ids)]);
        await confirm(inside, []);
        expect(one(await endpoint.dump(), plain(1)).flags).toEqual(storable(session, ['Work']));
      }),
    );

    test(
      'after a crash: an unacknowledged write is found, and only that',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(8), seedOf(9)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        await create(session, inside, [{ raw: plain(1), flags: [], date: dateOf(1) }]);
        const mark = await writerOf(session).mark(inside);
        const unsettled = [plain(2), twin(2), plain(3)].map((raw) => ({ raw, flags: ['\\Seen'], date: dateOf(1) }));
        const batch = ops(session, inside, unsettled);
        const results = await apply(session, batch);
        // The acknowledgement is lost; another process takes over.
        session.destroy();
        const heir = await open('write');
        const writer = writerOf(heir);
        switch (capabilitiesOf(heir).settle) {
          case 'reserved-id': {
            const again = await apply(
              heir,
              batch.map((op) => ({ ...op, body: op.body })),
            );
            // Whose a file is tells the engine, by its content.
            if (kind !== 'file') expect(again.map((result) => result.outcome)).toEqual(['done', 'done', 'done']);
            expect(again.map(foundId)).toEqual(results.map(foundId));
            if (!isMail) expect(again.map(foundVersion)).toEqual(results.map(foundVersion));
            break;
          }
          case 'pending-mark': {
            const found = await collect(writer.candidates(inside, undefined));
            const ids = found.map((candidate) => candidate.targetId);
            expect(digests(found)).toEqual(unsettled.map(({ raw }) => digest(raw)).sort());
            expect(found.every((candidate) => candidate.marked)).toBe(true);
            const since = async (): Promise<(readonly [id: string, marked: boolean])[]> =>
              (await collect(writer.candidates(inside, mark))).map((one) => [one.targetId, one.marked]);
            const canLose = mark !== '';
            if (canLose) expect(await since()).toEqual(ids.map((id) => [id, true]));
            await writer.confirm(inside, ids);
            expect(await collect(writer.candidates(inside, undefined))).toEqual([]);
            // What lost its mark is found by where it is.
            if (canLose) expect(await since()).toEqual(ids.map((id) => [id, false]));
            break;
          }
          case 'stamp': {
            const found = await collect(writer.candidates(inside, mark));
            const ids = new Set(results.map(idOf));
            // Marks are times, told to the second: an earlier one may be among them.
            const theirs = found.filter((one) => ids.has(one.targetId));
            // What takes no stamp is known by what it says.
            const unstamped = theirs.filter((one) => one.digest === undefined);
            const read = await readAll(
              heir.reader,
              inside,
              unstamped.map((one) => one.targetId),
            );
            const stamped = theirs.filter((one) => one.digest !== undefined);
            expect([...digests(stamped), ...read.map((one) => one.digest)].sort()).toEqual(
              unsettled.map(({ raw }) => sent(raw)).sort(),
            );
            expect(stamped.every((candidate) => candidate.marked)).toBe(true);
            expect(new Set(stamped.map((candidate) => candidate.send)).size).toBe(stamped.length);
            break;
          }
          case 'read-back': {
            const found = await collect(writer.candidates(inside, mark));
            const theirs = fixture.readsBackAll === true ? [plain(8), plain(9), plain(1)] : [];
            expect(digests(found)).toEqual([...theirs, ...unsettled.map(({ raw }) => raw)].map(digest).sort());
            const ids = results.map(idOf).filter((id) => id !== undefined);
            const named = (id: string | undefined): Candidate | undefined => found.find((one) => one.targetId === id);
            if (!isMail)
              for (const [n, id] of ids.entries())
                expect(named(id)?.digest?.toString('hex')).toBe(digest(unsettled[n]?.raw ?? Buffer.alloc(0)));
            if (ids.length > 0 && fixture.readsBackAll !== true)
              expect(found.map((candidate) => candidate.targetId).sort()).toEqual(ids.sort());
            break;
          }
          case 'none':
            break;
        }
        const all = [seedOf(8), seedOf(9), seedOf(1), seedOf(2), seedOf(2, { raw: twin(2) }), seedOf(3)];
        expect(keys(await endpoint.dump())).toEqual(keys(all));
      }),
    );

    test(
      'reserved ids: deterministic, and the one that a create takes',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        if (capabilitiesOf(session).settle !== 'reserved-id') return;
        const writer = writerOf(session);
        const inside = await ensure(session, home);
        const key = '00ff'.repeat(8);
        const [op] = ops(session, inside, [{ raw: plain(1), flags: [], date: dateOf(1) }]);
        const reservedId = writer.reserve?.(inside, key, op?.name);
        expect(writer.reserve?.(inside, key, op?.name)).toBe(reservedId);
        if (op?.name === undefined) expect(writer.reserve?.(inside, `${key.slice(1)}0`)).not.toBe(reservedId);
        else expect(reservedId).toBe(op.name);
        const [result] = await apply(session, [{ ...(op as CreateOp), reservedId: reservedId as string }]);
        expect(result).toMatchObject({ outcome: 'done', targetId: reservedId });
        // People touched it since: still the same object, nothing is overwritten.
        await endpoint.setFlags?.({ folder: home, raw: plain(1) }, ['\\Flagged', '\\Seen']);
        const [again] = await apply(await open('write'), [{ ...(op as CreateOp), reservedId: reservedId as string }]);
        expect(again).toMatchObject({ outcome: kind === 'file' ? 'exists' : 'done', targetId: reservedId });
        const found = await endpoint.dump();
        expect(found).toHaveLength(1);
        if (endpoint.setFlags !== undefined) expect(found[0]?.flags).toEqual(['\\Flagged', '\\Seen']);
      }),
    );

    test(
      'create: another object under the same natural key is told, not written over',
      staged(fixture, async ({ endpoint, open }) => {
        if (changed === undefined || fixture.allowsTwinKeys === true) return;
        const longer = underLongerKey(plain(1));
        await endpoint.seed([seedOf(0, { raw: longer }), seedOf(1)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const wanted = (raw: Buffer): CreateOp[] => ops(session, inside, [{ raw, flags: [], date: undefined }]);
        const [ours] = await apply(session, [...wanted(plain(2))]);
        const items = await collect(writerOf(session).inventory(inside, { matchKey: true }));
        expect(items).toHaveLength(3);
        const { names } = capabilitiesOf(session);
        const itemOf = (raw: Buffer) => items.find((item) => item.matchKey?.toString('hex') === matchKey(raw, names));
        expect(ours).toMatchObject({ outcome: 'done', targetId: itemOf(plain(2))?.targetId });
        expect(ours && versionOf(ours)).toBe(itemOf(plain(2))?.version);
        for (const n of [1, 2]) {
          const theirs = itemOf(plain(n));
          expect(theirs).toBeDefined();
          const [result] = await apply(session, wanted(changed(n)));
          expect(result).toMatchObject({ outcome: 'exists', targetId: theirs?.targetId, version: theirs?.version });
        }
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(0, { raw: longer }), seedOf(1), seedOf(2)]));
      }),
    );

    test(
      'create: of what an earlier try made, the newer content wins',
      staged(fixture, async ({ endpoint, open }) => {
        const session = await open('write');
        if (changed === undefined || kind === 'file' || capabilitiesOf(session).settle !== 'reserved-id') return;
        const inside = await ensure(session, home);
        const [op] = ops(session, inside, [{ raw: plain(1), flags: [], date: undefined }]);
        const [first] = await apply(session, [op as CreateOp]);
        const newer = changed(1);
        const [second] = await apply(await open('write'), [{ ...(op as CreateOp), body: newer, size: newer.length }]);
        expect(idOf(second as Result)).toBe(idOf(first as Result));
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(1, { raw: newer })]));
      }),
    );

    test(
      'replace: only the version it was, and a lost acknowledgement is recognized',
      staged(fixture, async ({ endpoint, open }) => {
        if (changed === undefined || endpoint.replace === undefined) return;
        const session = await open('write');
        const inside = await ensure(session, home);
        const batch = ops(session, inside, [{ raw: plain(1), flags: [], date: undefined }]);
        const [made] = await apply(session, batch);
        if (made?.outcome !== 'done' || made.targetId === undefined) throw new Error('not made');
        expect(made.version).toBeDefined();
        const replace = (n: string, version: string | undefined, raw = changed(n)): Op => ({
          verb: 'replace',
          op: n,
          container: inside,
          targetId: made.targetId as string,
          ifVersion: version,
          size: raw.length,
          body: raw,
        });
        const raw = changed(1);
        const [done] = await apply(session, [replace('a', made.version, raw)]);
        expect(done).toMatchObject({ outcome: 'done', targetId: made.targetId });
        const version = done?.outcome === 'done' ? done.version : undefined;
        expect(version).toBeDefined();
        expect(version).not.toBe(made.version);
        // The same once more, because nobody heard the answer.
        expect(await apply(await open('write'), [replace('b', made.version, raw)])).toMatchObject([
          { outcome: 'done', version },
        ]);
        expect(await apply(session, [replace('stale', made.version, plain(1, 'A third content'))])).toMatchObject([
          { outcome: 'changed' },
        ]);
        await endpoint.replace({ folder: home, raw }, plain(1));
        expect(await apply(session, [replace('c', version, raw)])).toMatchObject([{ outcome: 'changed' }]);
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(1)]));
        expect(await apply(session, [replace('d', undefined, raw)])).toMatchObject([{ outcome: 'done' }]);
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(1, { raw })]));
        await endpoint.remove?.({ folder: home, raw });
        expect(await apply(session, [replace('e', version, raw)])).toMatchObject([{ outcome: 'missing' }]);
        expect(await apply(session, [replace('f', undefined, raw)])).toMatchObject([{ outcome: 'missing' }]);
        expect(await endpoint.dump()).toEqual([]);
      }),
    );

    test(
      'remove: only the version it was',
      staged(fixture, async ({ endpoint, open }) => {
        if (changed === undefined || endpoint.replace === undefined) return;
        const session = await open('write');
        const inside = await ensure(session, home);
        const batch = ops(
          session,
          inside,
          [plain(1), plain(2)].map((raw) => ({ raw, flags: [], date: undefined })),
        );
        const [made, other] = await apply(session, batch);
        if (made?.outcome !== 'done' || made.version === undefined) throw new Error('not made');
        await endpoint.replace({ folder: home, raw: plain(1) }, changed(1));
        const remove = { verb: 'remove', container: inside, how: 'expunge', targetId: made.targetId ?? '' } as const;
        const [kept, removed] = await apply(session, [
          { ...remove, op: 'a', ifVersion: made.version },
          {
            ...remove,
            op: 'other',
            how: 'trash',
            targetId: (other && idOf(other)) ?? '',
            ifVersion: (other && versionOf(other)) ?? '',
          },
        ]);
        expect(kept).toMatchObject({ outcome: 'changed' });
        expect(removed).toMatchObject({ outcome: 'done' });
        expect(keys(await endpoint.dump())).toEqual(keys([seedOf(1, { raw: changed(1) })]));
        const now = kept?.outcome === 'changed' ? kept.version : undefined;
        expect(now).toBeDefined();
        const again = { ...remove, op: 'b', ifVersion: now as string };
        expect(await apply(session, [again])).toMatchObject([{ outcome: 'done' }]);
        expect(await apply(session, [again])).toMatchObject([{ outcome: 'missing' }]);
        expect(await endpoint.dump()).toEqual([]);
      }),
    );

    test(
      'inventory: everything, ours and theirs, with match keys and sizes',
      staged(fixture, async ({ endpoint, open }) => {
        await endpoint.seed([seedOf(1), seedOf(2)]);
        const session = await open('write');
        const inside = await ensure(session, home);
        const ids = await create(session, inside, [
          { raw: twin(2), flags: [], date: dateOf(2) },
          { raw: plain(3), flags: [], date: dateOf(2) },
        ]);
        const all = [plain(1), plain(2), twin(2), plain(3)];
        const items = await collect(writerOf(session).inventory(inside, { matchKey: true }));
        const { names } = capabilitiesOf(session);
        expect(items.map((item) => item.matchKey?.toString('hex')).sort()).toEqual(
          all.map((raw) => matchKey(raw, names)).sort(),
        );
        const sized = await collect(writerOf(session).inventory(inside, { size: true }));
        // As the target counts them: line ends may be its own.
        expect(sized).toHaveLength(4);
        for (const { size = 0 } of sized) expect(size).toBeGreaterThan(plain(1).length * 0.9);
        const listed = items.map((item) => item.targetId);
        expect(new Set(listed).size).toBe(4);
        for (const id of known(ids)) expect(listed).toContain(id);
        const contents = await readAll(session.reader, inside, listed);
        expect(contents.map((content) => content.digest).sort()).toEqual(all.map(digest).sort());
        expect((await collect(writerOf(session).inventory(inside, {}))).map((item) => item.targetId).sort()).toEqual(
          listed.sort(),
        );
      }),
    );

    test(
      'aborted: nothing half written, calls fail as SternaError',
      staged(fixture, async ({ endpoint, open }) => {
        const abort = new AbortController();
        const session = await open('write', abort.signal);
        const inside = await ensure(session, home);
        const raws = Array.from({ length: 50 }, (_, n) => plain(`abort${n}`, `${'z'.repeat(4_000)}\r\n`));
        const batch = ops(
          session,
          inside,
          raws.map((raw) => ({ raw, flags: [], date: dateOf(1) })),
        );
        const flying = apply(session, batch).catch((thrown: unknown) => thrown);
        abort.abort();
        const result = await flying;
        if (result instanceof Error) expect(result).toBeInstanceOf(SternaError);
        const later = await apply(session, batch).catch((thrown: unknown) => thrown);
        if (later instanceof Error) expect(later).toBeInstanceOf(SternaError);
        else for (const each of later as readonly Result[]) expect(each.outcome).not.toBe('done');
        const whole = new Set(raws.map(digest));
        const found = await endpoint.dump();
        for (const message of found) expect(whole.has(digest(message.raw))).toBe(true);
        expect(new Set(keys(found)).size).toBe(found.length);
      }),
    );
  });

  if (kind === 'file') describeFileWriter(name, fixture);
}
