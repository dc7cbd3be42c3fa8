import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allItems, type Client, createClient, LIVE_PASS_STATUSES, type PassView } from '@sterna/api-contract';
import { CONTENT_KINDS } from '@sterna/core';
import { createLog, startServer } from '@sterna/server';
import type { Told } from './compare.ts';
import { type Holder, MAILBOX_KINDS } from './objects.ts';
import type { Progress } from './progress.ts';

export interface SystemSetUp {
  readonly name: string;
  readonly connector: string;
  readonly settings: Record<string, unknown>;
  readonly password: string;
}

export interface Move {
  readonly name: string;
  readonly source: SystemSetUp;
  readonly target: SystemSetUp;
  /** In both, the same order. */
  readonly from: readonly Holder[];
  readonly to: readonly Holder[];
  /** Content that is moved; undefined: all of it. */
  readonly kinds: readonly string[] | undefined;
  /** Everybody's address in both. */
  readonly everybody: readonly (readonly [from: string, to: string])[];
}

export interface Moved {
  /** What the books tell of the objects of one, as it is called in the source. */
  toldOf(holder: Holder): Promise<readonly Told[]>;
  /** Passes that failed or whose books don't balance, in words. */
  readonly faults: readonly string[];
}

const ITEM_TYPES = {
  person: ['mailbox', 'drive'],
  site: ['site'],
  group: ['group'],
  team: ['team'],
} as const satisfies Record<Holder['type'], readonly string[]>;
/** Content by which it is seen whether an item has any of what is moved. */
const HOLDS: Readonly<Record<(typeof ITEM_TYPES)[Holder['type']][number], readonly string[]>> = {
  mailbox: MAILBOX_KINDS,
  drive: ['file'],
  site: ['page'],
  team: ['post'],
  group: ['member'],
};
/** Of each file, the current one apart. */
const VERSIONS = 10;
const PASS_POLL_MS = 250;
/** Of the product's lists. */
const PAGE = 500;
/** Passes at once: mailboxes and drives of several people, since each waits for its services most of the time. */
const PASSES = 40;

const kindsOnly = (kinds: readonly string[]): Record<string, boolean> =>
  Object.fromEntries(CONTENT_KINDS.map((kind) => [kind, kinds.includes(kind)]));

/** The whole product, by its API as an administrator's script would use it. */
export class Product {
  readonly #client: Client;
  readonly #close: () => Promise<void>;
  readonly #progress: Progress;

  private constructor(client: Client, progress: Progress, close: () => Promise<void>) {
    this.#client = client;
    this.#progress = progress;
    this.#close = close;
  }

