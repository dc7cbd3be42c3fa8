import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashPoint, SplitOptions } from '@sterna/engine';
import { type Bench, type PassKind, type PassOutcome, passOutcome, queuePass } from '../support/direct-pass.ts';
import { until } from '../support/until.ts';

const NODE = join(import.meta.dirname, '../../node_modules/node/bin/node');

/** How one run of the pass process ends. */
export type Kill =
  /** At the nth time that it reaches this point of the protocol. */
  | { readonly at: CrashPoint; readonly nth: number }
  /** So many milliseconds after it got its database connection. */
  | { readonly afterMs: number }
  /** By the test: it gets the living process and resolves once it killed it. */
  | { readonly by: (child: ChildProcess) => Promise<void>; readonly name: string };

export interface KillReport {
  /** Kills that hit a living process: the operating system says so (exit by SIGKILL). */
  hits: number;
  /** Runs that were over before the kill. */
  missed: number;
  readonly byName: Record<string, number>;
}

export const newReport = (): KillReport => ({ hits: 0, missed: 0, byName: {} });

const nameOf = (kill: Kill): string => ('at' in kill ? kill.at : 'afterMs' in kill ? 'random' : kill.name);

export interface Stage {
  readonly bench: Bench;
  readonly script: string;
  readonly dataDir: string;
  /** Undefined: the embedded server of `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly batch: number;
  readonly leaseSeconds: number;
  /** The processes are workers, which take whatever there is to do and cut a pass of so many objects into shares. */
  readonly split?: SplitOptions;
  readonly report: KillReport;
}

/** Starts the pass process, to die or to stop at a point of the protocol where told. */
export function startPass(
  stage: Stage,
  passId: number,
  at: { readonly kill?: Kill; readonly stop?: { readonly at: CrashPoint; readonly nth: number } } = {},
): ChildProcess {
  const { kill, stop } = at;
  if (over) throw new Error('the stage is closed');
  const child = spawn(NODE, [stage.script], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...(stage.databaseUrl === undefined ? {} : { DATABASE: stage.databaseUrl }),
      DATA_DIR: stage.dataDir,
      PASS: String(passId),
      BATCH: String(stage.batch),
      LEASE_SECONDS: String(stage.leaseSeconds),
      ...(stage.split === undefined ? {} : { SPLIT: `${stage.split.from},${stage.split.size}` }),
      ...(process.env.STERNA_TEST_LOG === undefined ? {} : { STERNA_TEST_LOG: '1' }),
      ...(kill !== undefined && 'at' in kill ? { KILL_POINT: kill.at, KILL_NTH: String(kill.nth) } : {}),
      ...(stop === undefined ? {} : { STOP_POINT: stop.at, STOP_NTH: String(stop.nth) }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

const started = new Set<ChildProcess>();
let over = false;

/**
 * What a failed scenario left running or stopped would keep the test process from its end, and so would the process that
 * it starts next.
 */
export function killLeftovers(): void {
  over = true;
  for (const child of started) child.kill('SIGKILL');
}

type Exit = [code: number | null, signal: NodeJS.Signals | null];
/** Resolves when the process is over. */
export const exitOf = (child: ChildProcess): Promise<Exit> =>
  child.exitCode === null && child.signalCode === null
    ? (once(child, 'exit') as Promise<Exit>)
    : Promise.resolve([child.exitCode, child.signalCode]);

/** Resolves when the process runs its pass, or is over. */
export const untilReady = (child: ChildProcess): Promise<unknown> =>
  Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), exitOf(child)]);

// The state is the first field behind the name, which may hold blanks.
export const isStopped = (pid: number | undefined): boolean =>
  /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));

/** Resolves when the process has stopped itself. */
export async function untilStopped(child: ChildProcess): Promise<void> {
  await until(`process ${child.pid} stops`, () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the pass process ended (${child.exitCode ?? child.signalCode}) instead of stopping`);
    return isStopped(child.pid);
  });
}

/** Kills a process that must be alive. */
export async function killLiving(stage: Stage, child: ChildProcess, name: string): Promise<void> {
  const exit = exitOf(child);
  child.kill('SIGKILL');
  const [code, signal] = await exit;
  if (signal !== 'SIGKILL') throw new Error(`the pass process was over (${code ?? signal}) before its kill (${name})`);
  count(stage.report, name);
}

/** Resolves with `moment`; rejects where the process is over before, since then nothing would ever come. */
export const whileAlive = <T>(child: ChildProcess, moment: Promise<T>, what: string): Promise<T> =>
  Promise.race([
    moment,
    exitOf(child).then(([code, signal]): never => {
      throw new Error(`the pass process was over (${code ?? signal}) before ${what}`);
    }),
  ]);

/** Lets a process end by itself. */
export async function untilOver(child: ChildProcess, what: string): Promise<void> {
  const [code, signal] = await exitOf(child);
  if (code !== 0) throw new Error(`${what} ended with ${code ?? signal}`);
}

export function count(report: KillReport, name: string): void {
  report.hits += 1;
  report.byName[name] = (report.byName[name] ?? 0) + 1;
}

/** @returns true if the process died of SIGKILL, false if it ended its pass first */
export async function runAndKill(stage: Stage, passId: number, kill: Kill): Promise<boolean> {
  const child = startPass(stage, passId, { kill });
  const exit = exitOf(child);
  if ('afterMs' in kill) {
    await untilReady(child);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, kill.afterMs)), exit]);
    child.kill('SIGKILL');
  } else if ('by' in kill) {
    await Promise.race([kill.by(child), exit]);
  }
  const [code, signal] = await exit;
  if (signal === 'SIGKILL') {
    count(stage.report, nameOf(kill));
    return true;
  }
  if (code !== 0) throw new Error(`the pass process ended with ${code ?? signal} (${nameOf(kill)})`);
  stage.report.missed += 1;
  return false;
}

/** Queues a pass, kills its process again and again as told, then lets it end. */
export async function passWithKills(
  stage: Stage,
  entryId: number,
  kind: PassKind,
  kills: Iterable<Kill>,
  settings: object = {},
): Promise<PassOutcome> {
  const passId = await queuePass(stage.bench, entryId, kind, settings);
  for (const kill of kills) if (!(await runAndKill(stage, passId, kill))) break;
  await finishPass(stage, passId);
  return passOutcome(stage.bench, passId);
}

/** As an administrator asks for it: whoever has the pass hears of it, and whoever takes it over from a dead one. */
export async function askToStop(stage: Stage, passId: number): Promise<void> {
  await stage.bench.database.pool.query('update pass set stop_requested = true where id = $1', [passId]);
}

export const finishPass = (stage: Stage, passId: number): Promise<void> =>
  untilOver(startPass(stage, passId), `the last run of pass ${passId}`);
