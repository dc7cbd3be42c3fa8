import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { googleConnector } from '@sterna/connector-google';
import {
  type Assumptions,
  DEFAULT_ASSUMPTIONS,
  DirectDrive,
  DirectGmail,
  defaultDriveBehaviour,
  type Google,
} from '@sterna/simulator-google';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addEntry,
  type Bench,
  type Endpoint,
  notes,
  openBench,
  pass,
  passUntilPause,
  verifyResult,
} from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleApi, googleEndpoint } from '../support/google.ts';
import { startGoogle } from '../support/watched-simulators.ts';

const KINDS = ['message', 'event', 'contact', 'task', 'file', 'setting'] as const;
type Kind = (typeof KINDS)[number];

/** What a tiny domain becomes where a switch is set otherwise. What isn't said is as it is without. */
interface Outcome {
  /** The books of the first pass, and of the one after the source went on. */
  readonly first?: object;
  readonly delta?: object;
  readonly verified?: object;
  /** Codes of failures that are told. */
  readonly failures?: readonly string[];
  /** It waits for room, and goes on by itself. */
  readonly waits?: true;
  /** A test of its own flips it. */
  readonly elsewhere?: true;
  /** The whole pass is refused with this code. */
  readonly refused?: string;
  /** Of what this takes, where that isn't what the switch is called after. */
  readonly kind?: Kind;
  /** Its address, where it isn't a person's. */
  readonly target?: (server: Google) => string;
  readonly prepare?: (server: Google) => unknown;
}

/** Each value of a switch that has a few, the default included; of numbers one that makes itself felt. */
type Flips<T> = {
  readonly [K in keyof T]-?: Readonly<Record<`${Extract<T[K], string | number | boolean>}`, Outcome>>;
};
type Switches = Omit<Assumptions, 'drive'>;
type DriveSwitches = Required<Assumptions['drive']>;

const DRIVE_DEFAULTS = defaultDriveBehaviour();
const SAME: Outcome = {};
const WAITS: Outcome = { waits: true };
const ELSEWHERE: Outcome = { elsewhere: true };
/** Nothing is written that couldn't be told after a crash. */
const UNSTAMPED: Outcome = {
  first: { created: 0, failed: 6 },
  delta: { created: 0, failed: 7 },
  failures: ['not-allowed-there'],
};
/** A limit of a shared drive is met in one. */
const sharedDrive = (server: Google): string => {
  const { corpus, person } = new DirectDrive(server, SOURCE);
  return corpus.createDrive('nordwind.example', 'Team', 'request', person, server.clock.now()).id;
};

