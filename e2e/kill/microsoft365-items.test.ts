import { connectors } from '@sterna/connectors';
import type { CrashPoint } from '@sterna/engine';
import { Random } from '@sterna/sample-mailbox';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DavKind } from '../support/dav-varied.ts';
import { addEntry, notes, pass, queuePass, twinEntry } from '../support/direct-pass.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { heldItems, wantedItems } from '../support/microsoft365-items.ts';
import { steppedObject } from '../support/stepped-items.ts';
import { startTinyDav, type TinyDav } from '../support/tiny-dav.ts';
import { until } from '../support/until.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { BareStage, LONG } from './bare-stage.ts';
import {
  finishPass,
  type Kill,
  type KillReport,
  killLiving,
  newReport,
  passWithKills,
  startPass,
  whileAlive,
} from './harness.ts';
import { FIRST_PASS, REPLACEMENTS } from './scenarios/collections.ts';

const DOMAINS = ['contoso.example', 'fabrikam.example'];
const PEOPLE = ['alice', 'bjorn', 'chloe', 'daiki', 'elena', 'farid', 'grace', 'huseyin', 'ines', 'jamal'];
const KINDS = ['event', 'contact', 'task'] as const;
const OBJECTS = 24;
/** Objects that take one request each. */
const IN_ONE_REQUEST = [5, 11, 17, 23, 29, 35, 41, 47];
const TIMEOUT_MS = 600_000;

const stage = new BareStage([...connectors.values()]);
const reports = new Map<DavKind, KillReport>();
let tenant: Microsoft365;
beforeAll(async () => {
  [tenant] = await Promise.all([
    startMicrosoft365({ empty: true, assumptions: { taskAttachmentsByApps: true } }),
    stage.open(),
  ]);
  stage.later(() => tenant.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(Object.fromEntries(reports)));
  await stage.close();
});

/** A source, and a mailbox that has nothing of this kind. */
interface Scene {
  readonly kind: DavKind;
  readonly source: TinyDav;
  readonly address: string;
  readonly entry: number;
  put(n: number, word?: string): void;
  remove(n: number): void;
  expectExactlyOnce(entry?: number): Promise<void>;
  /** With a request to this mailbox under way, which takes effect once its sender is dead. */
  atRequest(request: RegExp, skip?: number): Kill;
}

let people = 0;
const userOf = (address: string) => tenant.tenant(address.split('@')[1] ?? '').named(address.split('@')[0] ?? '');

async function scene(kind: DavKind, numbers: Iterable<number> = Array(OBJECTS).keys()): Promise<Scene> {
  const domain = DOMAINS[Math.floor(people / PEOPLE.length)] ?? '';
  const address = `${PEOPLE[people++ % PEOPLE.length]}@${domain}`;
  const user = userOf(address);
  const source = await startTinyDav(kind === 'contact' ? 'carddav' : 'caldav', {
    component: kind === 'task' ? 'VTODO' : 'VEVENT',
  });
  stage.later(() => source.stop());
  const id = (n: number): string => `o${n}.${kind === 'contact' ? 'vcf' : 'ics'}`;
  const put = (n: number, word?: string): void =>
    void source.objects.set(id(n), Buffer.from(steppedObject(kind, `${n}@example.org`, n, word)));
  for (const n of numbers) put(n);
  const entry = await addEntry(stage.bench, source.end, microsoft365Endpoint(tenant, address));
  return {
    kind,
    source,
    address,
    entry,
    put,
    remove: (n) => void source.objects.delete(id(n)),
    async expectExactlyOnce(of = entry) {
      expect(heldItems(tenant, address, kind)).toEqual(wantedItems(kind, source.objects.values()));
      await stage.expectSettled(of);
      expect(tenant.invitations).toEqual([]);
      expect(tenant.failures).toEqual([]);
    },
    atRequest: (request, skip = 0) => ({
      name: `at ${request.source.replace(/\W+/g, ' ').trim()}`,
      by: (child) =>
        new Promise((resolve) => {
          let left = skip;
          tenant.faults.inject({
            fault: { kind: 'reset' },
            when: ({ method, target }) => {
              if (left < 0 || !target.includes(user.id) || !request.test(`${method} ${target}`)) return false;
              left -= 1;
              if (left >= 0) return false;
              child.kill('SIGKILL');
              resolve();
              // It takes effect all the same.
              return false;
            },
          });
        }),
    }),
  };
}

