import type { Finished, ProvisionLine, Session } from '@sterna/connector-kit';
import { asSternaError, type ContentKind, SternaError, thawSettings } from '@sterna/core';
import { type Claim, endPass, kindOf, LeaseLost, movesEntry, type PassEnd } from '@sterna/store';
import type { Pool } from 'pg';
import { audit } from './audit.ts';
import type { PassContext, SplitOptions } from './context.ts';
import { dryRun } from './dry-run.ts';
import { freezeTarget, removeFrozen } from './empty.ts';
import { finish, finishedInWords, inNames } from './finish.ts';
import { type PassControl, PassInterrupted } from './interruption.ts';
import { migrate, verdict } from './migrate.ts';
import {
  contextOf,
  type EngineDependencies,
  loadMapping,
  loadRoute,
  openBoth,
  openSide,
  placeIn,
} from './open-entry.ts';
import { TRIAL_BYTES, TRIAL_OBJECTS } from './pass-settings.ts';
import { licenseLine, type PreprocessResult, preprocess, preprocessResult } from './preprocess.ts';
import { Progress } from './progress.ts';
import { onSide, type Side } from './side.ts';
import { undoPass } from './undo.ts';
import { verify } from './verify.ts';

/**
 * Runs one claimed pass to its end or its next pause, and writes down which. Throws only LeaseLost and database errors.
 *
 * @param split Where it is huge, other workers may take shares of it
 */
export async function runPass(
  deps: EngineDependencies,
  claim: Claim,
  control: PassControl,
  progressOut: (p: Progress) => void,
  split?: SplitOptions,
): Promise<PassEnd['status']> {
  let progress = new Progress();
  let end: PassEnd;
  let attempts = 1;
  const sessions: Session[] = [];
  const lines: ProvisionLine[] = [];
  try {
    const route = await loadRoute(deps, claim);
    attempts = route.attempts;
    progress = new Progress(route.progress);
    progressOut(progress);
    if (claim.kind === 'preprocess') {
      const sided = (side: Side) => ({
        connector: route[side].connector,
        request: placeIn(deps, claim, route, side, { control, progress }),
      });
      const license = await licenseLine(deps.pool, claim.entryId);
      if (license !== undefined) lines.push(license);
      await preprocess({
        source: sided('source'),
        target: sided('target'),
        mapping: await loadMapping(deps.pool, claim.entryId),
        lines,
        control,
        progress,
      });
      return endPass(deps.pool, claim, preprocessEnd(preprocessResult(lines), progress));
    }
    if (claim.kind === 'finish') {
      const run = { control, progress, kinds: route.kinds };
      const target = await openSide(deps, claim, route, 'target', run, sessions).catch((thrown) => {
        throw onSide(thrown, 'target');
      });
      end = finishEnd(await finish(deps.pool, claim.entryId, target), progress);
      await target.close();
      return endPass(deps.pool, claim, end);
    }
    const [source, target] = await openBoth(deps, claim, route, { control, progress, kinds: route.kinds }, sessions);
    if (source.identity === target.identity) {
      throw new SternaError('config', 'target-is-source', `The target is the source: ${source.identity}.`, {
        field: 'targetAddress',
        fix: 'Give the entry another target address.',
      });
    }
    if (isOneWithinTheOther(source, target))
      throw new SternaError(
        'config',
        'target-within-source',
        `One of source and target lies within the other: ${source.identity}, ${target.identity}.`,
        { field: 'targetAddress', fix: 'Give the entry a target address outside of the source.' },
      );
    const trial = route.tier === 'trial' ? await trialLeft(deps.pool, claim.entryId) : undefined;
    const context = await contextOf(deps, claim, route, { source, target, control, progress, trial, split });
    end = await outcome(context, route.settings, progress);
    await target.release?.(
      movesEntry(claim.kind) && end.status !== 'failed',
      inNames(context.targetContainers.values()),
    );
    await Promise.all(sessions.map((session) => session.close().catch(() => session.destroy())));
  } catch (thrown) {
    const isOurs = !(thrown instanceof LeaseLost) && !control.signal.aborted;
    // Who has the lease now gives it back; the reason why this pass ends says more than a failure to.
    if (isOurs) await Promise.allSettled(sessions.map((session) => session.release?.(false)));
    for (const session of sessions) session.destroy();
    if (!isOurs) throw thrown;
    end = endOf(thrown, progress, attempts, claim.kind);
    if (lines.length > 0) end = { ...end, result: preprocessResult(lines) };
    if (isDatabaseError(thrown)) throw thrown;
  }
  return endPass(deps.pool, claim, end);
}

