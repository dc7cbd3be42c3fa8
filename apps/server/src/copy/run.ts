import { connectors } from '@sterna/connectors';
import {
  type AccessBooks,
  type Books,
  balances,
  EMPTY_BOOKS,
  kindsOn,
  migrated,
  type Settings,
  SternaError,
  settingsFingerprint,
} from '@sterna/core';
import {
  type DryRunResult,
  type EngineDependencies,
  type PassBooks,
  type ProgressSnapshot,
  runPassHere,
  type VerifyResult,
} from '@sterna/engine';
import { migrate, openDatabase, openSecrets } from '@sterna/store';
import type { CopyEndpoint } from './endpoint.ts';
import { lockPair } from './pair-lock.ts';
import {
  abandonPass,
  bytesWritten,
  type CopyFailure,
  expireLeases,
  openPair,
  queuePass,
  readFailures,
  readPass,
  wakePass,
  withCredentials,
  writes,
} from './pair-store.ts';

export interface CopyHooks {
  readonly onStart?: (pass: { kind: 'initial' | 'delta' | 'verify' | 'dry-run'; resumed: boolean }) => void;
  readonly onProgress?: (progress: ProgressSnapshot) => void;
  /** It waits, why, and until when. */
  readonly onPause?: (detail: string, resumeAt: Date) => void;
  /** Out of the ordinary, for a person's eyes. */
  readonly onNotice?: (text: string) => void;
  /** Aborting lets what is in flight settle; the next run goes on from there. */
  readonly signal?: AbortSignal;
}

export interface CopyRequest extends CopyHooks {
  readonly source: CopyEndpoint;
  readonly target: CopyEndpoint;
  readonly settings: Settings;
  /** Holds the state of any number of pairs. */
  readonly stateDir: string;
  readonly verify: boolean;
}

/** The books of one run. */
export interface CopyResult extends Books {
  readonly pass: 'initial' | 'delta';
  readonly migrated: number;
  readonly balanced: boolean;
  readonly bytes: number;
  readonly seconds: number;
  readonly failures: readonly CopyFailure[];
  /** Rights of files and folders, where they were brought. */
  readonly access?: AccessBooks;
  readonly verify?: VerifyResult;
  readonly containers: PassBooks['containers'];
}

/** Failures in the result; the counts are always whole. */
const MOST_FAILURES = 1_000;
/** Waits without any progress in between before a run gives up; the next run goes on. */
const MOST_WAITS = 5;

/**
 * Copies one mailbox through the engine, in this process: the first time an initial pass, then delta passes. An
 * interrupted run goes on where it was.
 *
 * @throws SternaError what ended the pass; `interrupted` after an abort
 */
export const runCopy = (request: CopyRequest): Promise<CopyResult> =>
  withPair(request, (deps, entryId) => runPair(request, deps, entryId));

/** What a copy would do now: the same pass with writes blocked. */
export interface CopyForecast extends DryRunResult {
  readonly seconds: number;
}

/**
 * Runs a copy dry. The state folder remembers nothing of it but what it found.
 *
 * @throws SternaError config `copy-interrupted`; what ended the pass; `interrupted` after an abort
 */
export const forecastCopy = (request: Omit<CopyRequest, 'verify'>): Promise<CopyForecast> =>
  withPair(request, (deps, entryId) => forecastPair(request, deps, entryId));

type PairRequest = Omit<CopyRequest, 'verify'>;

/** With everything open, and the pair's lock held. */
async function withPair<T>(
  request: PairRequest,
  work: (deps: EngineDependencies, entryId: number) => Promise<T>,
): Promise<T> {
  refuseNothingToCopy(request);
  const database = await openDatabase({
    dataDir: request.stateDir,
    applicationName: 'sterna copy',
    maxConnections: 6,
    ...(request.onNotice === undefined ? {} : { onNotice: request.onNotice }),
  });
  try {
    await migrate(database.pool);
    const secrets = await openSecrets({ dataDir: request.stateDir });
    const pair = await openPair(database.pool, request.source, request.target);
    const lock = await lockPair(database.pool, pair.entryId);
    try {
      const deps: EngineDependencies = {
        pool: database.pool,
        secrets: withCredentials(secrets, pair.entryId, request.source, request.target),
        connectors,
        log: () => {},
      };
      return await work(deps, pair.entryId);
    } finally {
      await lock.release();
    }
  } finally {
    await database.close();
  }
}

