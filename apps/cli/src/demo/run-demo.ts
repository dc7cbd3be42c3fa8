import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allItems, type Client, createClient, type PassView, type ResponseOf } from '@sterna/api-contract';
import { type AccessBooks, addBooks, EMPTY_BOOKS, SternaError } from '@sterna/core';
import { createLog, startServer } from '@sterna/server';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { booksSentence, booksTable } from '../io/books-table.ts';
import { accessSentence } from '../io/copy-report.ts';
import { freshRunFolder } from '../io/run-folder.ts';
import { renderTable } from '../io/table.ts';
import type { Terminal } from '../io/terminal.ts';
import { balanceColumns, licenseEventColumns } from '../io/views.ts';
import { settle } from '../remote/remigration.ts';
import { watchPass } from '../remote/watch.ts';
import { VERSION } from '../version.ts';
import { Checks } from './checks.ts';
import { fromGoogle } from './from-google.ts';
import { fromMicrosoft365, startTenants, TARGET, tenantSystem } from './from-microsoft365.ts';
import { type DemoEntry, type DemoProject, prepare } from './project.ts';
import type { DemoSource, Doings, SourceName } from './source.ts';

export interface DemoRequest {
  readonly base: string | undefined;
  /** Where people leave. */
  readonly from: SourceName;
  readonly port: number;
  /** Of ten at most, each with a mailbox and a drive. */
  readonly people: number;
  readonly size: 'small' | 'medium' | 'large';
  readonly terminal: Terminal;
  readonly out: (line: string) => void;
  /** Resolves when somebody wants it to end. */
  readonly ended: Promise<void>;
  /** The server is up and nothing has run yet: the moment to open the dashboard. */
  readonly ready?: (dashboard: {
    readonly url: string;
    readonly user: string;
    readonly password: string;
  }) => Promise<void>;
}

export interface Demo {
  readonly ok: boolean;
  readonly result: unknown;
  readonly whatNext: readonly string[];
  readonly whatNextOnce: readonly string[];
  close(): Promise<void>;
}

const EMAIL = 'admin@demo.example';

/** Starts both organizations and a server, tells the story, and leaves nothing running if it is interrupted. */
export async function runDemo(request: DemoRequest): Promise<Demo> {
  const folder = await freshRunFolder('demo', request.base);
  await mkdir(folder, { recursive: true });
  const microsoft = await startTenants(request.size, request.from === 'microsoft365');
  const source = request.from === 'google' ? await fromGoogle(request.size) : fromMicrosoft365(microsoft);
  const stopBoth = async (): Promise<void> => {
    await source.stop();
    await microsoft.stop();
  };
  const server = await startServer({
    port: request.port,
    dataDir: join(folder, 'data'),
    concurrency: 4,
    version: VERSION,
    log: createLog({ level: process.env.STERNA_LOG_LEVEL || 'error' }),
  }).catch(async (thrown: unknown) => {
    await stopBoth();
    throw thrown;
  });
  const close = async (): Promise<void> => {
    await server.close();
    await stopBoth();
  };
  try {
    const interrupted = request.ended.then(() => {
      throw new SternaError('config', 'interrupted', 'Interrupted.');
    });
    interrupted.catch(() => {});
    const story = tellStory(request, server.url as string, folder, source, microsoft);
    // What it still asks of a server that has gone is nobody's concern.
    story.catch(() => {});
    return { ...(await Promise.race([story, interrupted])), close };
  } catch (thrown) {
    await close().catch(() => {});
    throw thrown;
  }
}

