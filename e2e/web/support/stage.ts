/**
 * The test bed of the dashboard: the real server (a process of its own, on a PostgreSQL of its own), two real Dovecots
 * and Debian's chromium. One stage per test file; what tests make in it gets names of its own.
 *
 *     let stage: WebStage;
 *     beforeAll(async () => { stage = await openWebStage('list'); });
 *     afterAll(() => stage?.close());
 *
 *     test('…', async () => {
 *       const project = await stage.project({ name: 'Tern', entries: 3, licenses: 5 });
 *       await stage.fill(project.entries[0].sourceAddress, 30);           // real mail in the real source
 *       const page = await stage.page(`/projects/${project.id}/list`, { scheme: 'dark', width: 390, as: 'viewer' });
 *       await page.getByRole('button', { name: 'Start' }).click();        // Playwright, which waits by itself
 *       await expectAccessible(page);                                     // axe, in both schemes
 *       await stage.screenshot(page, 'list-dark');                        // to look at: in $TMPDIR/sterna-pictures
 *     });
 *
 * - Arrange through `stage.client` (the typed API client, as the owner), act and look through the page.
 * - A page is signed in by cookie: `as: 'owner' | 'operator' | 'viewer' | 'nobody'`.
 * - A test fails on script errors, console errors, CSP violations and on answers from 400 on, unless it says which it
 *   brings about: `refusals: [409]`, `serverMayGo: true`. A failed test leaves a picture of each of its pages.
 * - No sleeps: Playwright's locators wait; for the rest `stage.until('…', condition)`, `stage.idle(entryId)`.
 * - No DOM types here: write `page.locator('html').evaluate((html) => html.scrollWidth)`.
 * - Program and dashboard are what `npm run build` has made: build after a change (`npm test` does it by itself).
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, LIVE_PASS_STATUSES, type ResponseOf } from '@sterna/api-contract';
import { writeSampleMailbox } from '@sterna/sample-mailbox';
import {
  type Dovecot,
  type DovecotOptions,
  freePort,
  type Postgres,
  startDovecot,
  startPostgres,
} from '@sterna/test-servers';
import type { Browser, Page } from 'playwright-core';
import { scratch } from '../../support/folders.ts';
import { until } from '../../support/until.ts';
import { type OpenPage, type PageOptions, screenshot, startBrowser, visit } from './browser.ts';
import { People, type Role } from './people.ts';
import { ServerProcess } from './server.ts';
import { Tabs } from './tabs.ts';
import { whenTestEnds } from './test-end.ts';
import { within } from './within.ts';

export interface WebStageOptions {
  /** false: the installation as it is before its first administrator. */
  readonly setUp?: boolean;
  /** false: no Dovecots; projects then lie between systems that nobody answers for. */
  readonly mail?: boolean;
  /** Of the target's Dovecot: limits and the like, to see what fails. */
  readonly target?: DovecotOptions;
  /** Passes at a time; 0: nothing that is queued ever starts. */
  readonly concurrency?: number;
  /** Of the server. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface NewEntry {
  readonly sourceAddress: string;
  readonly targetAddress?: string;
  readonly displayName?: string;
  readonly batch?: string;
}

export interface NewProject {
  readonly name: string;
  /** A number makes that many, `NAME-1@old.example` and so on. */
  readonly entries?: number | readonly NewEntry[];
  /** Mail licenses to grant. */
  readonly licenses?: number;
  readonly settings?: Record<string, unknown>;
  /** Others than the two Dovecots. */
  readonly systems?: { readonly source?: number; readonly target?: number };
}

