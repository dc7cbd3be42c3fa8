import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Cyrus, type Radicale, startCyrus, startHttpProxy, startRadicale } from '@sterna/test-servers';
import { collectionsIn, type DavCollection, writeCollections } from '../clients/dav-files.ts';
import { runVdirsyncer, vdirsyncerVersion } from '../clients/vdirsyncer.ts';
import { type ClientRun, runClient } from '../support/clients.ts';
import { fixed, goal, median, percent, range, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

/** Radicale slows down with the size of a collection, whoever writes. */
const FULL = { collections: 10, objects: 500 };
const QUICK = { collections: 2, objects: 60 };
/** What a session has in flight by default. */
const CONCURRENCY = 4;
const FROM = 'from';
/** Requests are counted on a tenth of the objects: servers slow down, requests don’t. */
const FEW = 'few';
const FEWER = 10;

const OURS = 'Sterna, books and crash safety included';
const BARE = `bare client, ${CONCURRENCY} PUTs at a time`;
const PEER = 'vdirsyncer';

/** Calendars and address books of one mailbox: ours beside the least that any copy must do, and beside vdirsyncer. */
const part = (name: string, title: string, open: (users: string[]) => Promise<Target>): Part => ({
  name,
  title,
  async run(lab, { runs, quick }) {
    const { collections, objects } = quick ? QUICK : FULL;
    const count = 2 * collections * objects;
    const users = accounts(runs);
    const source = await startRadicale({ users: [FROM, FEW] });
    const target = await open(users);
    try {
      writeCollections(homeOf(source, FROM), mailbox(collections, objects));
      writeCollections(homeOf(source, FEW), mailbox(collections, objects / FEWER));
      // Radicale parses a file at its first reading, and where clients wrote it at its writing: whoever comes first here would pay.
      for (const user of [FROM, FEW]) await readOnce(source, user);
      const version = await vdirsyncerVersion();
      return [
        `${collections} calendars of ${objects} events and ${collections} address books of ${objects} contacts; interleaved rounds: ${runs}, medians. CPU and memory are the client process’s own. The bare client has all objects in memory and reads no source; Sterna reads the source on the same two cores, and reads back what the target made of each object.`,
        await compare(new Stage(lab, source, target, [...users]), target, { count, runs, version }),
        version === undefined
          ? 'Debian’s `vdirsyncer` is not installed, so there is nothing to compare with (`apt-get install vdirsyncer`).'
          : `${version}: \`discover\`, and \`sync\` of one collection after the other (all at once it opens more connections than Radicale’s queue takes, and ends).`,
      ].join('\n\n');
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  },
});

export const davRadicale = part('dav-radicale', 'Calendars and contacts, Radicale to Radicale', async (users) =>
  radicaleTarget(await startRadicale({ users })),
);
export const davCyrus = part('dav-cyrus', 'Calendars and contacts, Radicale to Cyrus', async (users) =>
  cyrusTarget(await startCyrus({ users, folders: [] })),
);

async function compare(
  stage: Stage,
  target: Target,
  { count, runs, version }: { count: number; runs: number; version: string | undefined },
): Promise<string> {
  const few = count / FEWER;
  const requests = await stage.requests(few);
  const copies: Record<string, () => Promise<ClientRun>> = {
    [BARE]: () => stage.bare(),
    [OURS]: () => stage.sterna(count),
    ...(version === undefined ? {} : { [PEER]: () => stage.vdirsyncer(count) }),
  };
  const taken = new Map<string, ClientRun[]>(Object.keys(copies).map((name) => [name, []]));
  for (let round = 1; round <= runs; round += 1)
    for (const [name, copy] of Object.entries(copies)) {
      const run = await copy();
      taken.get(name)?.push(run);
      console.log(`  ${target.name}, round ${round}: ${name}: ${whole(count / run.seconds)} objects/s`);
    }
  const rates = (name: string): number[] => (taken.get(name) ?? []).map((run) => count / run.seconds);
  const ratio = (a: string, b: string): number =>
    median(rates(a).map((rate, round) => rate / (rates(b)[round] as number)));
  return [
    table(
      [`Radicale to ${target.name}`, 'objects/s', 'least – most', 'CPU s', 'peak RSS MB'],
      Object.keys(copies).map((name) => {
        const all = taken.get(name) ?? [];
        return [
          name,
          whole(median(rates(name))),
          range(rates(name)),
          fixed(median(all.map((run) => run.cpuSeconds)), 2),
          Number.isNaN(all[0]?.rssMegabytes) ? '–' : whole(median(all.map((run) => run.rssMegabytes))),
        ];
      }),
    ),
    `Requests for each object: ${fixed(requests.initial.source / few, 3)} to the source, ${fixed(requests.initial.target / few, 3)} to the target, sign-in and listing included (counted on ${whole(few)} objects). A delta pass without changes: ${requests.delta.source} to the source and ${requests.delta.target} to the target, for all collections of two services.`,
    [
      goal(
        ratio(OURS, BARE) >= 0.9,
        `- Radicale to ${target.name}: ${percent(ratio(OURS, BARE))} of the bare client (goal 90 %)`,
      ),
      ...(version === undefined
        ? []
        : [
            goal(
              ratio(OURS, PEER) > 1,
              `- Radicale to ${target.name}: ${fixed(ratio(OURS, PEER), 2)} × vdirsyncer (goal: faster)`,
            ),
          ]),
    ].join('\n'),
  ].join('\n\n');
}

/** A server that is written into. */
interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Where discovery starts, of the server or of a proxy before it. */
  url(port: number): string;
  homes(user: string): { event: string; contact: string };
  /** Objects that the user has; undefined where only the server could tell. */
  held(user: string): number | undefined;
  forget(user: string): void;
  stop(): Promise<void>;
}

const radicaleTarget = (server: Radicale): Target => ({
  name: 'Radicale',
  host: server.host,
  port: server.port,
  url: (port) => `http://${server.host}:${port}/`,
  homes: (user) => ({ event: `/${user}/`, contact: `/${user}/` }),
  held: (user) => [...server.objects(user).values()].flat().length,
  forget(user) {
    const home = homeOf(server, user);
    for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true });
  },
  stop: () => server.stop(),
});