/** Kinds that are wanted, and that both systems know. */
function refuseNothingToCopy({ source, target, settings }: PairRequest): void {
  const wanted = kindsOn(settings);
  const both = source.connector.kinds.filter((kind) => target.connector.kinds.includes(kind));
  if (both.some((kind) => wanted.includes(kind))) return;
  if (both.length === 0)
    throw new SternaError(
      'config',
      'kind-not-held',
      `There is nothing to copy: ${source.label} has ${inWords(source)}, ${target.label} holds ${inWords(target)}.`,
      { field: 'target', fix: 'Name a target that holds what the source has.' },
    );
  throw new SternaError(
    'config',
    'kinds-all-off',
    `There is nothing to copy: between these two only ${both.join(', ') || 'nothing'} can be, and that is switched off.`,
    {
      field: '--kinds',
      fix: `Leave --kinds out, or include ${both.join(' or ') || 'a kind that both know'}.`,
    },
  );
}

const inWords = ({ connector }: CopyEndpoint): string => connector.kinds.map((kind) => `${kind}s`).join(', ');

/** With the pair's lock held. */
async function runPair(request: CopyRequest, deps: EngineDependencies, entryId: number): Promise<CopyResult> {
  const { pool } = deps;
  await expireLeases(pool, entryId);
  // Read again: what another run left may have changed until the lock was ours.
  const { interrupted, migrated: before } = await openPair(pool, request.source, request.target);
  const resumes =
    interrupted !== undefined &&
    writes(interrupted.kind) &&
    interrupted.settingsVersion === settingsFingerprint(request.settings);
  if (interrupted !== undefined && !resumes) await abandonPass(pool, interrupted.passId);
  const kind = resumes ? (interrupted.kind as 'initial' | 'delta') : before ? 'delta' : 'initial';
  const passId = resumes ? interrupted.passId : await queuePass(pool, entryId, kind, request.settings);
  await wakePass(pool, passId);
  request.onStart?.({ kind, resumed: resumes });
  await runToEnd(request, deps, passId);
  const pass = await readPass(pool, passId);
  if (pass.books === null || pass.books === undefined) throw errorOf(pass.error);
  const result = await resultOf(deps, entryId, passId, resumes);
  return request.verify ? { ...result, verify: await verify(request, deps, entryId) } : result;
}

async function forecastPair(request: PairRequest, deps: EngineDependencies, entryId: number): Promise<CopyForecast> {
  const { pool } = deps;
  await expireLeases(pool, entryId);
  const { interrupted } = await openPair(pool, request.source, request.target);
  if (interrupted !== undefined && writes(interrupted.kind))
    throw new SternaError(
      'config',
      'copy-interrupted',
      'A copy of this pair was interrupted, and is not settled yet.',
      {
        field: '--dry-run',
        fix: 'Let it end first: run the same command without --dry-run.',
      },
    );
  if (interrupted !== undefined) await abandonPass(pool, interrupted.passId);
  const pass = await lookOn(request, { deps, entryId, kind: 'dry-run', settings: request.settings });
  return { ...(pass.result as DryRunResult), seconds: Math.round(pass.activeSeconds * 1000) / 1000 };
}

async function verify(request: CopyRequest, deps: EngineDependencies, entryId: number): Promise<VerifyResult> {
  const settings: Settings = { ...request.settings, verifyDepth: 'content' };
  return (await lookOn(request, { deps, entryId, kind: 'verify', settings })).result as VerifyResult;
}

