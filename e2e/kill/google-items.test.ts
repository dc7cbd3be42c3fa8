import { connectors } from '@sterna/connectors';
import type { CrashPoint } from '@sterna/engine';
import { Random } from '@sterna/sample-mailbox';
import type { Google } from '@sterna/simulator-google';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DavKind } from '../support/dav-varied.ts';
import { addEntry, notes, pass, queuePass, twinEntry } from '../support/direct-pass.ts';
import { googleEndpoint } from '../support/google.ts';
import { googleContainers, googleObject, heldGoogleItems, wantedGoogleItems } from '../support/google-items.ts';
import { startTinyDav, type TinyDav } from '../support/tiny-dav.ts';
import { until } from '../support/until.ts';
import { startGoogle } from '../support/watched-simulators.ts';
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

const ADDRESS = 'alice@nordwind.example';
const KINDS = ['event', 'contact', 'task'] as const;
const OBJECTS = 24;
/** Objects that take one request each, and are parts of nothing. */
const IN_ONE_REQUEST = [5, 11, 17, 23, 29, 35, 41, 47];
const TIMEOUT_MS = 600_000;
const UNLIMITED = 1_000_000_000;

const stage = new BareStage([...connectors.values()]);
const reports = new Map<DavKind, KillReport>();
beforeAll(() => stage.open(), 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(Object.fromEntries(reports)));
  await stage.close();
});

/** A source, and a domain of its own: a request says of whom it is by its token alone. */
interface Scene {
  readonly source: TinyDav;
  readonly google: Google;
  readonly entry: number;
  put(n: number, word?: string): void;
  remove(n: number): void;
  expectExactlyOnce(entry?: number): Promise<void>;
  /** With a request under way, which takes effect once its sender is dead. */
  atRequest(request: RegExp, skip?: number): Kill;
}