const cyrusTarget = (server: Cyrus): Target => {
  const { hostname, port } = new URL(server.davUrl);
  return {
    name: 'Cyrus',
    host: hostname,
    port: Number(port),
    url: (at) => Object.assign(new URL(server.davUrl), { port: String(at) }).href,
    homes: (user) => ({ event: `/dav/calendars/user/${user}/`, contact: `/dav/addressbooks/user/${user}/` }),
    held: () => undefined,
    forget() {},
    stop: () => server.stop(),
  };
};

/** Each copy goes into an account of its own. */
const accounts = (runs: number): string[] => Array.from({ length: 3 * runs + 1 }, (_, i) => `to${i}`);

const homeOf = (server: Radicale, user: string): string => join(server.folder, 'data/collection-root', user);

function mailbox(collections: number, objects: number): DavCollection[] {
  const of = (kind: 'event' | 'contact', make: (c: number, n: number) => string): DavCollection[] =>
    Array.from({ length: collections }, (_, c) => ({
      kind,
      name: `${kind}s ${c}`,
      objects: new Map(
        Array.from({ length: objects }, (_, n) => [`${n}.${kind === 'event' ? 'ics' : 'vcf'}`, make(c, n)] as const),
      ),
    }));
  return [...of('event', event), ...of('contact', contact)];
}

const event = (c: number, n: number): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Sterna//Bench//EN', 'BEGIN:VEVENT', `UID:${c}.${n}@bench.example`],
    'DTSTAMP:20260101T000000Z',
    `DTSTART:202603${String(1 + (n % 28)).padStart(2, '0')}T100000Z`,
    'DURATION:PT1H',
    ...(n % 5 === 0 ? ['RRULE:FREQ=WEEKLY;COUNT=20'] : []),
    `SUMMARY:Meeting ${n} of calendar ${c}`,
    `DESCRIPTION:${'What it is about. '.repeat(1 + (n % 20))}`,
    'ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann@bench.example',
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');

const contact = (c: number, n: number): string =>
  [
    ...['BEGIN:VCARD', 'VERSION:3.0', `UID:${c}.${n}`, `FN:Person ${n} of book ${c}`, `N:${n};Person;;;`],
    ...[`EMAIL;TYPE=INTERNET:p${n}@b${c}.example`, `TEL;TYPE=CELL:+49 ${n}`, 'ADR;TYPE=HOME:;;Street 1;Town;;1;Land'],
    ...(n % 10 === 0 ? [`PHOTO;ENCODING=b;TYPE=JPEG:${Buffer.alloc(9_000, n & 255).toString('base64')}`] : []),
    ...['END:VCARD', ''],
  ].join('\r\n');

