import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, Program } from '@sterna/server/processes';
import { Random } from '@sterna/simulator-kit';
import { startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { canMountDisks, startDovecot, startPostgres } from '@sterna/test-servers';
import { dovecotCrowd } from './dovecot-crowd.ts';
import { STERNA, startFleet } from './fleet.ts';
import { microsoft365Crowd } from './microsoft365-crowd.ts';
import type { Options } from './options.ts';
import { isLive, Product, type Traveller } from './product.ts';
import { pickTrouble, type Servers } from './troubles.ts';
import { judge, type Verdict } from './verdict.ts';

export const WORKERS = 4;
/** Passes at a time in each. */
const CONCURRENCY = 3;
const KILL_EVERY_MS = [2_000, 6_000] as const;
/** The share of workers that end in order instead. */
const RESTARTS = 0.1;
const TROUBLE_EVERY_MS = [1_000, 6_000] as const;
const CHANGE_EVERY_MS = 1_000;
/** Mailboxes that change each time, and those that then get another pass. */
const CHANGES = 5;
/** More passes are only queued while fewer than these are under way: they would wait anyway. */
const FEW = 30;
/** Of the disks that run full now and then: more than anything here needs, and only what it holds is in memory. */
const DISK_MEGABYTES = 8_192;
/** A pass that nothing disturbs is through by then, however many there are. */
const PATIENCE_MS = 15 * 60_000;
const QUIET_ROUNDS = 4;

export interface Outcome extends Verdict {
  readonly mailboxes: number;
  readonly kills: number;
  /** Workers that were restarted in order. */
  readonly restarts: number;
  /** Workers that ended by themselves, since the database was away at their start. */
  readonly ended: number;
  /** What else went wrong, and how often. */
  readonly troubles: ReadonlyMap<string, number>;
  readonly passes: number;
  readonly quietSeconds: number;
}

/** Where a run's servers and files are; everything goes when it is over. */
export async function soak(options: Options, say: (text: string) => void): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'sterna-soak-'));
  // PostgreSQL and Dovecot run as their own users.
  chmodSync(folder, 0o755);
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const open = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    closing.push(() => server.stop());
    return server;
  };
  try {
    const canFill = canMountDisks();
    if (!canFill) say('no disk is ever full in this run: this machine lets nobody mount one');
    const disk = canFill ? { diskMegabytes: DISK_MEGABYTES } : {};
    const servers: Servers = {
      postgres: await open(startPostgres({ ...disk, settings: { max_connections: '200', max_wal_size: '256MB' } })),
      cloud: await open(startMicrosoft365({ empty: true, seed: options.seed })),
      source: await open(startDovecot({ listescape: true })),
      target: await open(startDovecot({ ...disk, listescape: true })),
    };
    const half = Math.floor(options.mailboxes / 2);
    const crowds = [
      await microsoft365Crowd(servers.cloud, half, new Random(`${options.seed}/cloud`)),
      dovecotCrowd(servers.source, servers.target, options.mailboxes - half, new Random(`${options.seed}/imap`)),
    ];
    const program: Program = {
      command: [STERNA],
      dataDir: join(folder, 'data'),
      databaseUrl: servers.postgres.url,
      log: join(folder, 'sterna.log'),
    };
    const product = await Product.start(program, crowds);
    closing.push(() => product.close());
    say(`${options.mailboxes} mailboxes are filled and in the user lists`);
    const run = new Run(options, servers, program, product, say);
    closing.push(() => run.end());
    return await Promise.race([run.all(), untilTold()]);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Who ends the soak ends its workers and servers too. */
const untilTold = (): Promise<never> =>
  new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`the soak was ended by ${signal}`)));
  });

class Run {
  readonly #options: Options;
  readonly #servers: Servers;
  readonly #program: Program;
  readonly #product: Product;
  readonly #say: (text: string) => void;
  readonly #troubles = new Map<string, number>();
  #fleet: Fleet;

  constructor(options: Options, servers: Servers, program: Program, product: Product, say: (text: string) => void) {
    this.#options = options;
    this.#servers = servers;
    this.#program = program;
    this.#product = product;
    this.#say = say;
    this.#fleet = this.#newFleet('storm', true);
  }