const PARTLY: Outcome = {
  kind: 'setting',
  refused: 'delegation-missing',
  /** Settings take two scopes to write, of which one was delegated. */
  prepare: ({ serviceAccount, domain }) =>
    domain('lamna.example').delegations.set(serviceAccount.clientId, new Set(['https://mail.google.com/'])),
};
const FLIPS: Flips<Switches> = {
  partlyDelegated: { unauthorized_client: PARTLY, access_denied: PARTLY },
  // On a clock of its own, in packages/connectors/google/test/api/throughput.test.ts.
  overQuotaStatus: { 403: SAME, 429: ELSEWHERE },
  gmailImportMerges: { equal: SAME, 'message-id': SAME, never: SAME },
  gmailInsertMerges: {
    // Of the twins one is kept, and the other is in the books.
    equal: { first: { created: 10, merged: 1 } },
    'message-id': {
      first: { created: 9, merged: 1, failed: 1 },
      delta: { failed: 1 },
      failures: ['taken-for-another'],
    },
    never: SAME,
  },
  gmailInsertThreads: { true: SAME, false: SAME },
  // Bytes that come back otherwise than they went are what a verification of contents is for.
  gmailAddsReceived: {
    import: SAME,
    both: { verified: { ok: false, different: 11 }, failures: ['different-in-target'] },
    none: SAME,
  },
  gmailAddsMessageId: { true: SAME, false: SAME },
  gmailImportAddsCategory: { true: SAME, false: SAME },
  gmailImportChecksFrom: { true: SAME, false: SAME },
  gmailDraftLabelOnInsert: { refuse: SAME, accept: SAME },
  gmailHistoryKeptMs: { 0: SAME },
  gmailLabelNameLength: {
    40: { first: { created: 10, failed: 1 }, delta: { failed: 1 }, failures: ['label-refused'] },
  },
  gmailLabelLimit: {
    1: { first: { created: 0, failed: 11 }, delta: { created: 0, failed: 12 }, failures: ['label-refused'] },
  },
  calendarImportExisting: { duplicate: SAME, update: SAME },
  calendarImportsExceptions: { true: SAME, false: SAME },
  calendarImportTakesId: { true: SAME, false: SAME },
  calendarExpandDays: { 30: SAME },
  calendarUpdatedMinDays: { 0: SAME },
  peopleWritesCollide: { true: SAME, false: SAME },
  // What isn't told yet comes with a later pass.
  peopleSyncDelayMs: { 300000: { delta: { seen: 4, created: 0 }, verified: { ok: false } } },
  peopleMostContacts: {
    2: {
      first: { created: 2, failed: 2 },
      delta: { created: 0, failed: 3 },
      failures: ['google-refused'],
    },
  },
  tasksKeepCompleted: { true: SAME, false: SAME },
  // Groups have entries of their own: flipped in google-groups.test.ts.
  groupSettingsAreAtom: { true: ELSEWHERE, false: ELSEWHERE },
  groupArchiveCollapses: { true: ELSEWHERE, false: ELSEWHERE },
  groupWithoutArchive: { refuse: ELSEWHERE, forget: ELSEWHERE },
  groupArchiveChecksSender: { true: ELSEWHERE, false: ELSEWHERE },
  groupTakesStrangers: { true: ELSEWHERE, false: ELSEWHERE },
  // Spaces have entries of their own, in google-chat.test.ts.
  chatAdminSeesImports: { true: ELSEWHERE, false: ELSEWHERE },
  chatNamesAreUnique: { true: ELSEWHERE, false: ELSEWHERE },
  chatImportTakesMembers: { true: ELSEWHERE, false: ELSEWHERE },
};

const DRIVE_FLIPS: Flips<DriveSwitches> = {
  storageLimit: { 100: WAITS },
  metadataBumpsModifiedTime: { true: SAME, false: SAME },
  trashTouchesDescendants: { true: SAME, false: SAME },
  sharingTouchesDescendants: { true: SAME, false: SAME },
  deletionToldForDescendants: { true: SAME, false: SAME },
  expiredPageToken: { 400: SAME, 404: SAME, 410: SAME },
  nativeSizes: { true: SAME, false: SAME },
  foldersMoveIntoSharedDrives: { true: SAME, false: SAME },
  externalSharing: { true: SAME, false: SAME },
  strangersNeedNotification: { true: SAME, false: SAME },
  maxProperties: { 0: UNSTAMPED },
  maxPropertyBytes: { 10: UNSTAMPED },
  maxChildren: { 2: WAITS },
  maxSharedDriveItems: { 2: { ...WAITS, target: sharedDrive } },
  maxDepth: { 2: WAITS },
  maxPermissions: { 1: { failures: ['not-allowed-there'] } },
  maxKeptRevisions: { 1: SAME },
  revisionLifetime: { 1: SAME },
  pageSize: { 1: SAME },
};

/** The slice has those that change something; that the others change nothing is for the long run. */
const LONG = process.env.STERNA_TEST_LONG !== undefined;
const SOURCE = 'alice@nordwind.example';
const TARGET = 'alice@lamna.example';
const AT = Date.UTC(2026, 1, 3, 10);