async function scene(kind: DavKind, numbers: Iterable<number> = Array(OBJECTS).keys()): Promise<Scene> {
  const [google, source] = await Promise.all([
    startGoogle({ empty: true }),
    startTinyDav(kind === 'contact' ? 'carddav' : 'caldav', { component: kind === 'task' ? 'VTODO' : 'VEVENT' }),
  ]);
  stage.later(() => Promise.all([google.stop(), source.stop()]));
  const id = (n: number): string => `o${n}.${kind === 'contact' ? 'vcf' : 'ics'}`;
  const put = (n: number, word?: string): void =>
    void source.objects.set(id(n), Buffer.from(googleObject(kind, (of) => `${of}@example.org`, n, word)));
  for (const n of numbers) put(n);
  const target = googleEndpoint(google, ADDRESS, {
    unitsPerMinute: { calendar: UNLIMITED, people: UNLIMITED, tasks: UNLIMITED },
    contactsDelaySeconds: 0,
  });
  const entry = await addEntry(stage.bench, source.end, target);
  return {
    source,
    google,
    entry,
    put,
    remove: (n) => void source.objects.delete(id(n)),
    async expectExactlyOnce(of = entry) {
      expect(heldGoogleItems(google, ADDRESS, kind)).toEqual(wantedGoogleItems(kind, source.objects.values()));
      const containers = googleContainers(google, ADDRESS, kind);
      expect(containers).toEqual([...new Set(containers)]);
      await stage.expectSettled(of);
      expect(google.calendarMails).toEqual([]);
      expect(google.failures).toEqual([]);
    },
    atRequest: (request, skip = 0) => ({
      name: `at ${request.source.replace(/\W+/g, ' ').trim()}`,
      by: (child) =>
        new Promise((resolve) => {
          let left = skip;
          google.faults.inject({
            fault: { kind: 'reset' },
            when: ({ method, target: of }) => {
              if (left < 0 || !request.test(`${method} ${of}`)) return false;
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

const CONTAINER: Readonly<Partial<Record<DavKind, RegExp>>> = {
  event: /^POST .*\/v3\/calendars(?:\?|$)/,
  task: /^POST .*\/users\/@me\/lists(?:\?|$)/,
};
const CREATE: Readonly<Record<DavKind, RegExp>> = {
  event: /^POST .*\/events\/import/,
  contact: /^POST .*people:createContact/,
  task: /^POST .*\/lists\/[^/]+\/tasks(?:\?|$)/,
};
const EXCEPTION = /^PATCH .*\/events\/[a-v0-9]+_\w+/;
const LAST_OF_SERIES = /^PATCH .*\/events\/[a-v0-9]+(?:\?|$)/;
/** Requests after an item's first one, of what takes several. */
const CREATED: Readonly<Record<DavKind, readonly RegExp[]>> = {
  event: [/^GET .*\/instances\?/, EXCEPTION, LAST_OF_SERIES],
  contact: [/^PATCH .*:updateContactPhoto/, /^PATCH .*:updateContact(?:\?|$)/],
  task: [],
};
const REPLACED: Readonly<Record<DavKind, readonly RegExp[]>> = {
  event: [/^PUT .*\/events\//, EXCEPTION, LAST_OF_SERIES],
  contact: [/^PATCH .*:updateContactPhoto/, /^DELETE .*:deleteContactPhoto/, /^PATCH .*:updateContact(?:\?|$)/],
  task: [/^PUT .*\/tasks\//],
};
const REMOVAL: Readonly<Record<DavKind, readonly RegExp[]>> = {
  event: [/^DELETE .*\/events\//],
  contact: [/^DELETE .*:deleteContact(?:\?|$)/],
  task: [/^POST .*\/move(?:\?|$)/, /^DELETE .*\/tasks\//],
};

/** Each kill takes a second: the slice has those that are about Google, the long run those that other tests have as well. */
const long = (kills: readonly Kill[]): readonly Kill[] => (LONG ? kills : []);
const at = (point: CrashPoint, nth = 1): Kill => ({ at: point, nth });

describe('exactly once into Google', () => {
  for (const kind of KINDS) {
    const report = newReport();
    reports.set(kind, report);
    for (let round = 0; round < (LONG ? 3 : 1); round += 1)
      test.concurrent(
        `${kind}s, round ${round}: first, changes, removals, emptied, anew`,
        async () => {
          const killed = { ...stage.stage, report };
          const { entry, source, put, remove, expectExactlyOnce, atRequest } = await scene(kind);
          const random = new Random(8_100 + round);
          const gone = REMOVAL[kind].at(-1) as RegExp;

          const first = await passWithKills(killed, entry, 'initial', [
            ...(CONTAINER[kind] === undefined ? [] : [atRequest(CONTAINER[kind])]),
            ...long(FIRST_PASS.slice(0, 4)),
            ...CREATED[kind].map((step) => atRequest(step)),
            ...(LONG ? FIRST_PASS.slice(4) : [at('after-acknowledgement'), at('during-recovery')]),
            atRequest(CREATE[kind], 1),
            ...long([atRequest(CREATE[kind], 2), { afterMs: 50 + random.below(300) }]),
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
            [...REMOVAL[kind].map((step) => atRequest(step)), ...long([atRequest(gone), atRequest(CREATE[kind])])],
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
            [atRequest(gone, 3), ...long([atRequest(gone, 9)])],
            {
              empty: 'remove',
            },
          );
          expect(emptied).toMatchObject({ status: 'completed', error: null });
          source.objects.clear();
          await expectExactlyOnce();

          for (let n = 0; n < OBJECTS; n += 1) put(n, 'anew');
          const anew = await twinEntry(stage.bench, entry);
          // As a remigration does; a calendar gives deleted events their ids back.
          await stage.bench.database.pool.query('update entry set archived_at = now() where id = $1', [entry]);
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

describe('into Google', () => {
  for (const kind of KINDS) {
    test.concurrent(`${kind}s: answers lost after the write took effect`, async () => {
      const { entry, google, expectExactlyOnce } = await scene(kind);
      const struck = [CREATE[kind], ...CREATED[kind], ...(CONTAINER[kind] === undefined ? [] : [CONTAINER[kind]])].map(
        (request) =>
          google.faults.inject({
            fault: { kind: 'lost-acknowledgement' },
            when: ({ method, target }) => request.test(`${method} ${target}`),
          }),
      );
      const outcome = await pass(stage.bench, entry, 'initial');
      expect(outcome).toMatchObject({ status: 'completed', error: null });
      await expectExactlyOnce();
      expect(struck.filter((one) => one.struck === 0)).toEqual([]);
    });
  }
});

for (const kind of KINDS)
  test(`${kind}s: what lands after it was sent again ${kind === 'event' ? 'is refused' : 'is removed'}`, async () => {
    const { entry, google, expectExactlyOnce, source } = await scene(kind, IN_ONE_REQUEST);
    const id = await queuePass(stage.bench, entry, 'initial');
    const letGo = Promise.withResolvers<void>();
    const fault = google.faults.inject({
      fault: { kind: 'hold', until: letGo.promise },
      when: ({ method, target }) => CREATE[kind].test(`${method} ${target}`),
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
    const before = google.requests.length;
    letGo.resolve();
    // A calendar takes each UID once; of contacts and tasks there are two then.
    await until('the write has come through', () =>
      kind === 'event'
        ? google.requests.length > before
        : heldGoogleItems(google, ADDRESS, kind).length > source.objects.size,
    );
    expect((await pass(stage.bench, entry, 'delta')).status).toBe('completed');
    await expectExactlyOnce();
    expect((await notes(stage.bench, entry)).filter((one) => one.kind === 'suspect').map(({ code }) => code)).toEqual(
      kind === 'event' ? [] : ['late-copy-removed'],
    );
  }, 120_000);

test.each(KINDS)('%ss: enough kills hit a living process', (kind) => {
  expect(reports.get(kind)?.hits).toBeGreaterThanOrEqual(LONG ? 60 : 8);
});
