import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { allItems, type Client, createClient, LIVE_PASS_STATUSES, type PassView } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { type Program, readyLine, startProgram } from '@sterna/server/processes';
import type { Crowd, Mailbox, SystemSetUp } from './crowd.ts';

/** A mailbox and its entry in the product. */
export interface Traveller {
  readonly entryId: number;
  readonly projectId: number;
  readonly mailbox: Mailbox;
}

const PAGE = 500;
const ASK_AGAIN_MS = 500;
/** As many as one call takes without being refused for its size. */
const SELECTION = 500;

/** `sterna serve --services api`, used by its API as an administrator's script would. */
export class Product {
  readonly travellers: readonly Traveller[];
  readonly #client: Client;
  readonly #server: ChildProcess;

  private constructor(client: Client, server: ChildProcess, travellers: readonly Traveller[]) {
    this.#client = client;
    this.#server = server;
    this.travellers = travellers;
  }

  static async start(program: Program, crowds: readonly Crowd[]): Promise<Product> {
    const server = startProgram(program, ['serve', '--services', 'api', '--port', '0']);
    try {
      const { url: baseUrl } = (await readyLine(server, program)) as { url: string };
      const body = { organization: 'Soak', email: 'admin@soak.example', password: 'correct horse soak' };
      const { token } = await createClient({ baseUrl }).setUp({ body });
      const client = createClient({ baseUrl, token });
      const travellers: Traveller[] = [];
      for (const crowd of crowds) travellers.push(...(await addProject(client, crowd)));
      return new Product(client, server, travellers);
    } catch (error) {
      server.kill('SIGKILL');
      throw error;
    }
  }

  /** Passes of these, those that they are ready for; whoever has one already keeps it. */
  async startPasses(travellers: readonly Traveller[]): Promise<void> {
    await this.#bulk(travellers, 'start');
  }

  /** What waits for its time needn't wait any longer. */
  async resume(travellers: readonly Traveller[]): Promise<void> {
    await this.#bulk(travellers, 'resume');
  }

  /** Of all entries, by their ids. */
  async latestPasses(): Promise<ReadonlyMap<number, PassView>> {
    const latest = new Map<number, PassView>();
    for (const projectId of new Set(this.travellers.map((one) => one.projectId)))
      for (const pass of await this.#patiently(() =>
        allItems((after) =>
          this.#client.listPasses({ query: { projectId, limit: PAGE, ...(after === undefined ? {} : { after }) } }),
        ),
      )) {
        const known = latest.get(pass.entryId);
        if (known === undefined || known.number < pass.number) latest.set(pass.entryId, pass);
      }
    return latest;
  }

  async livePasses(): Promise<readonly PassView[]> {
    const live: PassView[] = [];
    for (const projectId of new Set(this.travellers.map((one) => one.projectId)))
      live.push(
        ...(await this.#patiently(() =>
          allItems((after) =>
            this.#client.listPasses({
              query: { projectId, live: true, limit: PAGE, ...(after === undefined ? {} : { after }) },
            }),
          ),
        )),
      );
    return live;
  }

  licenses = async () => (await this.#patiently(() => this.#client.getBalances())).items;

  async close(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const exited = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await exited;
  }

  /** The database is restarted now and then: whoever asks meanwhile asks again. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const isPassing = error instanceof SternaError && (error.class === 'transient' || error.class === 'bug');
        if (!isPassing) throw error;
        const { exitCode, signalCode } = this.#server;
        if (exitCode !== null || signalCode !== null)
          throw new Error(`sterna serve ended by itself (${exitCode ?? signalCode})`);
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    }
  }

  async #bulk(travellers: readonly Traveller[], action: 'start' | 'resume'): Promise<void> {
    const byProject = Map.groupBy(travellers, ({ projectId }) => projectId);
    for (const [id, all] of byProject)
      for (let at = 0; at < all.length; at += SELECTION) {
        const entryIds = all.slice(at, at + SELECTION).map(({ entryId }) => entryId);
        await this.#patiently(() => this.#client.bulkEntries({ params: { id }, body: { entryIds, act: { action } } }));
      }
  }
}

export const isLive = ({ status }: PassView): boolean => LIVE_PASS_STATUSES.includes(status);

async function addProject(client: Client, crowd: Crowd): Promise<Traveller[]> {
  const { name, mailboxes } = crowd;
  const system = async ({ password, ...more }: SystemSetUp, end: string): Promise<number> =>
    (await client.createSystem({ body: { ...more, name: `${name}: ${end}`, credentials: { password } } })).id;
  const project = await client.createProject({
    body: {
      name,
      sourceSystemId: await system(crowd.source, 'source'),
      targetSystemId: await system(crowd.target, 'target'),
    },
  });
  const { entryIds } = await client.importEntries({
    params: { id: project.id },
    body: [
      'ItemType,SourceAddress,TargetAddress',
      ...mailboxes.map(({ from, to }) => `mailbox,${from},${to}`),
      '',
    ].join('\n'),
  });
  await client.grantLicenses({ body: { type: 'mail', quantity: mailboxes.length, note: name } });
  return mailboxes.map((mailbox, at) => ({ mailbox, projectId: project.id, entryId: entryIds[at] as number }));
}