/** Requests after an item's first one, of what takes several. */
const CREATED: Readonly<Record<DavKind, readonly RegExp[]>> = {
  event: [/^POST .*\/attachments$/, /^GET .*\/instances\?/, /^DELETE .*\/events\//, /^PATCH .*\/events\//],
  contact: [/^PUT .*\/photo/, /^PATCH .*\/contacts\//],
  task: [/^POST .*\/attachments$/, /^PATCH .*\/linkedResources\//, /^GET .*\/tasks\/[^/]+\?/],
};
const REPLACED: Readonly<Record<DavKind, readonly RegExp[]>> = {
  ...CREATED,
  task: [
    /^PATCH .*\/extensions\//,
    /^PATCH .*\/tasks\/[^/]+$/,
    /^POST .*\/checklistItems$/,
    /^DELETE .*\/attachments\//,
  ],
};
const CREATE = /^POST .*\/(?:events|contacts|tasks)$/;
const REMOVAL = /^DELETE |\/permanentDelete$/;

/** Each kill takes a second: the slice has those that are about Microsoft 365, the long run those that others have as well. */
const long = (kills: readonly Kill[]): readonly Kill[] => (LONG ? kills : []);
const at = (point: CrashPoint, nth = 1): Kill => ({ at: point, nth });

describe('exactly once into Microsoft 365', () => {
  for (const kind of KINDS) {
    const report = newReport();
    reports.set(kind, report);
    for (let round = 0; round < (LONG ? 3 : 1); round += 1)
      test.concurrent(
        `${kind}s, round ${round}: first, changes, removals, emptied, anew`,
        async () => {
          const killed = { ...stage.stage, report };
          const { source, entry, put, remove, expectExactlyOnce, atRequest } = await scene(kind);
          const random = new Random(8_000 + round);

          const first = await passWithKills(killed, entry, 'initial', [
            ...long(FIRST_PASS.slice(0, 4)),
            ...CREATED[kind].map((step) => atRequest(step)),
            ...(LONG ? FIRST_PASS.slice(4) : [at('after-acknowledgement'), at('during-recovery')]),
            atRequest(CREATE, 1),
            ...long([atRequest(CREATE, 2), { afterMs: 50 + random.below(300) }]),
          ]);
          expect(first).toMatchObject({ status: 'completed', error: null });
          expect(first.books).toMatchObject({ balanced: true });
          expect(first.books.total).toMatchObject({ seen: OBJECTS, failed: 0, skipped: 0, uncertain: 0 });
          await expectExactlyOnce();

          for (let n = 0; n < 16; n += 1) put(n, 'second');
          const changed = await passWithKills(killed, entry, 'delta', [
            ...long(REPLACEMENTS.slice(0, 2)),
            ...REPLACED[kind].map((step) => atRequest(step)),
            ...(LONG ? REPLACEMENTS.slice(2) : [at('after-acknowledgement')]),
          ]);
          expect(changed).toMatchObject({ status: 'completed', error: null });
          expect(changed.books.total).toMatchObject({ updated: 16, created: 0, skipped: 0, failed: 0 });
          expect(changed.books.balanced).toBe(true);
          await expectExactlyOnce();

          for (const n of [3, 5, 6]) remove(n);
          put(OBJECTS);
          const removed = await passWithKills(
            killed,
            entry,
            'delta',
            [atRequest(REMOVAL), ...long([atRequest(REMOVAL), atRequest(CREATE)])],
            { deletions: 'propagate' },
          );
          expect(removed).toMatchObject({ status: 'completed', error: null });
          expect(removed.books.balanced).toBe(true);
          await expectExactlyOnce();
          await stage.expectVerified(entry);

          const held = OBJECTS - 2;
          expect((await pass(stage.bench, entry, 'empty', { empty: 'freeze' })).result).toMatchObject({
            objects: held,
          });
          const emptied = await passWithKills(
            killed,
            entry,
            'empty',
            [atRequest(REMOVAL, 3), ...long([atRequest(REMOVAL, 9)])],
            {
              empty: 'remove',
            },
          );
          expect(emptied).toMatchObject({ status: 'completed', error: null });
          source.objects.clear();
          await expectExactlyOnce();

          for (let n = 0; n < OBJECTS; n += 1) put(n, 'anew');
          const anew = await twinEntry(stage.bench, entry);
          const again = await passWithKills(killed, anew, 'initial', [
            at('after-acknowledgement', 2),
            ...long([at('during-recovery')]),
          ]);
          expect(again).toMatchObject({ status: 'completed', error: null });
          expect(again.books.total).toMatchObject({ seen: OBJECTS, failed: 0, skipped: 0 });
          await expectExactlyOnce(anew);
          await stage.expectVerified(anew);
        },
        TIMEOUT_MS,
      );
  }
});

describe('into Microsoft 365', () => {
  for (const kind of KINDS) {
    test.concurrent(`${kind}s: answers lost after the write took effect`, async () => {
      const { entry, address, expectExactlyOnce } = await scene(kind);
      const user = userOf(address);
      const struck = [CREATE, ...CREATED[kind]].flatMap((request) =>
        [0, 2].map((after) =>
          tenant.faults.inject({
            fault: { kind: 'lost-acknowledgement' },
            when: ({ method, target }) => target.includes(user.id) && request.test(`${method} ${target}`),
            after,
          }),
        ),
      );
      const outcome = await pass(stage.bench, entry, 'initial');
      expect(outcome).toMatchObject({ status: 'completed', error: null });
      await expectExactlyOnce();
      expect(struck.filter((one) => one.struck === 0)).toEqual([]);
    });
  }
});

for (const kind of KINDS)
  test(`${kind}s: what lands after it was sent again is removed`, async () => {
    const { entry, address, expectExactlyOnce, source } = await scene(kind, IN_ONE_REQUEST);
    const user = userOf(address);
    const id = await queuePass(stage.bench, entry, 'initial');
    const letGo = Promise.withResolvers<void>();
    const fault = tenant.faults.inject({
      fault: { kind: 'hold', until: letGo.promise },
      when: ({ method, target }) => target.includes(user.id) && CREATE.test(`${method} ${target}`),
      after: 5,
    });
    const child = startPass(stage.stage, id);
    await whileAlive(
      child,
      until('a write is on its way', () => fault.struck === 1),
      'its write',
    );
    await killLiving(stage.stage, child, 'a write under way');
    await finishPass(stage.stage, id);
    await expectExactlyOnce();
    letGo.resolve();
    await until('the write has landed', () => heldItems(tenant, address, kind).length > source.objects.size);
    expect((await pass(stage.bench, entry, 'delta')).status).toBe('completed');
    await expectExactlyOnce();
    expect((await notes(stage.bench, entry)).filter((one) => one.kind === 'suspect').map(({ code }) => code)).toEqual([
      'late-copy-removed',
    ]);
  }, 120_000);

for (const kind of KINDS)
  test(`${kind}s: killed while no list shows what was just written`, async () => {
    const { entry, expectExactlyOnce, atRequest } = await scene(kind, IN_ONE_REQUEST);
    tenant.faults.listDelayMs = 3_600_000;
    try {
      const kills = [atRequest(CREATE, 1), at('after-acknowledgement'), at('during-recovery')];
      const outcome = await passWithKills(stage.stage, entry, 'initial', kills);
      expect(outcome).toMatchObject({ status: 'completed', error: null });
    } finally {
      tenant.faults.listDelayMs = 0;
    }
    // Now lists show all of it, and the next pass looks there.
    expect(await pass(stage.bench, entry, 'delta')).toMatchObject({ status: 'completed', books: { balanced: true } });
    await expectExactlyOnce();
    const suspects = (await notes(stage.bench, entry)).filter((one) => one.kind === 'suspect');
    expect(new Set(suspects.map(({ code }) => code))).toEqual(new Set(['late-copy-removed']));
  }, 120_000);

test.each(KINDS)('%ss: enough kills hit a living process', (kind) => {
  expect(reports.get(kind)?.hits).toBeGreaterThanOrEqual(LONG ? 60 : 8);
});
