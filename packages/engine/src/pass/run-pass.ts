import type { Connector, Credentials, PlaceRequest, ProvisionLine, Session } from '@sterna/connector-kit';
import {
  asSternaError,
  type ContentKind,
  type ItemType,
  kindsOf,
  type LicenseTier,
  type MappingLookup,
  mappingLookup,
  SternaError,
  thawSettings,
} from '@sterna/core';
import {
  type Claim,
  endPass,
  entryPurpose,
  kindOf,
  LeaseLost,
  type PassEnd,
  type Secrets,
  systemPurpose,
} from '@sterna/store';
import type { Pool } from 'pg';
import type { AsideFolder } from '../aside-folder.ts';
import { audit } from './audit.ts';
import { ContainerBooks, type CrashPoint, type PassContext } from './context.ts';
import { dryRun } from './dry-run.ts';
import { freezeTarget, removeFrozen } from './empty.ts';
import { type PassControl, PassInterrupted } from './interruption.ts';
import { migrate, verdict } from './migrate.ts';
import { passSettings, TRIAL_BYTES, TRIAL_OBJECTS } from './pass-settings.ts';
import { licenseLine, type PreprocessResult, preprocess, preprocessResult } from './preprocess.ts';
import { Progress } from './progress.ts';
import { onSide, type Side, sidedSession } from './side.ts';
import { undoPass } from './undo.ts';
import { verify } from './verify.ts';

/** What the engine needs of the rest: ports, never a concrete connector. */
export interface EngineDependencies {
  readonly pool: Pool;
  readonly secrets: Secrets;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Where passes put aside what they overwrite; without it, they don't. */
  readonly aside?: AsideFolder;
  readonly reached?: (point: CrashPoint) => void | Promise<void>;
  readonly log: (event: Record<string, unknown>) => void;
}

interface EntryRoute {
  readonly settings: unknown;
  readonly tier: LicenseTier;
  readonly itemType: ItemType;
  readonly kinds: readonly ContentKind[];
  readonly progress: object;
  readonly attempts: number;
  readonly source: Route;
  readonly target: Route;
}

interface Route {
  readonly connector: Connector;
  readonly systemId: number;
  readonly settings: unknown;
  readonly systemCredentials: Credentials;
  readonly address: string;
  readonly credentials: Credentials | undefined;
}

/** Runs one claimed pass to its end or its next pause, and writes down which. Throws only LeaseLost and database errors. */
export async function runPass(
  deps: EngineDependencies,
  claim: Claim,
  control: PassControl,
  progressOut: (p: Progress) => void,
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
    const placeOf = (side: Side): PlaceRequest => {
      const { settings, systemCredentials, address, credentials } = route[side];
      return {
        system: { settings, credentials: systemCredentials },
        address,
        ...(credentials === undefined ? {} : { credentials }),
        itemType: route.itemType,
        signal: control.signal,
        observe: (event) => {
          if (event.type === 'throttled') progress.throttledUntil = event.retryAt;
          deps.log({ entry: claim.entryId, pass: claim.passId, ...event });
        },
      };
    };
    if (claim.kind === 'preprocess') {
      const sided = (side: Side) => ({ connector: route[side].connector, request: placeOf(side) });
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
    const open = async (side: Side): Promise<Session> => {
      const session = await route[side].connector.open({
        ...placeOf(side),
        kinds: route.kinds,
        role: side === 'source' ? 'read' : 'write',
        installation: deps.secrets.installation.id,
      });
      sessions.push(session);
      return sidedSession(session, side);
    };
    const [source, target] = await both(open('source'), open('target'));
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
    const frozen = thawSettings(route.settings);
    const settings = passSettings(frozen.settings, route.tier, frozen.retryOnly);
    const context: PassContext = {
      pool: deps.pool,
      claim,
      stampKey: deps.secrets.installation.stampKey,
      settings,
      aside: deps.aside,
      mapping: await loadMapping(deps.pool, claim.entryId),
      source,
      target,
      control,
      progress,
      sourceContainers: new ContainerBooks(),
      targetContainers: new ContainerBooks(),
      writtenTargets: new Set(),
      movedFrom: new Set(),
      trial: route.tier === 'trial' ? await trialLeft(deps.pool, claim.entryId) : undefined,
      reached: deps.reached ?? (() => {}),
    };
    end = await outcome(context, route.settings, progress);
    await target.release?.();
    await Promise.all(sessions.map((session) => session.close().catch(() => session.destroy())));
  } catch (thrown) {
    const isOurs = !(thrown instanceof LeaseLost) && !control.signal.aborted;
    // Who has the lease now gives it back; the reason why this pass ends says more than a failure to.
    if (isOurs) await Promise.allSettled(sessions.map((session) => session.release?.()));
    for (const session of sessions) session.destroy();
    if (!isOurs) throw thrown;
    end = endOf(thrown, progress, attempts, claim.kind);
    if (lines.length > 0) end = { ...end, result: preprocessResult(lines) };
    if (isDatabaseError(thrown)) throw thrown;
  }
  return endPass(deps.pool, claim, end);
}