/** A pass that only looks, to its end. @throws SternaError what ended it without a result */
async function lookOn(
  request: PairRequest,
  look: {
    readonly deps: EngineDependencies;
    readonly entryId: number;
    readonly kind: 'dry-run' | 'verify';
    readonly settings: Settings;
  },
): ReturnType<typeof readPass> {
  const { deps, entryId, kind, settings } = look;
  const passId = await queuePass(deps.pool, entryId, kind, settings);
  request.onStart?.({ kind, resumed: false });
  await runToEnd(request, deps, passId);
  const pass = await readPass(deps.pool, passId);
  if (pass.result === null || pass.result === undefined) throw errorOf(pass.error);
  return pass;
}

/**
 * Runs a pass until it is over. A system that can't be reached when nothing was done yet is an error at once: the
 * person is here, and a typo in a host name looks just like an outage. In the middle of the work outages are waited for.
 */
async function runToEnd(request: PairRequest, deps: EngineDependencies, passId: number): Promise<void> {
  let done = 0;
  let waits = 0;
  for (;;) {
    const attempt = new AbortController();
    const interrupt = (): void => attempt.abort();
    request.signal?.addEventListener('abort', interrupt, { once: true });
    if (request.signal?.aborted === true) attempt.abort();
    let paused: { detail: string; resumeAt: Date } | undefined;
    const status = await runPassHere(deps, passId, {
      signal: attempt.signal,
      onProgress: (progress) => {
        if (progress.objects > done) waits = 0;
        done = Math.max(done, progress.objects);
        request.onProgress?.(progress.snapshot());
      },
      onPause: (detail, resumeAt) => {
        paused = { detail, resumeAt };
        attempt.abort();
      },
    });
    request.signal?.removeEventListener('abort', interrupt);
    if (status !== 'interrupted') return;
    if (request.signal?.aborted === true || paused === undefined) throw interrupted();
    waits += 1;
    const error = errorOf((await readPass(deps.pool, passId)).error);
    if ((error.class !== 'throttled' && done === 0) || waits > MOST_WAITS) throw error;
    request.onPause?.(paused.detail, paused.resumeAt);
    await until(paused.resumeAt, request.signal);
  }
}

const interrupted = (): SternaError =>
  new SternaError('config', 'interrupted', 'Interrupted. Nothing is lost: the same command goes on from here.');

function until(time: Date, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, time.getTime() - Date.now()));
    signal?.addEventListener('abort', end, { once: true });
  });
}

async function resultOf(
  deps: EngineDependencies,
  entryId: number,
  passId: number,
  resumed: boolean,
): Promise<CopyResult> {
  const pass = await readPass(deps.pool, passId);
  const books = pass.result as PassBooks;
  const total = { ...EMPTY_BOOKS, ...books.total };
  return {
    pass: pass.kind as 'initial' | 'delta',
    // In the order in which people read books; `total` then fills in the states.
    ...{ seen: 0, migrated: migrated(total) },
    ...total,
    balanced: books.balanced && balances(total),
    // A run that was killed took the last second of its progress with it; the ledger knows all of it.
    bytes: resumed ? await bytesWritten(deps.pool, entryId, pass.number) : (pass.progress.bytes ?? 0),
    seconds: Math.round(pass.activeSeconds * 1000) / 1000,
    ...(books.access === undefined ? {} : { access: books.access }),
    failures: await readFailures(deps.pool, entryId, pass.number, MOST_FAILURES),
    containers: books.containers,
  };
}

/** The error that the engine wrote down, thrown again. */
function errorOf(stored: unknown): SternaError {
  const error = (stored ?? {}) as {
    code?: string;
    class?: SternaError['class'];
    message?: string;
    fix?: string;
    field?: string;
  };
  return new SternaError(
    error.class ?? 'bug',
    error.code ?? 'pass-failed',
    error.message ?? 'The pass failed without saying why.',
    {
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.field === undefined ? {} : { field: error.field }),
    },
  );
}