export interface StagePageOptions extends PageOptions {
  /** Who is signed in; the owner unless told. */
  readonly as?: Role | 'nobody';
  /** Before anything is loaded: a clock, a route. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export type Entry = ResponseOf<'getEntry'>;
export interface StagedProject {
  readonly id: number;
  readonly name: string;
  readonly entries: readonly Entry[];
}

export async function openWebStage(name: string, options: WebStageOptions = {}): Promise<WebStage> {
  const dir = scratch(`web-${name}`);
  const { setUp = true, mail = true, concurrency = 2, environment = {} } = options;
  // Nothing here is killed with its power: durability would only cost time.
  const [postgres, source, target, browser, port] = await Promise.all([
    startPostgres({ fsync: false }),
    mail ? startDovecot({ listescape: true }) : undefined,
    mail ? startDovecot({ listescape: true, ...options.target }) : undefined,
    startBrowser(),
    freePort(),
  ]);
  const server = new ServerProcess({
    dataDir: join(dir, 'data'),
    databaseUrl: postgres.url,
    port,
    concurrency,
    logFile: join(dir, 'server.log'),
    environment,
  });
  const stage = new WebStage(dir, server, browser, postgres, source, target);
  try {
    await server.start();
    if (setUp) await stage.people.setUp();
  } catch (error) {
    await stage.close();
    throw error;
  }
  return stage;
}

export class WebStage {
  readonly dir: string;
  readonly server: ServerProcess;
  readonly browser: Browser;
  readonly postgres: Postgres;
  readonly people: People;
  readonly until = until;
  readonly #source: Dovecot | undefined;
  readonly #target: Dovecot | undefined;
  #systems: Promise<{ source: number; target: number }> | undefined;
  readonly #tabs: Tabs;
  #pages = 0;
  readonly #names = new Map<string, number>();

  constructor(
    dir: string,
    server: ServerProcess,
    browser: Browser,
    postgres: Postgres,
    source: Dovecot | undefined,
    target: Dovecot | undefined,
  ) {
    this.dir = dir;
    this.server = server;
    this.browser = browser;
    this.postgres = postgres;
    this.#source = source;
    this.#target = target;
    this.people = new People(server.url);
    this.#tabs = new Tabs(browser, server.url);
  }

  get url(): string {
    return this.server.url;
  }

  /**
   * A name that nothing on this stage has: the second try of a test, which finds what the first one left, gets another.
   * @returns `name` itself the first time
   */
  unused(name: string): string {
    const times = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, times);
    return times === 1 ? name : `${name} ${times}`;
  }

  /** The API, as the owner. */
  get client(): Client {
    return this.people.owner;
  }

  /** The API, as somebody. */
  clientOf(role: Role): Promise<Client> {
    return this.people.client(role);
  }

  get source(): Dovecot {
    return withMail(this.#source);
  }

  get target(): Dovecot {
    return withMail(this.#target);
  }

  /** Gives the user's source mailbox awkward mail; below 70 messages of few folders it is quick. */
  fill(user: string, messages = 20, { folders = 4, seed = 1 }: { folders?: number; seed?: number } = {}): void {
    writeSampleMailbox(this.source.mailRoot(user), { messages, folders, seed, size: 0 });
    this.source.adopt(user);
  }

  /** The two Dovecots as systems of the product, made once. */
  systems(): Promise<{ source: number; target: number }> {
    this.#systems ??= (async () => ({
      source: await this.system('Old mail server', this.#source),
      target: await this.system('New mail server', this.#target),
    }))();
    return this.#systems;
  }

  /** An IMAP system; without a server, one that nobody answers for. */
  async system(name: string, server: { host: string; port: number } = { host: '127.0.0.1', port: 9 }): Promise<number> {
    const settings = { host: server.host, port: server.port, tls: 'none' };
    const body = { name: this.unused(name), connector: 'imap', settings, credentials: { password: 'pw' } };
    return (await this.client.createSystem({ body })).id;
  }

  /** A project between the two Dovecots, named `name` unless that is taken by an earlier try of the test. */
  async project({ entries = [], licenses = 0, settings, ...more }: NewProject): Promise<StagedProject> {
    const name = this.unused(more.name);
    const systems = { ...(await this.systems()), ...more.systems };
    const { id } = await this.client.createProject({
      body: {
        name,
        sourceSystemId: systems.source,
        targetSystemId: systems.target,
        ...(settings === undefined ? {} : { settings }),
      },
    });
    const word = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const wanted: readonly NewEntry[] =
      typeof entries === 'number'
        ? Array.from({ length: entries }, (_, n) => ({ sourceAddress: `${word}-${n + 1}@old.example` }))
        : entries;
    const made =
      wanted.length === 0
        ? []
        : (
            await this.client.createEntries({
              params: { id },
              body: {
                entries: wanted.map((one) => ({
                  ...one,
                  targetAddress: one.targetAddress ?? one.sourceAddress.replace(/@.*/, '@new.example'),
                })),
              },
            })
          ).items;
    if (licenses > 0) await this.client.grantLicenses({ body: { type: 'mail', quantity: licenses, note: name } });
    return { id, name, entries: made };
  }

  /** Starts the entry and waits until it has come to rest. */
  async migrate(entryId: number): Promise<Entry> {
    await this.client.startEntry({ params: { id: entryId }, body: {} });
    return this.idle(entryId);
  }

  /** Waits until the entry has no pass that goes on by itself, and returns it. */
  async idle(entryId: number): Promise<Entry> {
    await until(`entry ${entryId} has come to rest`, async () => {
      const { items } = await this.client.listPasses({ query: { entryId, limit: 1 } });
      return !items.some((pass) => LIVE_PASS_STATUSES.includes(pass.status));
    });
    return this.client.getEntry({ params: { id: entryId } });
  }

  /**
   * A signed-in page of a browser profile of its own; when the test ends it is judged, and goes to the next one, cleaned.
   * With `prepare` it is new, and goes.
   */
  async page(path: string, options: StagePageOptions = {}): Promise<Page> {
    const { as = 'owner', prepare } = options;
    const session = as === 'nobody' ? undefined : await this.people.session(as);
    const open = await this.#tabs.open(session, options, prepare !== undefined);
    this.#giveBackAfterTest(open, prepare !== undefined);
    await prepare?.(open.page);
    await visit(open.page, path);
    return open.page;
  }

  #giveBackAfterTest(open: OpenPage, isOwn: boolean): void {
    const { page, troubles } = open;
    this.#pages += 1;
    const number = this.#pages;
    whenTestEnds(async (test) => {
      if (test.failed && !page.isClosed())
        console.error(`picture: ${await screenshot(page, `failed ${test.name} ${number}`.replace(/\W+/g, '-'))}`);
      await this.#tabs.giveBack(open, isOwn);
      troubles.expectNone();
    });
  }

  /** Writes a picture to look at, and returns where it is. */
  screenshot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<string> {
    return screenshot(page, name, options);
  }

  /** The server goes (by SIGKILL if wished) and comes back on its port and its data. */
  async restart({ kill = false, meanwhile }: { kill?: boolean; meanwhile?: () => unknown } = {}): Promise<void> {
    await (kill ? this.server.kill() : this.server.stop());
    await meanwhile?.();
    await this.server.start();
  }

  async close(): Promise<void> {
    try {
      await within('the browser closed', this.browser.close());
      await this.server.stop();
    } finally {
      await this.server.kill();
      await Promise.all([this.#source?.stop(), this.#target?.stop(), this.postgres.stop()]);
      rmSync(this.dir, { recursive: true, force: true });
    }
  }

  /** A folder that the server can write into: for archives and backups. */
  folder(name: string): string {
    const path = join(this.dir, name);
    mkdirSync(path, { recursive: true });
    return path;
  }
}

function withMail(server: Dovecot | undefined): Dovecot {
  if (server === undefined) throw new Error('this stage was opened without mail servers');
  return server;
}