/** Waits for both, so that none is left behind unseen where the other fails. */
async function both(source: Promise<Session>, target: Promise<Session>): Promise<[source: Session, target: Session]> {
  const [from, to] = await Promise.allSettled([source, target]);
  if (from.status === 'rejected') throw onSide(from.reason, 'source');
  if (to.status === 'rejected') throw onSide(to.reason, 'target');
  return [from.value, to.value];
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
      throw new SternaError('bug', 'internal', 'A preprocess opens no session.');
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

async function loadMapping(pool: Pool, entryId: number): Promise<MappingLookup> {
  const { rows } = await pool.query(
    `select m.source, m.target, m.kind from mapping m join entry e on e.project_id = m.project_id where e.id = $1`,
    [entryId],
  );
  return mappingLookup(rows);
}

async function loadRoute(deps: EngineDependencies, claim: Claim): Promise<EntryRoute> {
  const { rows } = await deps.pool.query(
    `select p.settings, p.progress, p.attempts, e.purpose, e.item_type, e.organization_id,
            e.source_address, e.target_address, e.sealed_source_credentials, e.sealed_target_credentials,
            s.id as s_id, s.connector as s_connector, s.settings as s_settings, s.sealed_credentials as s_sealed,
            t.id as t_id, t.connector as t_connector, t.settings as t_settings, t.sealed_credentials as t_sealed,
            (select array_agg(b.data->>'tier') from license_event b where b.entry_id = e.id and b.kind = 'burn') as tiers
       from pass p join entry e on e.id = p.entry_id
       join system s on s.id = e.source_system_id join system t on t.id = e.target_system_id
      where p.id = $1`,
    [claim.passId],
  );
  const row = rows[0];
  const tiers: string[] = row.tiers ?? [];
  // The license is checked where it matters: an entry never runs unburned, however its pass came to be queued.
  if (row.purpose === 'migration' && (claim.kind === 'initial' || claim.kind === 'delta') && tiers.length === 0)
    throw new SternaError(
      'bug',
      'license-not-burned',
      'This pass was queued without a burned license and does not run.',
    );
  const side = (prefix: 's' | 't', address: string, sealed: Buffer | null, purpose: string): Route => {
    const connector = deps.connectors.get(row[`${prefix}_connector`]);
    if (connector === undefined)
      throw new SternaError('config', 'connector-unknown', `There is no connector ${row[`${prefix}_connector`]}.`);
    const systemId = Number(row[`${prefix}_id`]);
    const systemSealed: Buffer | null = row[`${prefix}_sealed`];
    return {
      connector,
      systemId,
      settings: row[`${prefix}_settings`],
      systemCredentials:
        systemSealed === null ? {} : (deps.secrets.unsealJson(systemPurpose(systemId), systemSealed) as Credentials),
      address,
      credentials: sealed === null ? undefined : (deps.secrets.unsealJson(purpose, sealed) as Credentials),
    };
  };
  return {
    settings: row.settings,
    tier: tiers.length === 0 || tiers.includes('standard') ? 'standard' : 'trial',
    itemType: row.item_type,
    kinds: kindsOf(row.item_type),
    progress: row.progress,
    attempts: row.attempts,
    source: side('s', row.source_address, row.sealed_source_credentials, entryPurpose(claim.entryId, 'source')),
    target: side('t', row.target_address, row.sealed_target_credentials, entryPurpose(claim.entryId, 'target')),
  };
}