/** Everything through the REST API, as a person or a script would do it. */
async function tellStory(
  request: DemoRequest,
  baseUrl: string,
  folder: string,
  source: DemoSource,
  microsoft: Microsoft365,
): Promise<Omit<Demo, 'close'>> {
  const { out, terminal } = request;
  const password = randomBytes(12).toString('base64url');
  const { token } = await createClient({ baseUrl }).setUp({ body: { organization: 'Demo', email: EMAIL, password } });
  const client = createClient({ baseUrl, token });
  const people = source.people.slice(0, request.people);
  out(source.told);
  out(`  ${source.baseUrl}`);
  if (source.baseUrl !== microsoft.baseUrl) {
    out(`A Microsoft 365 tenant, ${TARGET.domain}, by a simulator of Microsoft Graph:`);
    out(`  ${microsoft.baseUrl}`);
  }
  out(`A server of its own, with its database: ${baseUrl}`);
  const target = { name: TARGET.name, system: tenantSystem(microsoft, TARGET.domain) };
  const project = await prepare(client, source, target, people, TARGET.domain);
  await request.ready?.({ url: baseUrl, user: EMAIL, password });
  const checks = new Checks(out);

  heading(out, `1. Initial pass: ${people.length} people move, each with a mailbox and a drive`);
  const initial = await passesOf(client, terminal, project, 'start');
  showPasses(out, checks, 'initial pass', project, initial);

  heading(out, '2. A week-end passes: mail arrives, people read, file and delete. Delta pass');
  out(`At ${source.name}: ${inWords(await source.spendWeekEnd(people))}.`);
  const delta = await passesOf(client, terminal, project, 'start');
  showPasses(out, checks, 'delta pass', project, delta);
  const burned = await burnedOf(client);
  checks.that('the delta passes cost no license', burned.mail === people.length && burned.file === people.length);
  const verified = await passesOf(client, terminal, project, 'verify');
  showVerify(checks, 'all', verified);

  const [first] = project.entries as [DemoEntry];
  heading(out, `3. Remigration of ${first.source}: backup, emptying, a new entry with a new license, start, verify`);
  const again = await remigrate(client, terminal, out, first);
  checks.that('the remigration is done', again.step === 'done');
  const passes = await allItems((after) =>
    client.listPasses({
      query: { entryId: again.newEntryId ?? first.id, ...(after === undefined ? {} : { after }) },
    }),
  );
  const remigrated = passes.find((pass) => pass.kind === 'initial');
  if (remigrated?.books !== undefined)
    for (const line of booksTable(remigrated.folders ?? [], remigrated.books)) out(line);
  checkBooks(checks, 'remigration', remigrated === undefined ? [] : [remigrated], 1);
  showVerify(
    checks,
    first.source,
    passes.filter((pass) => pass.kind === 'verify'),
  );

  heading(out, '4. Licenses');
  const balances = (await client.getBalances()).items.filter(({ granted }) => granted > 0);
  const events = await allItems((after) => client.listLicenseEvents({ query: after === undefined ? {} : { after } }));
  const newest = [...events].reverse().slice(-8);
  if (events.length > newest.length) out(`The last ${newest.length} of ${events.length} events:`);
  for (const line of renderTable(newest, licenseEventColumns)) out(line);
  out('');
  for (const line of renderTable(balances, balanceColumns)) out(line);
  const now = await burnedOf(client);
  checks.that(
    'a license burned for each entry and one for the remigration, none for delta passes',
    now.mail === people.length + 1 && now.file === people.length,
  );
  checks.that('the hash chain of the ledger holds', (await client.verifyLedger()).ok);
  checks.that(
    'nobody was invited or mailed by the migration',
    microsoft.invitations.length === 0 && source.mailed() === 0,
  );

  heading(out, checks.ok ? 'All checks hold' : 'SOME CHECKS FAILED');
  for (const line of checks.lines) out(line);
  out('');
  return {
    ok: checks.ok,
    result: {
      ok: checks.ok,
      folder,
      checks: checks.list,
      passes: [...initial, ...delta, ...(remigrated === undefined ? [] : [remigrated])].map(({ kind, books }) => ({
        kind,
        books,
      })),
      licenses: balances,
    },
    whatNext: [
      `Server: ${baseUrl}   user ${EMAIL}   password ${password}`,
      `API:    ${baseUrl}/api/openapi.json`,
      `Try:    STERNA_URL=${baseUrl} STERNA_TOKEN=${token} sterna entry list Demo`,
      ...OWN,
    ],
    whatNextOnce: OWN,
  };
}

const OWN = [
  'Your own mail, without a server or a license:',
  '  sterna copy maildir:/path/to/Maildir imaps://you@mail.example',
  'Run it again to bring what is new. `sterna serve` is the whole product; `sterna --help` shows the rest.',
];

function heading(out: (line: string) => void, text: string): void {
  out('');
  out(text);
  out('='.repeat(text.length));
}

const inWords = (doings: Doings): string => [...doings].map(([what, times]) => `${times} ${what}`).join(', ');

/** All entries at once, as many at a time as the server has workers. */
async function passesOf(
  client: Client,
  terminal: Terminal,
  project: DemoProject,
  action: 'start' | 'verify',
): Promise<PassView[]> {
  const entryIds = project.entries.map(({ id }) => id);
  const { refused } = await client.bulkEntries({
    params: { id: project.id },
    body: { entryIds, act: { action } },
  });
  const [first] = refused;
  if (first !== undefined) throw new SternaError('bug', 'internal', `${first.sourceAddress}: ${first.message}`);
  const passes: PassView[] = [];
  for (const entryId of entryIds) {
    const { items } = await client.listPasses({ query: { entryId } });
    const [latest] = items.sort((a, b) => b.number - a.number) as [PassView];
    passes.push(await watchPass(client, terminal, latest.id));
  }
  return passes;
}