/** Has Radicale see files that were put there behind its back. */
async function readOnce(source: Radicale, user: string): Promise<void> {
  for (const { folder } of collectionsIn(homeOf(source, user))) {
    const answer = await fetch(`${source.url}${user}/${folder}/`, {
      method: 'REPORT',
      headers: { authorization: `Basic ${Buffer.from(`${user}:pw`).toString('base64')}` },
      body: '<?xml version="1.0"?><d:sync-collection xmlns:d="DAV:"><d:sync-token/><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>',
    });
    if (!answer.ok) throw new Error(`the source answers ${answer.status} to its first reading`);
    await answer.text();
  }
}

interface Requests {
  readonly source: number;
  readonly target: number;
}

class Stage {
  readonly #lab: Lab;
  readonly #source: Radicale;
  readonly #target: Target;
  readonly #free: string[];

  constructor(lab: Lab, source: Radicale, target: Target, users: string[]) {
    this.#lab = lab;
    this.#source = source;
    this.#target = target;
    this.#free = users;
  }

  bare(): Promise<ClientRun> {
    return this.#into((user) =>
      runClient(this.#lab.clients.bareDav, {
        folder: homeOf(this.#source, FROM),
        target: { host: this.#target.host, port: this.#target.port, user, homes: this.#target.homes(user) },
        concurrency: CONCURRENCY,
      }),
    );
  }

  sterna(count: number): Promise<ClientRun> {
    return this.#into(async (user) => {
      const entry = await this.#entry(FROM, user, this.#source.url, this.#target.url(this.#target.port));
      return this.#pass(entry, 'initial', count);
    });
  }

  vdirsyncer(count: number): Promise<ClientRun> {
    return this.#into(async (user) => {
      const folder = join(this.#lab.folder, `vdirsyncer-${user}`);
      const run = await runVdirsyncer(
        folder,
        { url: this.#source.url, user: FROM },
        { url: this.#target.url(this.#target.port), user },
        collectionsIn(homeOf(this.#source, FROM)).map(
          ({ kind, folder: name }) => `${kind === 'event' ? 'caldav' : 'carddav'}/${name}`,
        ),
      );
      const held = this.#target.held(user);
      if (held !== undefined && held !== count) throw new Error(`vdirsyncer copied ${held} of ${count} objects`);
      rmSync(folder, { recursive: true });
      return run;
    });
  }

  /** Of a pass through proxies that count, which is not timed: a delta pass after it as well. */
  async requests(count: number): Promise<{ initial: Requests; delta: Requests }> {
    const [source, target] = await Promise.all([startHttpProxy(this.#source), startHttpProxy(this.#target)]);
    try {
      let initial: Requests = { source: 0, target: 0 };
      let delta: Requests = initial;
      await this.#into(async (user) => {
        const entry = await this.#entry(FEW, user, source.url, this.#target.url(target.port));
        const run = await this.#pass(entry, 'initial', count);
        initial = { source: source.count(), target: target.count() };
        source.forget();
        target.forget();
        await this.#pass(entry, 'delta', 0);
        delta = { source: source.count(), target: target.count() };
        return run;
      });
      return { initial, delta };
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  }

  #entry(from: string, user: string, source: string, target: string): Promise<number> {
    const end = (url: string, address: string) => ({
      connector: 'standards',
      settings: { caldav: { url }, carddav: { url } },
      address,
    });
    return this.#lab.books.addEntryBetween(end(source, from), end(target, user));
  }

  async #pass(entry: number, kind: 'initial' | 'delta', created: number): Promise<ClientRun> {
    const pass = await this.#lab.books.queuePass(entry, kind);
    const run = await runPasses(this.#lab, [pass]);
    const found = await this.#lab.books.check(pass);
    if (found.created !== created) throw new Error(`${found.created} of ${created} objects were created`);
    return run;
  }

  async #into(copy: (user: string) => Promise<ClientRun>): Promise<ClientRun> {
    const user = this.#free.shift();
    if (user === undefined) throw new Error('there are no more accounts');
    const run = await copy(user);
    this.#target.forget(user);
    return run;
  }
}
