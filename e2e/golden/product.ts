import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allItems, type Client, createClient, LIVE_PASS_STATUSES, type PassView } from '@sterna/api-contract';
import { createLog, startServer } from '@sterna/server';
import type { Told } from './compare.ts';

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
  /** Addresses in both, the same order. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Everybody's address in both. */
  readonly everybody: readonly (readonly [from: string, to: string])[];
}

export interface Moved {
  /** By address in the source: what the books tell of that person's objects. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** Passes that failed or whose books don't balance, in words. */
  readonly faults: readonly string[];
  readonly objects: number;
}

/** Of each file, the current one apart. */
const VERSIONS = 10;
const PASS_POLL_MS = 250;

/** The whole product, by its API as an administrator's script would use it. */
export class Product {
  readonly #client: Client;
  readonly #close: () => Promise<void>;

  private constructor(client: Client, close: () => Promise<void>) {
    this.#client = client;
    this.#close = close;
  }

  static async start(): Promise<Product> {
    const folder = await mkdtemp(join(tmpdir(), 'sterna-golden-'));
    // The database runs as a user of its own, who has to get in.
    await chmod(folder, 0o755);
    const server = await startServer({
      port: 0,
      dataDir: join(folder, 'data'),
      concurrency: 4,
      version: '0.0.0',
      log: createLog({ level: 'error' }),
    });
    const baseUrl = server.url as string;
    const body = { organization: 'Golden', email: 'admin@golden.example', password: 'correct horse golden' };
    const { token } = await createClient({ baseUrl }).setUp({ body });
    return new Product(createClient({ baseUrl, token }), async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Mailboxes and drives of everybody: an initial pass, and a delta pass that must find nothing to do. */
  async move({ name, source, target, from, to, everybody }: Move): Promise<Moved> {
    const client = this.#client;
    const system = async ({ password, ...set }: SystemSetUp, end: string): Promise<number> =>
      (await client.createSystem({ body: { ...set, name: `${name}: ${end}`, credentials: { password } } })).id;
    const project = await client.createProject({
      body: {
        name,
        sourceSystemId: await system(source, 'source'),
        targetSystemId: await system(target, 'target'),
        settings: { versionDepth: VERSIONS },
      },
    });
    const lines = from.flatMap((address, at) =>
      (['mailbox', 'drive'] as const).map((itemType) => ({ itemType, address, target: to[at] as string })),
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
    for (const type of ['mail', 'file'] as const)
      await client.grantLicenses({ body: { type, quantity: from.length, note: name } });
    const faults: string[] = [];
    let objects = 0;
    for (const kind of ['initial', 'delta'] as const)
      for (const [at, pass] of (await this.#passes(project.id, entryIds)).entries()) {
        const who = `${kind} pass of ${lines[at]?.itemType} ${lines[at]?.address}`;
        const { books } = pass;
        if (!pass.status.startsWith('completed') || books?.balanced !== true)
          faults.push(`${who}: ${pass.status} ${JSON.stringify(pass.error ?? books)}`);
        else if (kind === 'initial') objects += books.seen;
        else if (books.created + books.updated > 0)
          faults.push(`${who}: nothing had changed, yet ${books.created} were created and ${books.updated} updated`);
      }
    const told = new Map<string, Told[]>();
    for (const [at, id] of entryIds.entries()) {
      const { address } = lines[at] as { address: string };
      const notes = await allItems((after) =>
        client.listNotes({ params: { id }, query: after === undefined ? {} : { after } }),
      );
      told.set(address, [
        ...(told.get(address) ?? []),
        ...notes.map(({ objectId, subject, code, kind, folder, reason }) => ({
          objectId,
          subject,
          code,
          kind,
          folder,
          reason,
        })),
      ]);
    }
    return { told, faults, objects };
  }

  async #passes(projectId: number, entryIds: readonly number[]): Promise<PassView[]> {
    const client = this.#client;
    const { refused } = await client.bulkEntries({
      params: { id: projectId },
      body: { entryIds: [...entryIds], act: { action: 'start' } },
    });
    if (refused[0] !== undefined) throw new Error(`${refused[0].sourceAddress}: ${refused[0].message}`);
    const passes: PassView[] = [];
    for (const entryId of entryIds) {
      for (;;) {
        const { items } = await client.listPasses({ query: { entryId } });
        const [latest] = items.sort((a, b) => b.number - a.number) as [PassView];
        if (!LIVE_PASS_STATUSES.includes(latest.status)) {
          passes.push(latest);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, PASS_POLL_MS));
      }
    }
    return passes;
  }
}