/** A line for each entry. */
function showPasses(
  out: (line: string) => void,
  checks: Checks,
  title: string,
  { entries }: DemoProject,
  passes: readonly PassView[],
): void {
  const rows = passes.flatMap(({ books }, at) => {
    const { source, itemType } = entries[at] as DemoEntry;
    return books === undefined ? [] : [{ folder: source, kind: itemType, books }];
  });
  const total = rows.reduce((sum, { books }) => addBooks(sum, books), EMPTY_BOOKS);
  for (const line of booksTable(rows, total)) out(line);
  out('');
  out(booksSentence(total));
  out(accessSentence(accessOf(passes)));
  for (const [at, pass] of passes.entries())
    if (pass.books === undefined) out(`${entries[at]?.source}: ${pass.status} ${JSON.stringify(pass.error)}`);
  checkBooks(checks, title, passes, entries.length);
}

function checkBooks(checks: Checks, title: string, passes: readonly PassView[], wanted: number): void {
  const books = passes.flatMap((pass) => pass.books ?? []);
  checks.that(
    `${title}: all ${wanted} have books, and they balance`,
    books.length === wanted && books.every((one) => one.balanced && one.seen > 0),
  );
  checks.that(
    `${title}: nothing failed, nothing is uncertain`,
    passes.every(({ status }) => status.startsWith('completed')) &&
      books.every((one) => one.failed + one.uncertain === 0),
  );
}

/** Of all drives together. */
function accessOf(passes: readonly PassView[]): AccessBooks {
  const all = passes.flatMap(({ result }) => (result as { access?: AccessBooks } | undefined)?.access ?? []);
  const sum = (key: Exclude<keyof AccessBooks, 'notKept'>): number => all.reduce((total, one) => total + one[key], 0);
  return { applied: sum('applied'), unchanged: sum('unchanged'), waiting: sum('waiting'), failed: sum('failed') };
}

function showVerify(checks: Checks, whose: string, passes: readonly PassView[]): void {
  const found = passes.map(({ result }) => result as Verified | undefined);
  const sum = (key: Exclude<keyof Verified, 'ok'>): number =>
    found.reduce((total, one) => total + (one?.[key] ?? 0), 0);
  const figures = (Object.keys(WORDS) as (keyof typeof WORDS)[])
    .filter((name) => sum(name) > 0 || BAD.has(name))
    .map((name) => `${sum(name)} ${WORDS[name]}`)
    .join(', ');
  checks.that(`verify of ${whose}: ${figures}`, found.length > 0 && found.every((one) => one?.ok === true));
}

const WORDS = {
  identical: 'identical',
  rewritten: 'rewritten by Exchange with the same meaning',
  adapted: 'adapted as told',
  uncompared: 'gone from the source since',
  missing: 'missing',
  duplicated: 'duplicated',
  different: 'different',
} as const;

/** Told in any case: that there are none is what counts. */
const BAD: ReadonlySet<string> = new Set(['missing', 'duplicated', 'different']);

type Verified = { readonly ok?: boolean } & { readonly [figure in keyof typeof WORDS]?: number };

async function remigrate(
  client: Client,
  terminal: Terminal,
  out: (line: string) => void,
  { id, target }: DemoEntry,
): Promise<ResponseOf<'getRemigration'>> {
  const plan = await client.planRemigration({ params: { id }, query: { live: true } });
  out(`Would a delta do? ${plan.wouldDeltaDo.answer}: ${plan.wouldDeltaDo.reason}`);
  out(plan.license.words);
  let now = await client.beginRemigration({
    params: { id },
    body: { reason: 'configuration changed', note: 'the demo shows it' },
  });
  const params = { id: now.id };
  const then = async (step: Promise<ResponseOf<'getRemigration'>>): Promise<void> => {
    now = await settle(client, terminal, await step);
  };
  await then(client.chooseRemigrationBackup({ params, body: { choice: 'backup' } }));
  if (now.backup !== undefined && 'path' in now.backup) out(`The target is backed up: ${now.backup.path}`);
  await then(client.chooseRemigrationTarget({ params, body: { choice: 'empty' } }));
  out(
    `${now.frozen?.objects ?? 0} objects of the target are listed for removal, and removed after a typed confirmation.`,
  );
  await then(client.confirmRemigrationEmptying({ params, body: { targetAddress: target } }));
  await then(client.recreateRemigration({ params, body: {} }));
  await then(client.startRemigration({ params }));
  await then(client.verifyRemigration({ params, body: {} }));
  return now;
}

/** Licenses burned, by type. */
async function burnedOf(client: Client): Promise<{ readonly mail: number; readonly file: number }> {
  const { items } = await client.getBalances();
  const of = (type: string): number => items.find((row) => row.type === type && row.tier === 'standard')?.burned ?? 0;
  return { mail: of('mail'), file: of('file') };
}
