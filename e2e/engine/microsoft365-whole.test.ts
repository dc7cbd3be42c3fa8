import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { calendarsOf, eventsOf, messagesOf, startTenants } from '../support/microsoft365-tenants.ts';

const FROM = 'contoso.example';
const TO = 'fabrikam.example';
let dir: string;
let bench: Bench;
let tenants: Microsoft365;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-whole');
  bench = await openBench(join(dir, 'data'), [microsoft365Connector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  tenants = await startTenants();
});
afterEach(async () => {
  const { failures } = tenants;
  await tenants.stop();
  expect(failures).toEqual([]);
});

const entryOf = (name: string, settings: { source?: object; target?: object } = {}) =>
  addEntry(
    bench,
    microsoft365Endpoint(tenants, `${name}@${FROM}`, settings.source),
    microsoft365Endpoint(tenants, `${name}@${TO}`, settings.target),
  );

const kinds = (...wanted: string[]) => ({
  kinds: Object.fromEntries(
    ['message', 'event', 'contact', 'task', 'setting', 'file'].map((kind) => [kind, wanted.includes(kind)]),
  ),
});

const MOVED = kinds('message', 'event', 'contact');

/** The whole of it in both tenants. */
async function expectWhole(name: string): Promise<void> {
  const [from, to] = [`${name}@${FROM}`, `${name}@${TO}`];
  expect(eventsOf(tenants, to)).toEqual(eventsOf(tenants, from));
  expect(await messagesOf(tenants, to)).toEqual(await messagesOf(tenants, from));
  // Nothing is left of the folder that imports go through.
  expect(new DirectMail(tenants, to).folders().flat().join()).not.toContain('Sterna');
  expect(tenants.invitations).toEqual([]);
}

const fidelity = async (entry: number): Promise<string[]> =>
  (await notes(bench, entry)).filter(({ kind }) => kind === 'fidelity').map(({ code }) => code);

describe('from one tenant of Exchange to another', () => {
  test('mail, meetings and contacts arrive whole, with people and exceptions, and nobody is mailed', async () => {
    const entry = await entryOf('alice');
    const first = await pass(bench, entry, 'initial', MOVED);
    expect(first.error).toBeNull();
    expect(first.status).toBe('completed');
    const { seen, created, filtered } = first.books.total;
    // Settings are switched off, and counted all the same.
    expect(created).toBe(seen - filtered);
    expect(filtered).toBe(first.books.kinds.setting?.seen);
    await expectWhole('alice');
    // A folder that two names would have shared: nothing of what is in them.
    expect(new Set(await fidelity(entry))).toEqual(new Set(['folder-renamed']));
    const found = verifyResult(await pass(bench, entry, 'verify', { ...MOVED, verifyDepth: 'content' }));
    expect(found).toMatchObject({ ok: true, adapted: 0, different: 0, uncompared: 0, flagsDiffer: 0 });
    // Exchange makes the MIME of a message that never had one, each time with boundaries of its own: rewritten. Nothing else is.
    const isMultipart = async (address: string) =>
      (await new DirectMail(tenants, address).messages()).filter(({ mime }) =>
        /boundary=/i.test(mime.toString('latin1')),
      );
    expect(found.rewritten).toBeLessThanOrEqual((await isMultipart(`alice@${TO}`)).length);
    expect(found.identical + found.rewritten).toBe(created);

    // A meeting that changed is imported over its copy; a delta over nothing new writes nothing.
    const source = calendarsOf(tenants, `alice@${FROM}`);
    const series = [...source.events.values()].find(({ fields }) => fields.subject === 'Team meeting');
    if (series === undefined) throw new Error('there is no meeting');
    source.changeEvent(series, () => {
      series.fields = { ...series.fields, subject: 'Team meeting, renamed' };
    });
    const second = await pass(bench, entry, 'delta', MOVED);
    expect(second.books.total).toMatchObject({ created: 0, updated: 1, failed: 0 });
    await expectWhole('alice');
    tenants.requests.length = 0;
    expect((await pass(bench, entry, 'delta', MOVED)).books.total).toMatchObject({ created: 0, updated: 0 });
    expect(tenants.requests.filter(({ target }) => /exchange/i.test(target))).toEqual([]);
  });

  test('what is refused on either side goes the usual way, with a note; answers are lost and nothing comes twice', async () => {
    const entry = await entryOf('bjorn');
    const isImport = ({ target }: { target: string }): boolean => target.includes('/open/exchange-import/');
    const isMove = ({ target }: { target: string }): boolean => target.endsWith('/move');
    const { faults } = tenants;
    faults.inject({ fault: { kind: 'answer', status: 400, code: 'ErrorCorruptData' }, when: isImport, after: 4 });
    for (const after of [9, 20, 51]) faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isImport, after });
    faults.inject({ fault: { kind: 'answer', status: 429, retryAfter: 0 }, when: isImport, after: 30, times: 2 });
    faults.inject({ fault: { kind: 'lost-acknowledgement' }, when: isMove, after: 6 });
    const first = await pass(bench, entry, 'initial', MOVED);
    expect(first.error).toBeNull();
    expect(first.status).toBe('completed');
    expect(await fidelity(entry)).toContain('not-imported-whole');
    const count = async (domain: string) => (await messagesOf(tenants, `bjorn@${domain}`)).length;
    expect(await count(TO)).toBe(await count(FROM));
    expect(eventsOf(tenants, `bjorn@${TO}`)).toEqual(eventsOf(tenants, `bjorn@${FROM}`));
    expect(tenants.invitations).toEqual([]);
  });

  test('people keep their addresses, and a note says so where the mapping table has others for them', async () => {
    const entry = await entryOf('chloe');
    const [meeting] = [...calendarsOf(tenants, `chloe@${FROM}`).events.values()].filter(
      ({ fields, isOrganizer }) => isOrganizer && fields.attendees.length > 0,
    );
    const guest = meeting?.fields.attendees[0]?.emailAddress.address ?? '';
    await mapping(bench, entry, guest, 'somebody@else.example');
    expect((await pass(bench, entry, 'initial', kinds('event'))).status).toBe('completed');
    expect(new Set(await fidelity(entry))).toEqual(new Set(['people-not-mapped']));
    expect(eventsOf(tenants, `chloe@${TO}`)).toEqual(eventsOf(tenants, `chloe@${FROM}`));
    expect(
      verifyResult(await pass(bench, entry, 'verify', { ...kinds('event'), verifyDepth: 'content' })),
    ).toMatchObject({ ok: true, adapted: 0, different: 0 });
  });

  test('switched off on one side, it goes by MIME and JSON', async () => {
    const entry = await entryOf('daiki', { source: { exportImport: false } });
    expect((await pass(bench, entry, 'initial', kinds('message', 'event'))).status).toBe('completed');
    expect(await fidelity(entry)).toContain('people-in-body');
    expect(tenants.requests.filter(({ target }) => /exchange/i.test(target))).toEqual([]);
    expect(tenants.invitations).toEqual([]);
  });
});
