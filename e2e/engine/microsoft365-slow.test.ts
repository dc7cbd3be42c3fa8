import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector } from '@sterna/connector-kit';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { IdleClock } from '@sterna/connector-suite';
import { DirectDrive, type Microsoft365, VirtualClock } from '@sterna/simulator-microsoft365';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { calendarsOf } from '../support/microsoft365-tenants.ts';
import { changeMailbox, expectSameMailbox, fillMailbox, SMALL_MAILBOX } from '../support/small-mailbox.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const [FROM, TO] = ['alice@contoso.example', 'alice@fabrikam.example'];
const KINDS = { kinds: { message: true, event: true, contact: true, task: true, setting: false, file: false } };
const BEHIND_MS = 600_000;
const WAYS = [
  ['whole', true],
  ['by JSON', false],
] as const;

let dir: string;
let bench: Bench;
let server: Microsoft365;
/** Drives are entries of their own. */
let isDrive = false;
/** The pass dies where this says so. */
let dies: ((point: string) => boolean) | undefined;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-slow');
  const connector: Connector = {
    ...microsoft365Connector,
    open: (request) => microsoft365Connector.open(isDrive ? { ...request, kinds: ['file'] } : request),
  };
  bench = await openBench(join(dir, 'data'), [connector], {
    reached: (point) => {
      if (dies?.(point) === true) throw new Error('the process was killed');
    },
  });
});
afterEach(async () => {
  dies = undefined;
  isDrive = false;
  const { failures } = server;
  await server.stop();
  expect(failures).toEqual([]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

const entryOf = (settings: object): Promise<number> =>
  addEntry(bench, microsoft365Endpoint(server, FROM, settings), microsoft365Endpoint(server, TO, settings));

const told = async (entry: number): Promise<string[]> =>
  (await notes(bench, entry)).filter(({ kind }) => kind !== 'fidelity').map(({ code }) => code);

/** By hand, as the note asks for it. */
async function removeWhatIsLeft(entry: number): Promise<void> {
  const calendars = calendarsOf(server, TO);
  for (const { code, text } of await notes(bench, entry)) {
    if (code !== 'late-copy-left') continue;
    const [, id] = /\(([^)]+)\)/.exec(text) ?? [];
    const event = [...calendars.events.values()].find(({ immutableId }) => immutableId === id);
    if (event === undefined) throw new Error(`the note names nothing that is there: ${text}`);
    calendars.removeEvent(event);
  }
}

async function expectVerified(entry: number, patch: object): Promise<void> {
  const verified = verifyResult(await pass(bench, entry, 'verify', { ...patch, verifyDepth: 'content' }));
  expect(verified).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0, extra: 0 });
}

