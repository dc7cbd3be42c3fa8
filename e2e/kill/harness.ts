import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CrashPoint } from '@sterna/engine';
import { type Bench, type PassKind, type PassOutcome, passOutcome, queuePass } from '../support/direct-pass.ts';

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
  readonly databaseUrl: string;
  readonly batch: number;
  readonly leaseSeconds: number;
  readonly report: KillReport;
}

/** Starts the pass process. */
export function startPass(stage: Stage, passId: number, kill?: Kill): ChildProcess {
  return spawn(NODE, [stage.script], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE: stage.databaseUrl,
      DATA_DIR: stage.dataDir,
      PASS: String(passId),
      BATCH: String(stage.batch),
      LEASE_SECONDS: String(stage.leaseSeconds),
      ...(process.env.STERNA_TEST_LOG === undefined ? {} : { STERNA_TEST_LOG: '1' }),
      ...(kill !== undefined && 'at' in kill ? { KILL_POINT: kill.at, KILL_NTH: String(kill.nth) } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** @returns true if the process died of SIGKILL, false if it ended its pass first */
async function runAndKill(stage: Stage, passId: number, kill: Kill): Promise<boolean> {
  const child = startPass(stage, passId, kill);
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const ready = Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, 'data'), exit]);
  if ('afterMs' in kill) {
    await ready;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, kill.afterMs)), exit]);
    child.kill('SIGKILL');
  } else if ('by' in kill) {
    await ready;
    await Promise.race([kill.by(child), exit]);
  }
  const [code, signal] = await exit;
  if (signal === 'SIGKILL') {
    stage.report.hits += 1;
    stage.report.byName[nameOf(kill)] = (stage.report.byName[nameOf(kill)] ?? 0) + 1;
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

export async function finishPass(stage: Stage, passId: number): Promise<void> {
  const child = startPass(stage, passId);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`the last run of pass ${passId} ended with ${code ?? signal}`);
}