  static async start(progress: Progress): Promise<Product> {
    const folder = await mkdtemp(join(tmpdir(), 'sterna-golden-'));
    // The database runs as a user of its own, who has to get in.
    await chmod(folder, 0o755);
    const server = await startServer({
      port: 0,
      dataDir: join(folder, 'data'),
      concurrency: PASSES,
      version: '0.0.0',
      log: createLog({ level: 'error' }),
    });
    const baseUrl = server.url as string;
    const body = { organization: 'Golden', email: 'admin@golden.example', password: 'correct horse golden' };
    const { token } = await createClient({ baseUrl }).setUp({ body });
    return new Product(createClient({ baseUrl, token }), progress, async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Mailboxes and drives of everybody: an initial pass, and a delta pass that must find nothing to do. */
  async move({ name, source, target, from, to, kinds, everybody }: Move): Promise<Moved> {
    const client = this.#client;
    const system = async ({ password, ...set }: SystemSetUp, end: string): Promise<number> =>
      (await client.createSystem({ body: { ...set, name: `${name}: ${end}`, credentials: { password } } })).id;
    const project = await client.createProject({
      body: {
        name,
        sourceSystemId: await system(source, 'source'),
        targetSystemId: await system(target, 'target'),
        settings: { versionDepth: VERSIONS, ...(kinds === undefined ? {} : { kinds: kindsOnly(kinds) }) },
      },
    });
    const lines = from.flatMap(({ type, address }, at) =>
      ITEM_TYPES[type]
        .filter((itemType) => kinds === undefined || HOLDS[itemType].some((kind) => kinds.includes(kind)))
        .map((itemType) => ({ itemType, address, target: to[at]?.address as string })),
    );
    const { entryIds } = await client.importEntries({
      params: { id: project.id },
      body: [
        'ItemType,SourceAddress,TargetAddress',
        ...lines.map((line) => `${line.itemType},${line.address},${line.target}`),
        '',
      ].join('\n'),
    });
    await client.putMapping({
      params: { id: project.id },
      body: { items: everybody.map(([there, here]) => ({ kind: 'user' as const, source: there, target: here })) },
    });
    for (const type of ['mail', 'file', 'site', 'team'] as const)
      await client.grantLicenses({ body: { type, quantity: from.length, note: name } });
    const faults: string[] = [];
    // Groups and teams are made before anything goes into them; sites are there, as an administrator makes them.
    const made = entryIds.filter((_, at) => ['group', 'team'].includes(lines[at]?.itemType ?? ''));
    for (const pass of await this.#passes(name, 'preprocess', project.id, made))
      if (!pass.status.startsWith('completed')) faults.push(`preprocess: ${pass.status} ${JSON.stringify(pass.error)}`);
    for (const kind of ['initial', 'delta'] as const) {
      let objects = 0;
      for (const [at, pass] of (await this.#passes(name, kind, project.id, entryIds)).entries()) {
        const who = `${kind} pass of ${lines[at]?.itemType} ${lines[at]?.address}`;
        const { books } = pass;
        objects += books?.seen ?? 0;
        if (!pass.status.startsWith('completed') || books?.balanced !== true)
          faults.push(`${who}: ${pass.status} ${JSON.stringify(pass.error ?? books)}`);
        else if (kind === 'delta' && books.created + books.updated > 0)
          faults.push(`${who}: nothing had changed, yet ${books.created} were created and ${books.updated} updated`);
      }
      this.#progress.say(`${name}: ${kind} passes are over, ${objects} objects`);
    }
    return {
      faults,
      toldOf: async ({ address }) => {
        const ids = entryIds.filter((_, at) => lines[at]?.address === address);
        return (await Promise.all(ids.map((id) => this.#toldOf(id)))).flat();
      },
    };
  }

  async #toldOf(entryId: number): Promise<Told[]> {
    const notes = await allItems((after) =>
      this.#client.listNotes({
        params: { id: entryId },
        query: { limit: PAGE, ...(after === undefined ? {} : { after }) },
      }),
    );
    return notes.map(({ objectId, subject, code, kind, folder, reason }) => ({
      objectId,
      subject,
      code,
      kind,
      folder,
      reason,
    }));
  }

  /** One pass of each entry, to their ends. */
  async #passes(
    name: string,
    kind: string,
    projectId: number,
    entryIds: readonly number[],
  ): Promise<readonly PassView[]> {
    const client = this.#client;
    if (entryIds.length === 0) return [];
    const { refused } = await client.bulkEntries({
      params: { id: projectId },
      body: { entryIds: [...entryIds], act: { action: kind === 'preprocess' ? 'preprocess' : 'start' } },
    });
    if (refused[0] !== undefined) throw new Error(`${refused[0].sourceAddress}: ${refused[0].message}`);
    const ended = new Map<number, PassView>();
    for (const entryId of entryIds)
      for (;;) {
        const { items } = await client.listPasses({ query: { entryId } });
        const [latest] = items.sort((a, b) => b.number - a.number) as [PassView];
        if (!LIVE_PASS_STATUSES.includes(latest.status)) {
          ended.set(entryId, latest);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, PASS_POLL_MS));
        await this.#tell(name, kind, projectId, entryIds.length);
      }
    return entryIds.map((id) => ended.get(id) as PassView);
  }

  async #tell(name: string, kind: string, projectId: number, all: number): Promise<void> {
    if (!this.#progress.isDue) return;
    const { items } = await this.#client.listPasses({ query: { projectId, live: true, limit: PAGE } });
    const progress = items.map((pass) => pass.progress as { readonly objects?: number } | undefined);
    const objects = progress.reduce((sum, one) => sum + (one?.objects ?? 0), 0);
    const running = items.filter(({ status }) => status === 'running').length;
    this.#progress.say(
      `${name}: ${all - items.length} of ${all} ${kind} passes are over; ${running} run, with ${objects} objects so far`,
    );
  }
}
