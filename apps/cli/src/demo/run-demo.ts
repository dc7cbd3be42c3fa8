import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allItems, type Client, createClient, type PassView, type ResponseOf } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { growSampleMailbox, type SampleManifest, writeSampleMailbox } from '@sterna/sample-mailbox';
import { createLog, startServer } from '@sterna/server';
import { booksSentence, booksTable } from '../io/books-table.ts';
import { renderTable } from '../io/table.ts';
import type { Terminal } from '../io/terminal.ts';
import { balanceColumns, licenseEventColumns } from '../io/views.ts';
import { settle } from '../remote/remigration.ts';
import { watchPass } from '../remote/watch.ts';
import { VERSION } from '../version.ts';
import { freshRunFolder } from './run-folder.ts';

export interface DemoRequest {
  readonly base: string | undefined;
  readonly port: number;
  readonly messages: number;
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
const SOURCE = 'ada@old.example';
const TARGET = 'ada@new.example';

/** Makes the mailbox and the server, tells the story, and leaves nothing running if it is interrupted. */
export async function runDemo(request: DemoRequest): Promise<Demo> {
  const folder = await freshRunFolder(request.base);
  const mail = { folder, old: join(folder, 'old-mail'), new: join(folder, 'new-mail') };
  const mailbox = join(mail.old, SOURCE);
  await mkdir(mailbox, { recursive: true });
  await mkdir(mail.new, { recursive: true });
  const sample = writeSampleMailbox(mailbox, { messages: request.messages, seed: 1 });
  const server = await startServer({
    port: request.port,
    dataDir: join(folder, 'data'),
    concurrency: 2,
    version: VERSION,
    log: createLog({ level: process.env.STERNA_LOG_LEVEL || 'error' }),
  });
  try {
    const interrupted = request.ended.then(() => {
      throw new SternaError('config', 'interrupted', 'Interrupted.');
    });
    interrupted.catch(() => {});
    const story = tellStory(request, server.url as string, mail, mailbox, sample);
    // What it still asks of a server that has gone is nobody's concern.
    story.catch(() => {});
    return { ...(await Promise.race([story, interrupted])), close: () => server.close() };
  } catch (thrown) {
    await server.close().catch(() => {});
    throw thrown;
  }
}

/** Everything through the REST API, as a person or a script would do it. */
async function tellStory(
  request: DemoRequest,
  baseUrl: string,
  mail: { readonly folder: string; readonly old: string; readonly new: string },
  mailbox: string,
  sample: SampleManifest,
): Promise<Omit<Demo, 'close'>> {
  const { out, terminal } = request;
  const password = randomBytes(12).toString('base64url');
  const { token } = await createClient({ baseUrl }).setUp({ body: { organization: 'Demo', email: EMAIL, password } });
  const client = createClient({ baseUrl, token });
  out(
    `A mailbox of ${sample.messages} awkward messages in ${Object.keys(sample.perFolder).length} folders: ${mailbox}`,
  );
  out(`A server of its own, with its database: ${baseUrl}`);

  const entryId = await prepare(client, mail.old, mail.new);
  await request.ready?.({ url: baseUrl, user: EMAIL, password });
  const checks = new Checks(out);

  heading(out, '1. Initial pass');
  const plan = await client.planEntry({ params: { id: entryId }, query: { live: true } });
  out(plan.license.words);
  const initial = await runPass(client, terminal, entryId);
  showPass(out, checks, 'initial pass', initial, sample);

  heading(out, '2. A week-end passes: mail arrives, people read, file and delete. Delta pass');
  const grown = growSampleMailbox(mailbox, { seed: 2 });
  out(changesInWords(grown));
  const delta = await runPass(client, terminal, entryId);
  showPass(out, checks, 'delta pass', delta, grown);
  checks.that('the delta pass cost no license', (await balanceOf(client)).burned === 1);

  heading(out, '3. Remigration: backup, emptying, a new entry with a new license, start, verify');
  const remigration = await remigrate(client, terminal, out, entryId);
  checks.that('the remigration is done', remigration.step === 'done');
  const newEntryId = remigration.newEntryId ?? entryId;
  const passes = await allItems((after) =>
    client.listPasses({ query: { entryId: newEntryId, ...(after === undefined ? {} : { after }) } }),
  );
  const again = passes.find((pass) => pass.kind === 'initial');
  const verify = passes.find((pass) => pass.kind === 'verify');
  if (again !== undefined) showPass(out, checks, 'remigration', again, grown);
  const found = verify?.result as
    | { ok?: boolean; identical?: number; missing?: number; duplicated?: number }
    | undefined;
  checks.that(
    `verify: ${found?.identical ?? 0} identical, ${found?.missing ?? '?'} missing, ${found?.duplicated ?? '?'} duplicated`,
    found?.ok === true && found.identical === grown.messages,
  );

  heading(out, '4. Licenses');
  const balance = await balanceOf(client);
  const events = await allItems((after) => client.listLicenseEvents({ query: after === undefined ? {} : { after } }));
  for (const line of renderTable([...events].reverse(), licenseEventColumns)) out(line);
  out('');
  for (const line of renderTable([balance], balanceColumns)) out(line);
  checks.that('two licenses burned: one for each entry, none for the delta pass', balance.burned === 2);
  checks.that('the hash chain of the ledger holds', (await client.verifyLedger()).ok);

  heading(out, checks.ok ? 'All checks hold' : 'SOME CHECKS FAILED');
  for (const line of checks.lines) out(line);
  out('');
  return {
    ok: checks.ok,
    result: {
      ok: checks.ok,
      folder: mail.folder,
      checks: checks.list,
      passes: [initial, delta, ...(again === undefined ? [] : [again])].map(({ kind, books }) => ({ kind, books })),
      licenses: balance,
    },
    whatNext: [
      `Server: ${baseUrl}   user ${EMAIL}   password ${password}`,
      `API:    ${baseUrl}/api/openapi.json`,
      `Try:    STERNA_URL=${baseUrl} STERNA_TOKEN=${token} sterna entry list Demo`,
      ...own(mail.new),
    ],
    whatNextOnce: own(mail.new),
  };
}

const own = (newMail: string): string[] => [
  `The migrated mailbox is in ${join(newMail, TARGET)}.`,
  'Your own mail, without a server or a license:',
  '  sterna copy maildir:/path/to/Maildir imaps://you@mail.example',
  'Run it again to bring what is new. `sterna serve` is the whole product; `sterna --help` shows the rest.',
];

function heading(out: (line: string) => void, text: string): void {
  out('');
  out(text);
  out('='.repeat(text.length));
}

/** Systems, project, user list from a CSV, licenses. @returns the entry */
async function prepare(client: Client, oldMail: string, newMail: string): Promise<number> {
  const system = async (name: string, path: string): Promise<number> => {
    const body = { name, connector: 'archive', settings: { path, format: 'maildir' } };
    return (await client.createSystem({ body })).id;
  };
  const sourceSystemId = await system('Old mail', oldMail);
  const targetSystemId = await system('New mail', newMail);
  const project = await client.createProject({ body: { name: 'Demo', sourceSystemId, targetSystemId } });
  const imported = await client.importEntries({
    params: { id: project.id },
    body: `SourceAddress,TargetAddress,DisplayName\n${SOURCE},${TARGET},Ada\n`,
  });
  await client.grantLicenses({ body: { type: 'mail', quantity: 2, note: 'for the demo' } });
  return imported.entryIds[0] as number;
}

async function runPass(client: Client, terminal: Terminal, entryId: number): Promise<PassView> {
  const { pass } = await client.startEntry({ params: { id: entryId }, body: {} });
  return watchPass(client, terminal, pass.id);
}

async function remigrate(
  client: Client,
  terminal: Terminal,
  out: (line: string) => void,
  entryId: number,
): Promise<ResponseOf<'getRemigration'>> {
  const plan = await client.planRemigration({ params: { id: entryId }, query: { live: true } });
  out(`Would a delta do? ${plan.wouldDeltaDo.answer}: ${plan.wouldDeltaDo.reason}`);
  out(plan.license.words);
  let now = await client.beginRemigration({
    params: { id: entryId },
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
  await then(client.confirmRemigrationEmptying({ params, body: { targetAddress: TARGET } }));
  await then(client.recreateRemigration({ params, body: {} }));
  await then(client.startRemigration({ params }));
  await then(client.verifyRemigration({ params, body: {} }));
  return now;
}

function showPass(
  out: (line: string) => void,
  checks: Checks,
  title: string,
  pass: PassView,
  source: SampleManifest,
): void {
  const { books } = pass;
  if (books === undefined) {
    checks.that(`${title}: it has books (${pass.status}: ${JSON.stringify(pass.error)})`, false);
    return;
  }
  for (const line of booksTable(pass.folders ?? [], books)) out(line);
  out('');
  out(`${booksSentence(books)}`);
  checks.that(`${title}: the books balance`, books.balanced);
  checks.that(`${title}: it saw all ${source.messages} messages of the source`, books.seen === source.messages);
  checks.that(`${title}: nothing failed, nothing is uncertain`, books.failed + books.uncertain === 0);
}

function changesInWords(grown: SampleManifest): string {
  const counts = new Map<string, number>();
  for (const { what } of grown.changes) counts.set(what, (counts.get(what) ?? 0) + 1);
  return `In the source: ${[...counts].map(([what, count]) => `${count} ${what}`).join(', ')}.`;
}

async function balanceOf(client: Client): Promise<ResponseOf<'getBalances'>['items'][number]> {
  const { items } = await client.getBalances();
  const mail = items.find((row) => row.type === 'mail' && row.tier === 'standard');
  return mail ?? { type: 'mail', tier: 'standard', granted: 0, available: 0, assigned: 0, burned: 0 };
}

/** What the demo promises, checked and told one by one. */
class Checks {
  readonly list: { readonly check: string; readonly ok: boolean }[] = [];
  readonly #out: (line: string) => void;

  constructor(out: (line: string) => void) {
    this.#out = out;
  }

  get ok(): boolean {
    return this.list.length > 0 && this.list.every((one) => one.ok);
  }

  get lines(): string[] {
    return this.list.map(({ check, ok }) => `${ok ? 'ok' : 'NOT OK'}  ${check}`);
  }

  that(check: string, ok: boolean): void {
    this.list.push({ check, ok });
    if (!ok) this.#out(`NOT OK: ${check}`);
  }
}