describe('a service whose lists are minutes behind', () => {
  const clock = new VirtualClock(Date.now());

  async function startBehind(): Promise<void> {
    server = await startMicrosoft365({ empty: true, clock });
    await fillMailbox(server, FROM);
    clock.advance(BEHIND_MS);
    server.faults.listDelayMs = BEHIND_MS;
  }

  test.each(WAYS)(
    '%s: what was just written is not written again; what changed comes when it shows',
    async (_, isWhole) => {
      await startBehind();
      const entry = await entryOf({ exportImport: isWhole, pageSize: 2 });
      const first = await pass(bench, entry, 'initial', KINDS);
      expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      expect(first.books.total).toMatchObject({ seen: SMALL_MAILBOX, created: SMALL_MAILBOX });
      await expectSameMailbox(server, FROM, TO, isWhole);
      // No list of the target shows any of it.
      const again = await pass(bench, entry, 'delta', KINDS);
      expect(again).toMatchObject({ status: 'completed', books: { balanced: true } });
      expect(again.books.total).toMatchObject({ created: 0, updated: 0 });
      await expectSameMailbox(server, FROM, TO, isWhole);

      await changeMailbox(server, FROM);
      const early = await pass(bench, entry, 'delta', KINDS);
      expect(early).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      clock.advance(BEHIND_MS);
      const late = await pass(bench, entry, 'delta', KINDS);
      expect(late).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      await expectSameMailbox(server, FROM, TO, isWhole);
      clock.advance(BEHIND_MS);
      await expectVerified(entry, KINDS);
      expect(await told(entry)).toEqual([]);
    },
  );

  test.each(WAYS)(
    '%s: a pass that dies again and again finds nothing of what it wrote, and leaves it once',
    async (_, isWhole) => {
      await startBehind();
      const entry = await entryOf({ exportImport: isWhole });
      for (const [n, at] of ['after-acknowledgement', 'after-acknowledgement', 'during-recovery'].entries()) {
        let left = n + 1;
        dies = (point) => {
          left -= point === at ? 1 : 0;
          return left === 0;
        };
        expect((await pass(bench, entry, n === 0 ? 'initial' : 'delta', KINDS)).status).toBe('failed');
      }
      dies = undefined;
      const last = await pass(bench, entry, 'delta', KINDS);
      expect(last).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      // Now it shows, and the next pass looks.
      clock.advance(BEHIND_MS);
      const settled = await pass(bench, entry, 'delta', KINDS);
      expect(settled).toMatchObject({ status: 'completed', books: { balanced: true } });
      // A meeting that arrived whole isn't removed, since Exchange would tell its people; the books say which it is.
      await removeWhatIsLeft(entry);
      await expectSameMailbox(server, FROM, TO, isWhole);
      await expectVerified(entry, KINDS);
      expect(new Set(await told(entry))).toEqual(
        new Set(isWhole ? ['late-copy-removed', 'late-copy-left'] : ['late-copy-removed']),
      );
    },
  );

  test('files: what changed comes when it shows, and nothing twice', async () => {
    isDrive = true;
    server = await startMicrosoft365({ empty: true, clock });
    const [from, to] = [new DirectDrive(server, FROM), new DirectDrive(server, TO)];
    for (const name of ['a', 'b', 'c']) from.put(['Work'], `${name}.txt`, Buffer.from(name));
    clock.advance(BEHIND_MS);
    server.faults.listDelayMs = BEHIND_MS;
    const held = (drive: DirectDrive): string[] =>
      drive.files().map(({ folder, name, content }) => `${[...folder, name].join('/')} ${content}`);
    const entry = await entryOf({});
    let left = 2;
    dies = (point) => {
      left -= point === 'after-acknowledgement' ? 1 : 0;
      return left === 0;
    };
    const killed = await pass(bench, entry, 'initial');
    dies = undefined;
    const first = await pass(bench, entry, killed.status === 'failed' ? 'delta' : 'initial');
    expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    expect(held(to).sort()).toEqual(held(from).sort());
    from.put(['Work'], 'a.txt', Buffer.from('changed'));
    from.put(['Work'], 'd.txt', Buffer.from('new'));
    from.move(['Work', 'b.txt'], ['Elsewhere', 'b.txt']);
    const early = await pass(bench, entry, 'delta');
    expect(early).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    clock.advance(BEHIND_MS);
    const late = await pass(bench, entry, 'delta');
    expect(late).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    expect(held(to).sort()).toEqual(held(from).sort());
    clock.advance(BEHIND_MS);
    await expectVerified(entry, {});
    expect(await told(entry)).toEqual([]);
  });
});

describe('a service that answers a few bytes at a time', () => {
  test.each(WAYS)('%s: everything comes once, and a delta as well', async (_, isWhole) => {
    const clock = new IdleClock();
    server = await startMicrosoft365({ empty: true, clock });
    try {
      await fillMailbox(server, FROM);
      const every = { times: Number.POSITIVE_INFINITY };
      const slowest = server.faults.inject({
        fault: { kind: 'drip', bytesPerSecond: 1 },
        when: ({ method, target }) => (method === 'POST' && /\/messages$/.test(target)) || /\$value$/.test(target),
        times: 2,
      });
      const slow = server.faults.inject({ fault: { kind: 'drip', bytesPerSecond: 61 }, ...every });
      const entry = await entryOf({ exportImport: isWhole });
      const first = await pass(bench, entry, 'initial', KINDS);
      expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      expect(first.books.total).toMatchObject({ seen: SMALL_MAILBOX, created: SMALL_MAILBOX });
      await changeMailbox(server, FROM);
      const second = await pass(bench, entry, 'delta', KINDS);
      expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
      await expectSameMailbox(server, FROM, TO, isWhole);
      expect(slowest.struck).toBe(2);
      slow.end();
      await expectVerified(entry, KINDS);
      expect(await told(entry)).toEqual([]);
    } finally {
      clock.stop();
    }
  });
});
