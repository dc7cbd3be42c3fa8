import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { changeMailbox, expectSameMailbox, fillMailbox, SMALL_MAILBOX } from '../support/small-mailbox.ts';
import { casesOf, expectEverySwitch, expectMet, type FlipCase, type Flips, watched } from '../support/switches.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

/** How mail and events go: whole by export and import, or by JSON, mail also by beta's importMime. */
type Way = 'whole' | 'JSON' | 'importMime' | 'importMime where there is none';
const SETTINGS: Readonly<Record<Way, object>> = {
  whole: {},
  JSON: { exportImport: false },
  importMime: { exportImport: false, mailRoute: 'importMime' },
  'importMime where there is none': { exportImport: false, mailRoute: 'importMime' },
};
const WAYS: Readonly<Record<Way, Partial<Assumptions>>> = {
  whole: {},
  JSON: {},
  importMime: { importMime: true },
  'importMime where there is none': {},
};

const FLIPS: Flips<Assumptions, Way> = {
  importMime: { other: [true], ways: ['importMime where there is none'] },
  importMimeReceivedFromHeaders: { other: [false], ways: ['importMime'] },
  importSessionStatus: { other: [201], ways: ['whole'] },
  importKeepsCreated: { other: [true], ways: ['whole'] },
  dateOnCreate: { other: ['refuse'], ways: ['JSON'], unmet: 'dates are given as MAPI properties' },
  mimeInFolders: { other: [false], ways: ['JSON'], unmet: 'MIME is never posted but to importMime' },
  movedReason: { other: ['deleted'], ways: ['JSON'] },
  emptyPages: { other: [false], ways: ['JSON'] },
  rewritesBodies: { other: [false], ways: ['JSON'] },
  everyUpdateMails: { other: [true], ways: ['JSON'] },
  globalObjectIdKept: { other: [false], ways: ['JSON'] },
  taskAttachmentsByApps: { other: [true], ways: ['JSON'] },
  taskExtensionsOnCreate: { other: [false], ways: ['JSON'] },
};

const [FROM, TO] = ['alice@contoso.example', 'alice@fabrikam.example'];
const KINDS = {
  kinds: { message: true, event: true, contact: true, task: true, setting: false, file: false },
};
let dir: string;
let bench: Bench;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-switches');
  bench = await openBench(join(dir, 'data'), [microsoft365Connector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

async function run({ way, switches, ...looked }: FlipCase<Assumptions, Way>): Promise<void> {
  const server = await startMicrosoft365({ empty: true });
  try {
    const looks = watched(server.cloud.assumptions as Assumptions, switches);
    await fillMailbox(server, FROM);
    const settings = { pageSize: 2, ...SETTINGS[way] };
    const [source, target] = [FROM, TO].map((address) => microsoft365Endpoint(server, address, settings));
    if (source === undefined || target === undefined) throw new Error('no ends');
    const entry = await addEntry(bench, source, target);

    const first = await pass(bench, entry, 'initial', KINDS);
    expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    expect(first.books.total).toMatchObject({ seen: SMALL_MAILBOX, created: SMALL_MAILBOX });
    await expectSameMailbox(server, FROM, TO, way === 'whole');
    const nothing = await pass(bench, entry, 'delta', KINDS);
    expect(nothing.books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });

    await changeMailbox(server, FROM);
    const second = await pass(bench, entry, 'delta', KINDS);
    expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    await expectSameMailbox(server, FROM, TO, way === 'whole');
    const verified = verifyResult(await pass(bench, entry, 'verify', { ...KINDS, verifyDepth: 'content' }));
    expect(verified).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0 });
    expect((await notes(bench, entry)).filter(({ kind }) => kind === 'suspect' || kind === 'failure')).toEqual([]);
    expectMet([looks], looked);
    // A bug of the simulator must not pass for an answer of Microsoft 365.
    expect(server.failures).toEqual([]);
  } finally {
    await server.stop();
  }
}

test('every switch has its line', () => expectEverySwitch(FLIPS, DEFAULT_ASSUMPTIONS));

for (const one of casesOf(FLIPS, WAYS))
  test(`a mailbox goes right, whatever Microsoft 365 does: ${one.name}`, () => run(one));
