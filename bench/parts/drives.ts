import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type HttpProxy, startHttpProxy, startRcloneWebdav, type WebServer } from '@sterna/test-servers';
import { rcloneVersion, runRclone } from '../clients/rclone.ts';
import { type ClientRun, runClient } from '../support/clients.ts';
import { fixed, goal, median, percent, range, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';

const MB = 1_000_000;
const FULL = { small: { folders: 200, files: 25 }, big: { files: 10, bytes: 100 * MB } };
const QUICK = { small: { folders: 8, files: 25 }, big: { files: 3, bytes: 20 * MB } };
/** Of a small file on average: 5,000 of them are 32 MB. */
const SMALL_BYTES = 6_400;
/** What a session has in flight by default. */
const CONCURRENCY = 8;
/** Both servers: without it they would show what they listed minutes ago. */
const SERVER = ['--dir-cache-time', '1s'];

const OURS = 'Sterna, books, hashes and crash safety included';
const BARE = `bare client, ${CONCURRENCY} files at a time`;
const PEER = 'rclone copy, its defaults';

/** What is copied. */
interface Load {
  readonly name: 'small' | 'big';
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Files and folders: ours beside the least that any copy must do, and beside rclone. */
export const drives: Part = {
  name: 'drives',
  title: 'Files and folders, WebDAV to WebDAV',
  async run(lab, { runs, quick }) {
    const sizes = quick ? QUICK : FULL;
    const source = await startRcloneWebdav({ args: SERVER });
    const target = await startRcloneWebdav({ args: SERVER });
    try {
      const small = writeSmall(source, sizes.small.folders, sizes.small.files);
      const big = writeBig(source, sizes.big.files, sizes.big.bytes);
      const stage = new Stage(lab, source, target);
      const requests = await stage.requests(small);
      const smallRuns = await stage.rounds(small, runs, [BARE, OURS]);
      const bigRuns = await stage.rounds(big, runs, [BARE, OURS, PEER]);
      const again = await stage.unchanged(small, runs);
      // Its own pacing makes it wait for minutes: the same each time.
      const once = await stage.rounds(small, 1, [PEER]);
      const peers = new Map([...smallRuns, ...once]);
      const smallRatio = ratio(smallRuns, OURS, BARE);
      const bigRatio = ratio(bigRuns, OURS, BARE);
      const againRatio = 1 / ratio(again, OURS, PEER);
      const peak = Math.max(
        ...[smallRuns, bigRuns, again].flatMap((all) => (all.get(OURS) ?? []).map((run) => run.rssMegabytes)),
      );
      return [
        `Two \`rclone serve webdav\` on one disk. ${whole(small.files.length)} small files (${Math.round(small.bytes / MB)} MB, ${small.folders.length} folders) and ${big.files.length} files of ${big.bytes / big.files.length / MB} MB; ${runs} interleaved rounds, medians. CPU and memory are the client process’s own. After each copy the target is compared with the source on disk.`,
        rates('small files', 'files/s', small.files.length, peers, [PEER]),
        `Requests for each small file: ${fixed(requests.initial.source / small.files.length, 2)} to the source, ${fixed(requests.initial.target / small.files.length, 2)} to the target, sign-in, listings and folders included. A delta pass without changes: ${requests.delta.source} to the source and ${requests.delta.target} to the target.`,
        rates('big files', 'MB/s', big.bytes / MB, bigRuns, []),
        times(`no change, ${whole(small.files.length)} files`, again),
        [
          goal(smallRatio >= 0.6, `- small files: ${percent(smallRatio)} of the bare client (goal 60 %)`),
          `- small files: ${fixed(ratio(peers, OURS, PEER), 1)} × rclone, which waits between its requests (\`--tpslimit\` unset; its webdav backend paces itself)`,
          goal(bigRatio >= 0.75, `- big files: ${percent(bigRatio)} of the bare client (goal 75 %)`),
          `- big files: ${fixed(ratio(bigRuns, OURS, PEER), 2)} × rclone`,
          goal(againRatio <= 0.5, `- no change: ${percent(againRatio)} of rclone’s time (goal 50 % at most)`),
          goal(peak < 250, `- peak RSS: ${whole(peak)} MB (goal under 250 MB)`),
        ].join('\n'),
        `${rcloneVersion()}.`,
      ].join('\n\n');
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  },
};

type Runs = ReadonlyMap<string, readonly ClientRun[]>;

/** How many times as fast, as the median of the ratios within each round. */
function ratio(runs: Runs, name: string, other: string): number {
  const others = runs.get(other) ?? [];
  const last = others.at(-1);
  return median((runs.get(name) ?? []).map((run, round) => ((others[round] ?? last)?.seconds ?? 0) / run.seconds));
}

const used = (runs: readonly ClientRun[]): string[] => [
  fixed(median(runs.map((run) => run.cpuSeconds)), 2),
  whole(median(runs.map((run) => run.rssMegabytes))),
];

function rates(what: string, unit: string, amount: number, runs: Runs, once: readonly string[]): string {
  return table(
    [what, unit, 'least – most', 'CPU s', 'peak RSS MB'],
    [...runs].map(([name, all]) => {
      const each = all.map((run) => amount / run.seconds);
      return [
        once.includes(name) ? `${name} (measured once)` : name,
        whole(median(each)),
        all.length > 1 ? range(each) : '–',
        ...used(all),
      ];
    }),
  );
}

const times = (what: string, runs: Runs): string =>
  table(
    [what, 'seconds', 'least – most', 'CPU s', 'peak RSS MB'],
    [...runs].map(([name, all]) => {
      const each = all.map((run) => run.seconds);
      return [
        name,
        fixed(median(each), 2),
        `${fixed(Math.min(...each), 2)} – ${fixed(Math.max(...each), 2)}`,
        ...used(all),
      ];
    }),
  );

function writeSmall(server: WebServer, folders: number, each: number): Load {
  const names = Array.from({ length: folders }, (_, f) => (f % 5 === 0 ? `d${f}` : `d${f - (f % 5)}/d${f}`));
  const files: string[] = [];
  let bytes = 0;
  for (const [f, folder] of names.entries()) {
    mkdirSync(join(server.root, 'small', folder), { recursive: true });
    for (let n = 0; n < each; n += 1) {
      // From 200 bytes to about twice the average.
      const size = 200 + ((n * 7_919 + f * 104_729) % (2 * (SMALL_BYTES - 200)));
      const path = `${folder}/document ${n}.txt`;
      writeFileSync(join(server.root, 'small', path), randomFillSync(Buffer.alloc(size)));
      files.push(path);
      bytes += size;
    }
  }
  return { name: 'small', folders: names, files, bytes };
}

function writeBig(server: WebServer, count: number, size: number): Load {
  mkdirSync(join(server.root, 'big'));
  const files = Array.from({ length: count }, (_, n) => `film ${n}.bin`);
  for (const name of files) writeFileSync(join(server.root, 'big', name), randomFillSync(Buffer.alloc(size)));
  return { name: 'big', folders: [], files, bytes: count * size };
}

interface Requests {
  readonly source: number;
  readonly target: number;
}

class Stage {
  readonly #lab: Lab;
  readonly #source: WebServer;
  readonly #target: WebServer;
  #folders = 0;

  constructor(lab: Lab, source: WebServer, target: WebServer) {
    this.#lab = lab;
    this.#source = source;
    this.#target = target;
  }

  async rounds(load: Load, runs: number, names: readonly string[]): Promise<Runs> {
    const taken = new Map<string, ClientRun[]>(names.map((name) => [name, []]));
    for (let round = 1; round <= runs; round += 1)
      for (const name of names) {
        const run = await this.#into((folder) => this.#copy(name, load, folder), load);
        taken.get(name)?.push(run);
        const rate =
          load.name === 'small'
            ? `${whole(load.files.length / run.seconds)} files/s`
            : `${whole(load.bytes / MB / run.seconds)} MB/s`;
        console.log(`  round ${round}: ${load.name}: ${name}: ${rate}`);
      }
    return taken;
  }

  /** Both find the same complete target and change nothing. */
  async unchanged(load: Load, runs: number): Promise<Runs> {
    const ours: ClientRun[] = [];
    const peer: ClientRun[] = [];
    await this.#into(async (folder) => {
      const entry = await this.#entry(load, folder, this.#source, this.#target);
      await this.#pass(entry, 'initial', load.files.length);
      for (let round = 1; round <= runs; round += 1) {
        ours.push(await this.#pass(entry, 'delta', 0));
        peer.push(await this.#rclone(load, folder));
        console.log(
          `  round ${round}: no change: ${fixed(ours.at(-1)?.seconds ?? 0, 2)} s, rclone ${fixed(peer.at(-1)?.seconds ?? 0, 2)} s`,
        );
      }
    }, load);
    return new Map([
      [OURS, ours],
      [PEER, peer],
    ]);
  }

  /** Of a pass through proxies that count, which is not timed: a delta pass after it as well. It warms the source. */
  async requests(load: Load): Promise<{ initial: Requests; delta: Requests }> {
    const [source, target] = await Promise.all([startHttpProxy(this.#source), startHttpProxy(this.#target)]);
    try {
      const counted = (): Requests => {
        const found = { source: source.count(), target: target.count() };
        if (process.env.BENCH_LOG !== undefined) console.log(byMethod(source), byMethod(target));
        source.forget();
        target.forget();
        return found;
      };
      return await this.#into(async (folder) => {
        const entry = await this.#entry(load, folder, source, target);
        await this.#pass(entry, 'initial', load.files.length);
        const initial = counted();
        await this.#pass(entry, 'delta', 0);
        return { initial, delta: counted() };
      }, load);
    } finally {
      await Promise.all([source.stop(), target.stop()]);
    }
  }

  async #copy(name: string, load: Load, folder: string): Promise<ClientRun> {
    switch (name) {
      case BARE:
        return runClient(this.#lab.clients.bareWebdav, {
          source: `${this.#source.url}${load.name}/`,
          target: `${this.#target.url}${folder}/`,
          folders: load.folders,
          files: load.files,
          concurrency: CONCURRENCY,
        });
      case OURS:
        return this.#pass(await this.#entry(load, folder, this.#source, this.#target), 'initial', load.files.length);
      default:
        return this.#rclone(load, folder);
    }
  }

  #rclone(load: Load, folder: string): Promise<ClientRun> {
    return runRclone(
      join(this.#lab.folder, 'rclone'),
      `${this.#source.url}${load.name}/`,
      `${this.#target.url}${folder}/`,
    );
  }

  #entry(load: Load, folder: string, source: { url: string }, target: { url: string }): Promise<number> {
    const end = (url: string) => ({ connector: 'webdav', settings: { url }, address: 'user' });
    return this.#lab.books.addEntryBetween(end(`${source.url}${load.name}/`), end(`${target.url}${folder}/`), 'drive');
  }

  async #pass(entry: number, kind: 'initial' | 'delta', created: number): Promise<ClientRun> {
    const pass = await this.#lab.books.queuePass(entry, kind);
    const run = await runPasses(this.#lab, [pass]);
    const found = await this.#lab.books.check(pass);
    if (found.created !== created) throw new Error(`${found.created} of ${created} files were created`);
    return run;
  }

  /** Each copy goes into a folder of its own, is compared, and goes. */
  async #into<T>(copy: (folder: string) => Promise<T>, load: Load): Promise<T> {
    this.#folders += 1;
    const folder = `to${this.#folders}`;
    // By the server: what appears on its disk it sees later.
    const made = await fetch(`${this.#target.url}${folder}/`, {
      method: 'MKCOL',
      headers: { authorization: `Basic ${Buffer.from('user:pw').toString('base64')}` },
    });
    if (!made.ok) throw new Error(`MKCOL ${folder}: ${made.status}`);
    const result = await copy(folder);
    const at = join(this.#target.root, folder);
    await promisify(execFile)('diff', ['-rq', join(this.#source.root, load.name), at]);
    rmSync(at, { recursive: true });
    return result;
  }
}

function byMethod({ requests }: HttpProxy): string {
  const counts = Map.groupBy(requests, (one) => one.split(' ')[0]);
  return [...counts].map(([method, all]) => `${method} ${all.length}`).join(', ');
}