/** Drives are trees: one within another would be copied into itself, pass after pass, and emptied with it. */
function isOneWithinTheOther(one: Session, other: Session): boolean {
  if (![one, other].every(({ capabilities }) => capabilities.kinds.includes('file'))) return false;
  const [outer, inner] = [one, other]
    .map(({ identity }) => (identity.endsWith('/') ? identity : `${identity}/`))
    .sort((a, b) => a.length - b.length) as [string, string];
  return inner.startsWith(outer);
}

async function outcome(context: PassContext, settings: unknown, progress: Progress): Promise<PassEnd> {
  const common = () => ({ activeSeconds: progress.activeSeconds, progress: progress.snapshot() });
  switch (context.claim.kind) {
    case 'initial':
    case 'delta': {
      const books = await migrate(context);
      progress.phase = 'done';
      progress.container = undefined;
      if (!books.balanced) {
        const error = unbalancedError(books);
        return {
          status: 'failed',
          detail: error.message,
          error: errorJson(error),
          books: books.total,
          result: books,
          ...common(),
        };
      }
      const status = verdict(books);
      const detail = status === 'completed' ? undefined : failuresInWords(books.total);
      return { status, ...(detail === undefined ? {} : { detail }), books: books.total, result: books, ...common() };
    }
    case 'preprocess':
    case 'finish':
      throw new SternaError('bug', 'internal', `A ${context.claim.kind} doesn't open both sides.`);
    case 'audit':
      return { status: 'completed', result: await audit(context), ...common() };
    case 'dry-run': {
      const result = await dryRun(context);
      return { status: result.objects.refuse > 0 ? 'completed with failures' : 'completed', result, ...common() };
    }
    case 'verify': {
      const result = await verify(context);
      return { status: result.ok ? 'completed' : 'completed with failures', result, ...common() };
    }
    case 'undo': {
      const { undo } = thawSettings(settings);
      if (undo === undefined) throw new SternaError('bug', 'internal', 'An undo without a pass to be undone.');
      const result = await undoPass(context, undo);
      const refused = result.refused + result.overwritten.refused;
      return { status: refused > 0 ? 'completed with failures' : 'completed', result, ...common() };
    }
    case 'empty': {
      const mode = (settings as { empty?: string }).empty;
      const result = mode === 'remove' ? await removeFrozen(context) : await freezeTarget(context);
      return { status: 'completed', result, ...common() };
    }
  }
}

function preprocessEnd(result: PreprocessResult, progress: Progress): PassEnd {
  progress.phase = 'done';
  progress.container = undefined;
  const left = [
    result.failed > 0 ? `${result.failed} failed` : '',
    result.missing > 0 ? `${result.missing} missing` : '',
  ].filter((part) => part !== '');
  return {
    status: left.length === 0 ? 'completed' : 'completed with failures',
    ...(left.length === 0 ? {} : { detail: left.join(', ') }),
    result,
    activeSeconds: progress.activeSeconds,
    progress: progress.snapshot(),
  };
}

function finishEnd(result: Finished, progress: Progress): PassEnd {
  progress.phase = 'done';
  const detail = finishedInWords(result);
  return {
    status: detail === undefined ? 'completed' : 'completed with failures',
    ...(detail === undefined ? {} : { detail }),
    result,
    activeSeconds: progress.activeSeconds,
    progress: progress.snapshot(),
  };
}

const failuresInWords = (total: { failed: number; uncertain: number }): string =>
  [total.failed > 0 ? `${total.failed} failed` : '', total.uncertain > 0 ? `${total.uncertain} uncertain` : '']
    .filter((part) => part !== '')
    .join(', ');

