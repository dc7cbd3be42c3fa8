import type { Connector, Credentials, PlaceRequest, Session } from '@sterna/connector-kit';
import {
  type ContentKind,
  type ItemType,
  kindsOf,
  type LicenseTier,
  type MappingLookup,
  mappingLookup,
  SternaError,
  thawSettings,
} from '@sterna/core';
import { type Claim, entryPurpose, movesEntry, type Secrets, systemPurpose } from '@sterna/store';
import type { Pool } from 'pg';
import type { AsideFolder } from '../aside-folder.ts';
import { ContainerBooks, type CrashPoint, type PassContext } from './context.ts';
import type { PassControl } from './interruption.ts';
import { passSettings } from './pass-settings.ts';
import type { Progress } from './progress.ts';
import { onSide, type Side, sidedSession } from './side.ts';

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

/** What an entry's passes need to know of it. */
export interface EntryRoute {
  readonly settings: unknown;
  readonly tier: LicenseTier;
  readonly itemType: ItemType;
  readonly kinds: readonly ContentKind[];
  readonly progress: object;
  readonly attempts: number;
  readonly inventoryDue: boolean;
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

/** How the endpoint of one side is reached. */
export function placeIn(
  deps: EngineDependencies,
  claim: Claim,
  route: EntryRoute,
  side: Side,
  { control, progress }: { readonly control: PassControl; readonly progress: Progress },
): PlaceRequest {
  const { settings, systemCredentials, address, credentials } = route[side];
  return {
    system: { settings, credentials: systemCredentials },
    address,
    ...(credentials === undefined ? {} : { credentials }),
    itemType: route.itemType,
    signal: control.signal,
    observe: (event) => {
      if (event.type === 'throttled') {
        progress.throttledUntil = event.retryAt;
        progress.throttledBy = { side, reason: event.reason };
      }
      deps.log({ entry: claim.entryId, pass: claim.passId, ...event });
    },
  };
}

/** @param opened Takes up each session, to be closed by the caller even where the other side fails */
export function openBoth(
  deps: EngineDependencies,
  claim: Claim,
  route: EntryRoute,
  run: OpeningRun,
  opened: Session[],
): Promise<[source: Session, target: Session]> {
  return both(openSide(deps, claim, route, 'source', run, opened), openSide(deps, claim, route, 'target', run, opened));
}

interface OpeningRun {
  readonly control: PassControl;
  readonly progress: Progress;
  readonly kinds: readonly ContentKind[];
  readonly isBeside?: true;
}

/** @param opened Takes up the session, to be closed by the caller */
export async function openSide(
  deps: EngineDependencies,
  claim: Claim,
  route: EntryRoute,
  side: Side,
  run: OpeningRun,
  opened: Session[],
): Promise<Session> {
  const session = await route[side].connector.open({
    ...placeIn(deps, claim, route, side, run),
    kinds: run.kinds,
    role: side === 'source' ? 'read' : 'write',
    installation: deps.secrets.installation.id,
    ...(run.isBeside === true ? { isBeside: true } : {}),
  });
  opened.push(session);
  return sidedSession(session, side);
}

/** Waits for both, so that none is left behind unseen where the other fails. */
async function both(source: Promise<Session>, target: Promise<Session>): Promise<[source: Session, target: Session]> {
  const [from, to] = await Promise.allSettled([source, target]);
  if (from.status === 'rejected') throw onSide(from.reason, 'source');
  if (to.status === 'rejected') throw onSide(to.reason, 'target');
  return [from.value, to.value];
}

/** What all phases of a pass share, as it is at its start. */
export async function contextOf(
  deps: EngineDependencies,
  claim: Claim,
  route: EntryRoute,
  run: Pick<PassContext, 'source' | 'target' | 'control' | 'progress' | 'trial' | 'split'>,
): Promise<PassContext> {
  const frozen = thawSettings(route.settings);
  return {
    pool: deps.pool,
    claim,
    stampKey: deps.secrets.installation.stampKey,
    settings: passSettings(frozen.settings, route.tier, frozen.retryOnly),
    aside: deps.aside,
    mapping: await loadMapping(deps.pool, claim.entryId),
    sourceContainers: new ContainerBooks(),
    targetContainers: new ContainerBooks(),
    writtenTargets: new Set(),
    refused: new Map(),
    movedFrom: new Set(),
    inventoryDue: route.inventoryDue,
    reached: deps.reached ?? (() => {}),
    ...run,
  };
}

export async function loadMapping(pool: Pool, entryId: number): Promise<MappingLookup> {
  const { rows } = await pool.query(
    `select m.source, m.target, m.kind from mapping m join entry e on e.project_id = m.project_id where e.id = $1`,
    [entryId],
  );
  return mappingLookup(rows);
}

/** @throws SternaError bug where it may not run, config where this program has no such connector */
export async function loadRoute(deps: EngineDependencies, claim: Claim): Promise<EntryRoute> {
  const { rows } = await deps.pool.query(
    `select p.settings, p.progress, p.attempts, e.inventory_due, e.purpose, e.item_type, e.organization_id,
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
  if (row.purpose === 'migration' && movesEntry(claim.kind) && tiers.length === 0)
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
    inventoryDue: row.inventory_due,
    source: side('s', row.source_address, row.sealed_source_credentials, entryPurpose(claim.entryId, 'source')),
    target: side('t', row.target_address, row.sealed_target_credentials, entryPurpose(claim.entryId, 'target')),
  };
}