  async all(): Promise<Outcome> {
    const { travellers } = this.#product;
    await this.#product.startPasses(travellers);
    await this.#storm();
    const { kills, restarts, ended } = this.#fleet;
    const troubles = [...this.#troubles.values()].reduce((sum, times) => sum + times, 0);
    this.#say(`the storm is over: ${kills} kills, ${restarts} restarts, ${troubles} other troubles`);
    await this.#fleet.stop();
    this.#say('the workers have ended in order');
    for (const { mailbox } of travellers) await mailbox.repair?.();
    const calmAt = performance.now();
    this.#fleet = this.#newFleet('calm', false);
    await this.#untilThrough();
    const quietSeconds = (performance.now() - calmAt) / 1_000;
    await this.#fleet.stop();
    const verdict = await judge(this.#product, this.#servers, this.#program);
    const latest = [...(await this.#product.latestPasses()).values()];
    const passes = latest.reduce((sum, { number }) => sum + number, 0);
    return {
      ...verdict,
      mailboxes: travellers.length,
      kills,
      restarts,
      ended,
      troubles: this.#troubles,
      passes,
      quietSeconds,
    };
  }

  end(): Promise<void> {
    return this.#fleet.killAll();
  }

  #newFleet(name: string, isClockWrong: boolean): Fleet {
    const random = new Random(`${this.#options.seed}/${name}`);
    return startFleet(this.#program, { size: WORKERS, concurrency: CONCURRENCY, isClockWrong, random });
  }

  /** Workers die, everything else fails, people go on to work. */
  async #storm(): Promise<void> {
    const until = performance.now() + this.#options.minutes * 60_000;
    const isOver = (): boolean => performance.now() >= until;
    const every = async (name: string, wait: (random: Random) => number, act: (random: Random) => Promise<void>) => {
      const random = new Random(`${this.#options.seed}/${name}`);
      for (;;) {
        await sleep(Math.min(wait(random), Math.max(0, until - performance.now())));
        if (isOver()) return;
        await act(random);
      }
    };
    const beginning = performance.now();
    await Promise.all([
      every(
        'kills',
        (random) => random.integer(...KILL_EVERY_MS),
        (random) => (random.next() < RESTARTS ? this.#fleet.restartOne() : this.#fleet.killOne()),
      ),
      every(
        'troubles',
        (random) => random.integer(...TROUBLE_EVERY_MS),
        async (random) => {
          const trouble = pickTrouble(random, this.#servers);
          this.#troubles.set(trouble.name, (this.#troubles.get(trouble.name) ?? 0) + 1);
          await trouble.run(this.#servers, random);
        },
      ),
      every(
        'changes',
        () => CHANGE_EVERY_MS,
        (random) => this.#change(random),
      ),
      every(
        'telling',
        () => 15_000,
        async () => {
          const live = await this.#product.livePasses();
          const seconds = Math.round((performance.now() - beginning) / 1_000);
          this.#say(`${seconds} s: ${this.#fleet.kills} kills; ${live.length} passes are queued or under way`);
        },
      ),
    ]);
  }

  async #change(random: Random): Promise<void> {
    const some = new Set(Array.from({ length: CHANGES }, () => random.pick(this.#product.travellers)));
    const live = new Set((await this.#product.livePasses()).map(({ entryId }) => entryId));
    for (const { mailbox, entryId } of some) await mailbox.change(live.has(entryId));
    if (live.size < FEW) await this.#product.startPasses([...some]);
  }

  /** Nothing goes wrong any more: what is under way ends, then everybody gets one more pass, and whoever has failures another. */
  async #untilThrough(): Promise<void> {
    const { travellers } = this.#product;
    await this.#untilIdle();
    let left: readonly Traveller[] = travellers;
    for (let round = 1; round <= QUIET_ROUNDS && left.length > 0; round++) {
      await this.#product.startPasses(left);
      await this.#untilIdle();
      const latest = await this.#product.latestPasses();
      left = travellers.filter(({ entryId }) => latest.get(entryId)?.status !== 'completed');
      this.#say(`quiet passes, round ${round}: ${left.length} of ${travellers.length} are not completed`);
    }
  }

  async #untilIdle(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const live = (await this.#product.livePasses()).filter(isLive);
      if (live.length === 0) return;
      if (performance.now() > until) {
        this.#say(`given up: ${live.length} passes are still live, such as ${JSON.stringify(live[0])}`);
        return;
      }
      const waiting = new Set(live.filter(({ status }) => status === 'pending').map(({ entryId }) => entryId));
      if (waiting.size > 0)
        await this.#product.resume(this.#product.travellers.filter(({ entryId }) => waiting.has(entryId)));
      await sleep(500);
    }
  }
}