function unbalancedError(books: Parameters<typeof verdict>[0]): SternaError {
  try {
    verdict(books);
  } catch (error) {
    return asSternaError(error);
  }
  return new SternaError('bug', 'unbalanced', 'The books don’t balance.');
}

/** Waits between attempts of a pass that lost its system: 5 s, doubled up to 15 minutes. */
const outageWait = (attempts: number): number => Math.min(15 * 60, 5 * 2 ** Math.min(attempts - 1, 10)) * 1_000;

function endOf(thrown: unknown, progress: Progress, attempts: number, kind: Claim['kind']): PassEnd {
  const common = { activeSeconds: progress.activeSeconds, progress: progress.snapshot() };
  if (thrown instanceof PassInterrupted) {
    return thrown.why === 'stop'
      ? { status: 'stopped', detail: 'Stopped by request.', ...common }
      : { status: 'queued', ...common };
  }
  const error = asSternaError(thrown);
  const mayWait = kind !== 'audit' || error.class === 'throttled';
  if (error.class === 'throttled' || (error.class === 'transient' && mayWait)) {
    const resumeAt = error.retryAt ?? new Date(Date.now() + outageWait(attempts));
    const { side } = error.details;
    // One full mailbox is no reason to leave the others of its system alone.
    const isSystemWide = error.class === 'throttled' && error.details.scope !== 'mailbox';
    const throttledSystem =
      isSystemWide && (side === 'source' || side === 'target') ? { side, until: resumeAt } : undefined;
    return {
      status: 'pending',
      detail: error.message,
      resumeAt,
      error: errorJson(error),
      ...(throttledSystem === undefined
        ? {}
        : { throttledSystem: throttledSystem as { side: 'source' | 'target'; until: Date } }),
      ...common,
    };
  }
  return { status: 'failed', detail: error.message, error: errorJson(error), ...common };
}

export const errorJson = (error: SternaError) => ({
  code: error.code,
  class: error.class,
  message: error.message,
  ...(error.fix === undefined ? {} : { fix: error.fix }),
  ...(error.field === undefined ? {} : { field: error.field }),
  ...(error.details.side === undefined ? {} : { side: error.details.side }),
  ...(error.details.scope === undefined ? {} : { scope: error.details.scope }),
  ...(error.class === 'bug' && error.cause instanceof Error ? { stack: error.cause.stack?.slice(0, 4_000) } : {}),
});

/** Errors of PostgreSQL or of the connection to it: nothing can be written down now; another claim goes on. */
export function isDatabaseError(thrown: unknown): boolean {
  if (thrown instanceof SternaError) return false;
  const error = thrown as { code?: unknown; severity?: unknown; message?: unknown };
  const code = typeof error?.code === 'string' ? error.code : '';
  return (
    /^(57P0[1-5]|08\w{3}|53\w{3}|25006)$/.test(code) ||
    ((code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'ENOENT' || code === 'EPIPE') &&
      error.severity === undefined) ||
    /Connection terminated|Client has encountered a connection error|not queryable|timeout exceeded when trying to connect/i.test(
      String(error?.message ?? ''),
    )
  );
}

/** Ten objects of each kind, planned ones included; the bytes are one sum. */
async function trialLeft(
  pool: Pool,
  entryId: number,
): Promise<{ objectsLeft: Map<ContentKind, number>; bytesLeft: number }> {
  const { rows } = await pool.query(
    `select kind, sum(objects)::int as objects, sum(bytes)::float8 as bytes from (
       select kind, count(*) as objects, coalesce(sum(size), 0) as bytes from ledger
        where entry_id = $1 and target_id is not null group by kind
       union all
       select c.kind, count(*), 0 from todo t
         join container c on c.entry_id = t.entry_id and c.side = 0 and c.id = t.container
        where t.entry_id = $1 and t.verb = 1 group by c.kind) as used(kind, objects, bytes)
      group by kind`,
    [entryId],
  );
  return {
    objectsLeft: new Map(rows.map((row) => [kindOf(row.kind), TRIAL_OBJECTS - row.objects])),
    bytesLeft: TRIAL_BYTES - rows.reduce((sum, row) => sum + row.bytes, 0),
  };
}