let dir: string;
let bench: Bench;
beforeAll(async () => {
  dir = scratch('google-switches');
  bench = await openBench(
    join(dir, 'data'),
    KINDS.map((kind) => ({
      ...googleConnector,
      name: `google-${kind}`,
      open: (request) => googleConnector.open({ ...request, kinds: [kind] }),
    })),
  );
});
afterAll(async () => {
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

const message = (subject: string, header: readonly string[], text = subject): Buffer =>
  Buffer.from(
    ['Date: Tue, 3 Feb 2026 10:00:00 +0000', `Subject: ${subject}`, ...header, '', `Text of ${text}`, ''].join('\r\n'),
  );
const FROM = 'From: a@old.example';
const id = (name: string): string => `Message-ID: <${name}@old.example>`;
const event = (summary: string, more: object = {}): object => ({
  summary,
  start: { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-03-02T11:00:00', timeZone: 'Europe/Berlin' },
  ...more,
});

/** A domain where each switch has something to act on: how many objects, and how its owner goes on: one changed, one new. */
const SCENES: Readonly<
  Record<Kind, { readonly objects: number; fill(server: Google): unknown; goOn?(server: Google): unknown }>
> = {
  message: {
    objects: 11,
    fill(server) {
      const mail = new DirectGmail(server, SOURCE);
      for (const _ of [1, 2]) mail.put(['INBOX'], message('twin', [FROM, id('twin')]), AT);
      for (const text of ['one', 'other']) mail.put(['INBOX'], message('same', [FROM, id('same')], text), AT);
      mail.put(['INBOX'], message('nameless', [FROM]), AT);
      mail.put(['INBOX'], message('list', [FROM, id('list'), 'List-Unsubscribe: <https://old.example>']), AT);
      mail.put(['INBOX'], message('nobody', [id('nobody')]), AT);
      mail.put(['INBOX', 'UNREAD'], message('root', [FROM, id('root')]), AT);
      mail.put(['SENT'], message('Re: root', [FROM, id('reply'), 'References: <root@old.example>']), AT);
      mail.put(['DRAFT'], message('draft', [FROM, id('draft')]), AT);
      mail.put([`Projekte/${'Nord'.repeat(12)}`], message('filed', [FROM, id('filed')]), AT);
    },
    goOn(server) {
      const mail = new DirectGmail(server, SOURCE);
      const root = mail.messages().find(({ mime }) => mime.includes('Subject: root'));
      mail.relabel(root?.id ?? '', ['STARRED'], ['UNREAD']);
      mail.put(['INBOX'], message('new', [FROM, id('new')]), AT);
    },
  },
  event: {
    objects: 3,
    async fill(server) {
      const api = googleApi(server, SOURCE);
      const events = '/calendar/v3/calendars/primary/events';
      await api('POST', events, event('single'));
      await api('POST', events, event('day', { start: { date: '2026-03-03' }, end: { date: '2026-03-04' } }));
      const { id: series } = await api('POST', events, event('series', { recurrence: ['RRULE:FREQ=WEEKLY'] }));
      const { items } = await api('GET', `${events}/${series}/instances?maxResults=3`);
      await api('PATCH', `${events}/${items[1].id}`, { summary: 'moved' });
      await api('DELETE', `${events}/${items[2].id}`);
    },
    async goOn(server) {
      const api = googleApi(server, SOURCE);
      const events = '/calendar/v3/calendars/primary/events';
      const { items } = await api('GET', events);
      const series = items.find(({ summary }: { summary: string }) => summary === 'series');
      await api('PATCH', `${events}/${series.id}`, { location: 'Room 2' });
      await api('POST', events, event('new'));
    },
  },
  contact: {
    objects: 4,
    async fill(server) {
      const api = googleApi(server, SOURCE);
      for (const givenName of ['Ada', 'Grace', 'Hedy', 'Joan'])
        await api('POST', '/v1/people:createContact', { names: [{ givenName }] });
    },
    async goOn(server) {
      const api = googleApi(server, SOURCE);
      const { connections } = await api('GET', '/v1/people/me/connections?personFields=names,metadata');
      const { resourceName, etag } = connections[0];
      await api('PATCH', `/v1/${resourceName}:updateContact?updatePersonFields=nicknames`, {
        etag,
        nicknames: [{ value: 'Nick' }],
      });
      await api('POST', '/v1/people:createContact', { names: [{ givenName: 'New' }] });
    },
  },
  task: {
    objects: 3,
    async fill(server) {
      const api = googleApi(server, SOURCE);
      const { id: parent } = await api('POST', '/tasks/v1/lists/@default/tasks', { title: 'plan' });
      await api('POST', `/tasks/v1/lists/@default/tasks?parent=${parent}`, { title: 'part' });
      await api('POST', '/tasks/v1/lists/@default/tasks', {
        title: 'done',
        status: 'completed',
        completed: '2026-01-05T10:00:00.000Z',
      });
    },
    async goOn(server) {
      const api = googleApi(server, SOURCE);
      const { items } = await api('GET', '/tasks/v1/lists/@default/tasks?showCompleted=true&showHidden=true');
      const plan = items.find(({ title }: { title: string }) => title === 'plan');
      await api('PATCH', `/tasks/v1/lists/@default/tasks/${plan.id}`, { due: '2026-05-05T00:00:00.000Z' });
      await api('POST', '/tasks/v1/lists/@default/tasks', { title: 'new' });
    },
  },
  file: {
    objects: 6,
    fill(server) {
      const drive = new DirectDrive(server, SOURCE);
      drive.put([], 'plan.txt', Buffer.from('first words'), AT);
      drive.put([], 'plan.txt', Buffer.from('second words, and more of them'), AT + 1_000);
      drive.put(['A', 'B', 'C'], 'deep.txt', Buffer.from('deep'), AT);
      drive.put(['A'], 'one.txt', Buffer.from('one'), AT);
      drive.put(['A'], 'two.txt', Buffer.alloc(200, 'two '), AT);
      drive.put(['A'], 'three.txt', Buffer.from('three'), AT);
      drive.addNative([], 'Notes', 'document', 'What was said.');
      drive.share(['plan.txt'], 'bjorn@nordwind.example', 'writer');
      drive.share(['plan.txt'], 'bjorn@lamna.example', 'reader');
      drive.share(['A'], 'chloe@nordwind.example', 'reader');
    },
    goOn(server) {
      const drive = new DirectDrive(server, SOURCE);
      drive.put(['A'], 'one.txt', Buffer.from('changed'), AT + 60_000);
      drive.put(['A', 'B'], 'new.txt', Buffer.from('new'), AT + 60_000);
    },
  },
  setting: { objects: 0, fill: () => undefined },
};

const KIND_OF: Readonly<Record<string, Kind>> = {
  gmail: 'message',
  calendar: 'event',
  people: 'contact',
  tasks: 'task',
};

async function flipped(kind: Kind, assumptions: Partial<Assumptions>, outcome: Outcome): Promise<void> {
  const server = await startGoogle({ empty: true, assumptions });
  const { behaviour } = new DirectDrive(server, SOURCE).corpus;
  const set = ({ drive, ...others }: Partial<Assumptions>): void => {
    Object.assign(behaviour, drive);
    Object.assign(server.cloud.assumptions, others);
  };
  /** Who works at the source meets none of the limits that the target has. */
  const unflipped = async (work: ((server: Google) => unknown) | undefined): Promise<void> => {
    set({ ...DEFAULT_ASSUMPTIONS, drive: DRIVE_DEFAULTS });
    await work?.(server);
    set(assumptions);
  };
  try {
    const { objects, fill, goOn } = SCENES[kind];
    const end = (address: string): Endpoint => ({
      ...googleEndpoint(server, address, { contactsDelaySeconds: 0, admin: SOURCE }),
      connector: `google-${kind}`,
      itemType: kind === 'file' ? 'drive' : 'mailbox',
    });
    const settings = { versionDepth: 3, failureShare: { share: 1 } };
    await unflipped(fill);
    outcome.prepare?.(server);
    const entry = await addEntry(bench, end(SOURCE), end(outcome.target?.(server) ?? TARGET));
    const first = await passUntilPause(bench, entry, 'initial', settings);
    if (outcome.waits) {
      expect(first).toMatchObject({ status: 'pending' });
      return;
    }
    expect(first.error?.code).toBe(outcome.refused);
    if (outcome.refused !== undefined) return;
    expect(first.books).toMatchObject({
      balanced: true,
      total: { seen: objects, created: objects, failed: 0, skipped: 0, uncertain: 0, ...outcome.first },
    });
    await unflipped(goOn);
    const more = goOn === undefined ? 0 : 1;
    expect((await pass(bench, entry, 'delta', settings)).books).toMatchObject({
      balanced: true,
      total: { seen: objects + more, created: more, failed: 0, uncertain: 0, ...outcome.delta },
    });
    expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
      ok: true,
      missing: 0,
      duplicated: 0,
      different: 0,
      ...outcome.verified,
    });
    const told = (await notes(bench, entry)).filter(({ kind: of }) => of === 'failure' || of === 'suspect');
    expect([...new Set(told.map(({ code }) => code))].sort()).toEqual([...(outcome.failures ?? [])].sort());
    expect([...server.calendarMails, ...server.sharingMails]).toEqual([]);
  } finally {
    await server.stop();
    expect(server.failures).toEqual([]);
  }
}

/** As it is written in the table's keys. */
const fromKey = (text: string): unknown =>
  text === 'true' || text === 'false' ? text === 'true' : /^\d+$/.test(text) ? Number(text) : text;

function* flips(table: object, defaults: object): Generator<readonly [name: string, value: unknown, Outcome]> {
  for (const [name, values] of Object.entries(table))
    for (const [text, outcome] of Object.entries(values as Record<string, Outcome>)) {
      const value = fromKey(text);
      if (value !== (defaults as Record<string, unknown>)[name] && outcome.elsewhere !== true)
        yield [name, value, outcome];
    }
}

const isInSlice = ([, , outcome]: readonly [string, unknown, Outcome]): boolean => LONG || outcome !== SAME;

describe('the connector, where Google does otherwise than is assumed', () => {
  test('each switch of the simulator is flipped here, to each of its values', () => {
    const { drive: _, ...defaults } = DEFAULT_ASSUMPTIONS;
    expect(Object.keys(FLIPS).sort()).toEqual(Object.keys(defaults).sort());
    expect(Object.keys(DRIVE_FLIPS).sort()).toEqual(Object.keys(DRIVE_DEFAULTS).sort());
    const flippedNames = [...flips(FLIPS, defaults), ...flips(DRIVE_FLIPS, DRIVE_DEFAULTS)].map(([name]) => name);
    const elsewhere = Object.entries({ ...FLIPS, ...DRIVE_FLIPS })
      .filter(([, outcomes]) => Object.values(outcomes).some((outcome: Outcome) => outcome.elsewhere))
      .map(([name]) => name);
    expect([...new Set([...flippedNames, ...elsewhere])].sort()).toEqual(
      [...Object.keys(FLIPS), ...Object.keys(DRIVE_FLIPS)].sort(),
    );
  });

  test.runIf(LONG).each(KINDS)('nothing flipped: %ss', (kind) => flipped(kind, {}, SAME));

  test.each([...flips(FLIPS, DEFAULT_ASSUMPTIONS)].filter(isInSlice))('%s: %s', (name, value, outcome) =>
    flipped(outcome.kind ?? KIND_OF[/^[a-z]+/.exec(name)?.[0] ?? ''] ?? 'message', { [name]: value }, outcome),
  );

  test.each([...flips(DRIVE_FLIPS, DRIVE_DEFAULTS)].filter(isInSlice))('drive.%s: %s', (name, value, outcome) =>
    flipped(outcome.kind ?? 'file', { drive: { [name]: value } }, outcome),
  );
});
