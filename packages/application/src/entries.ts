import {
  addressKey,
  decideUnused,
  type EntryStatus,
  entryKey,
  type ItemType,
  isLiveEntry,
  mergePatch,
  mergeSettings,
  type SettingsPatch,
  SternaError,
} from '@sterna/core';
import {
  batchesOf,
  countEntries,
  type EntryQuery,
  type EntryRow,
  entryIdsOf,
  entryPurpose,
  inOrganization,
  insertEntries,
  listedEntries,
  liveEntryKeys,
  livePassOf,
  type NewEntry,
  type OrganizationTransaction,
  openRemigrationOf,
  pageOfEntries,
  projectById,
  reserveIds,
  type SystemRow,
  updateEntryRow,
  violatedIndex,
} from '@sterna/store';
import { found, invalidCursor, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page, Scope } from './context.ts';
import { refuseSameEndpoint, resealed, systemsOfEntry } from './endpoints.ts';
import { type EntryView, entryViews, licenseState } from './entry-view.ts';
import { listedEntry, lockListedEntry, reachProject } from './reach.ts';
import { type CredentialsInput, connectorOf, readCredentials } from './systems.ts';

export interface EntryInput {
  readonly itemType: ItemType;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly displayName?: string | undefined;
  readonly batch?: string | undefined;
  readonly merge?: boolean | undefined;
  readonly sourceCredentials?: CredentialsInput | undefined;
  readonly targetCredentials?: CredentialsInput | undefined;
  readonly settings?: SettingsPatch | undefined;
}

/** Which entries: by id, or all that a filter finds. */
export interface EntryFilter {
  readonly projectId: number;
  readonly status?: readonly EntryStatus[] | undefined;
  readonly batch?: string | undefined;
  readonly itemType?: ItemType | undefined;
  readonly license?: 'none' | 'assigned' | 'burned' | undefined;
  /** Part of an address or display name, without case. */
  readonly search?: string | undefined;
  /** Only those of these that match. */
  readonly ids?: readonly number[] | undefined;
  /** Default false: live entries only. */
  readonly archived?: boolean | undefined;
}
export type EntrySort = 'id' | 'source' | 'target' | 'status' | 'batch';

/** @throws SternaError config `entry-archived` */
export function refuseArchived(row: EntryRow, what: string): void {
  if (row.archived_at !== null)
    throw new SternaError('config', 'entry-archived', `This entry was deleted; ${what}.`, {
      fix: 'Recreate it: that makes a new entry, which needs a license of its own.',
    });
}

/**
 * Where its passes have brought it. An entry that waits for a schedule of its batch shows `scheduled`, but nothing
 * runs yet: it can still be started, changed and deleted by hand.
 */
export const restingStatus = (row: EntryRow): EntryStatus =>
  row.schedule_id === null ? row.status : (row.status_before ?? row.status);

/** @throws SternaError config `entry-running` */
export async function refuseRunning(db: Context['db'], row: EntryRow, what: string): Promise<void> {
  const refusal = runningRefusal(row, await livePassOf(db, row.id), what);
  if (refusal !== undefined) throw refusal;
}

export function runningRefusal(
  row: EntryRow,
  live: { readonly id: number; readonly kind: string; readonly number: number; readonly status: string } | undefined,
  what: string,
): SternaError | undefined {
  if (live === undefined && !isLiveEntry(restingStatus(row))) return undefined;
  return new SternaError(
    'config',
    'entry-running',
    `${what}: its ${live?.kind ?? ''} pass ${live?.number ?? ''} is ${live?.status ?? row.status}.`.replace(/ +/g, ' '),
    { fix: 'Wait until it ends, or stop it.', details: { conflict: true, ...(live && { passId: live.id }) } },
  );
}

const MAX_ADDRESS = 1_000;

function readAddress(text: string, field: string): string {
  const address = text.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (address === '' || address.length > MAX_ADDRESS || /[\u0000-\u001f\u007f]/.test(address))
    throw new SternaError('config', 'address-invalid', `An address has 1 to ${MAX_ADDRESS} characters in one line.`, {
      field,
      fix: 'Correct the address.',
    });
  return address;
}

/**
 * Checks new entries and makes their rows; `live` grows with them.
 *
 * @throws SternaError config `entry-duplicate` | `target-is-source` | `address-invalid` | `item-type-unsupported` …
 */
export function prepareEntry(
  context: Context,
  place: {
    actor: Actor;
    projectId: number;
    projectSettings: unknown;
    source: SystemRow;
    target: SystemRow;
    live: Map<string, number>;
  },
  id: number,
  input: EntryInput,
): NewEntry {
  const sourceAddress = readAddress(input.sourceAddress, 'sourceAddress');
  const targetAddress = readAddress(input.targetAddress, 'targetAddress');
  const merge = input.merge === true;
  refuseSameEndpoint(place.source, place.target, { source: sourceAddress, target: targetAddress });
  for (const system of [place.source, place.target])
    if (!connectorOf(context, system.connector).itemTypes.includes(input.itemType))
      throw new SternaError('config', 'item-type-unsupported', `The system ${system.name} has no ${input.itemType}.`, {
        field: 'itemType',
        fix: `It has: ${connectorOf(context, system.connector).itemTypes.join(', ')}.`,
      });
  const key = entryKey({ itemType: input.itemType, sourceAddress, targetAddress });
  if (!merge && place.live.has(key)) throw duplicate(sourceAddress, targetAddress);
  const settings = mergePatch({}, input.settings ?? {});
  mergeSettings(place.projectSettings, settings);
  if (!place.live.has(key)) place.live.set(key, id);
  const seal = (side: 'source' | 'target', given: CredentialsInput | undefined): Buffer | null => {
    const connector = connectorOf(context, place[side].connector);
    const credentials = readCredentials(connector, given, `${side}Credentials`);
    return credentials === undefined ? null : context.secrets.sealJson(entryPurpose(id, side), credentials);
  };
  return {
    id,
    organizationId: place.actor.organizationId,
    projectId: place.projectId,
    itemType: input.itemType,
    purpose: 'migration',
    sourceSystemId: place.source.id,
    targetSystemId: place.target.id,
    sourceAddress,
    targetAddress,
    sealedSourceCredentials: seal('source', input.sourceCredentials),
    sealedTargetCredentials: seal('target', input.targetCredentials),
    displayName: input.displayName?.trim() || null,
    batch: input.batch?.trim() || null,
    settings,
    merge,
    replacesEntryId: null,
  };
}

const duplicate = (source: string, target: string): SternaError =>
  new SternaError('config', 'entry-duplicate', `${source} → ${target} is in the user list already.`, {
    field: 'sourceAddress',
    fix: 'Use that entry, or set `merge` to bring several into one target on purpose.',
  });

export async function insertPrepared(tx: OrganizationTransaction, entries: readonly NewEntry[]): Promise<void> {
  await insertEntries(tx.db, entries).catch((error: unknown) => {
    const [first] = entries;
    if (violatedIndex(error) === 'entry_unique_live' && first !== undefined)
      throw duplicate(first.sourceAddress, first.targetAddress);
    throw error;
  });
}

/** Project, systems and live entries: what new entries are checked against. */
export async function placeForEntries(tx: OrganizationTransaction, actor: Actor, projectId: number) {
  const project = await reachProject(tx.db, actor, 'operate', projectId);
  const { source, target } = await systemsOfEntry(tx.db, actor, project);
  const live = await liveEntryKeys(tx.db, project.id);
  return { actor, projectId: project.id, projectSettings: project.settings, source, target, live };
}

async function viewsOf(
  tx: OrganizationTransaction,
  actor: Actor,
  ids: readonly number[],
): Promise<readonly EntryView[]> {
  const { state } = await tx.licenses();
  const rows = new Map(
    (await listedEntries(tx.db, actor.organizationId, ids, { lock: false })).map((row) => [row.id, row]),
  );
  return entryViews(
    tx.db,
    ids.map((id) => found(rows.get(id), 'entry', id)),
    state,
  );
}

/** All or none. @throws SternaError config `entry-duplicate` | `target-is-source` | `address-invalid` … */
export async function createEntries(
  context: Context,
  actor: Actor,
  input: { projectId: number; entries: readonly EntryInput[] },
): Promise<readonly EntryView[]> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const place = await placeForEntries(tx, actor, input.projectId);
    const ids = await reserveIds(tx.db, 'entry', input.entries.length);
    const entries = input.entries.map((entry, index) => prepareEntry(context, place, ids[index] as number, entry));
    await insertPrepared(tx, entries);
    for (const entry of entries)
      tx.audit('entry.create', `entry/${entry.id}`, { source: entry.sourceAddress, target: entry.targetAddress });
    tx.event({ type: 'entry', projectId: input.projectId });
    return viewsOf(tx, actor, ids);
  });
}

export async function getEntry(context: Context, actor: Actor, input: { entryId: number }): Promise<EntryView> {
  requireSomewhere(actor, 'read');
  const row = await listedEntry(context.db, actor, 'read', input.entryId);
  const licenses = await licenseState(context.db, actor.organizationId);
  const [view] = await entryViews(context.db, [row], licenses);
  return view as EntryView;
}

/** A filter of people as a query; license states come from the ledger's fold. The project was reached before. */
async function queryOf(context: Context, actor: Actor, filter: EntryFilter): Promise<EntryQuery> {
  const query: EntryQuery = {
    organizationId: actor.organizationId,
    projectId: filter.projectId,
    status: filter.status,
    batch: filter.batch,
    itemType: filter.itemType,
    search: filter.search,
    archived: filter.archived === true,
    among: filter.ids,
  };
  if (filter.license === undefined) return query;
  const holders = (await licenseState(context.db, actor.organizationId)).holders();
  if (filter.license === 'none') return { ...query, except: [...holders.keys()] };
  const wantBurned = filter.license === 'burned';
  const listed = filter.ids === undefined ? undefined : new Set(filter.ids);
  const among = [...holders].filter(([id, isBurned]) => isBurned === wantBurned && (listed?.has(id) ?? true));
  return { ...query, among: among.map(([id]) => id) };
}

/** @param input.limit 1 to 500, default 100 */
export async function listEntries(
  context: Context,
  actor: Actor,
  input: EntryFilter & {
    sort?: EntrySort | undefined;
    descending?: boolean | undefined;
    after?: string | undefined;
    skip?: number | undefined;
    limit?: number | undefined;
  },
): Promise<Page<EntryView> & { total: number }> {
  requireSomewhere(actor, 'read');
  await reachProject(context.db, actor, 'read', input.projectId);
  const query = await queryOf(context, actor, input);
  const page = await pageOfEntries(context.db, query, {
    order: input.sort ?? 'id',
    descending: input.descending === true,
    after: readEntryCursor(input.after),
    skip: input.skip,
    limit: readLimit(input.limit),
  });
  const items = await entryViews(context.db, page.rows, await licenseState(context.db, actor.organizationId));
  const total = await countEntries(context.db, query);
  return page.next === undefined
    ? { items, total }
    : { items, total, next: Buffer.from(JSON.stringify(page.next)).toString('base64url') };
}

function readEntryCursor(after: string | undefined): readonly [string, number] | undefined {
  if (after === undefined) return undefined;
  try {
    const [value, id] = JSON.parse(Buffer.from(after, 'base64url').toString('utf8')) as unknown[];
    if (typeof value === 'string' && Number.isSafeInteger(id)) return [value, id as number];
  } catch {
    // Below.
  }
  throw invalidCursor();
}

/** Ids (`projectId` is where they were chosen), or all that a filter finds, but `exceptIds`. */
export type Selection =
  | { readonly projectId?: number | undefined; readonly entryIds: readonly number[] }
  | { readonly filter: EntryFilter; readonly exceptIds?: readonly number[] | undefined };

/** Duplicates are dropped; ids are not checked here, but whether the actor may do such a thing in the project. */
export async function selectedIds(
  context: Context,
  actor: Actor,
  scope: Scope,
  selection: Selection,
): Promise<readonly number[]> {
  const projectId = 'entryIds' in selection ? selection.projectId : selection.filter.projectId;
  if (projectId !== undefined) await reachProject(context.db, actor, scope, projectId);
  if ('entryIds' in selection) return [...new Set(selection.entryIds)];
  const ids = await entryIdsOf(context.db, await queryOf(context, actor, selection.filter));
  const except = new Set(selection.exceptIds);
  return except.size === 0 ? ids : ids.filter((id) => !except.has(id));
}

export async function listBatches(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<readonly { batch: string | undefined; entries: number }[]> {
  requireSomewhere(actor, 'read');
  await reachProject(context.db, actor, 'read', input.projectId);
  const rows = await batchesOf(context.db, input.projectId);
  return rows.map((row) => ({ batch: row.batch ?? undefined, entries: row.entries }));
}

/**
 * Absent members stay. The addresses of an entry that has started can't change (`entry-started`): delete and recreate.
 * `settings` is a patch over the entry's own overrides.
 */
export async function updateEntry(
  context: Context,
  actor: Actor,
  input: {
    entryId: number;
    sourceAddress?: string | undefined;
    targetAddress?: string | undefined;
    displayName?: string | undefined;
    batch?: string | null | undefined;
    settings?: SettingsPatch | undefined;
    sourceCredentials?: CredentialsInput | undefined;
    targetCredentials?: CredentialsInput | undefined;
  },
): Promise<EntryView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await lockListedEntry(tx, actor, input.entryId);
    refuseArchived(row, 'it can’t change any more');
    const source =
      input.sourceAddress === undefined ? row.source_address : readAddress(input.sourceAddress, 'sourceAddress');
    const target =
      input.targetAddress === undefined ? row.target_address : readAddress(input.targetAddress, 'targetAddress');
    if ((source !== row.source_address || target !== row.target_address) && restingStatus(row) !== 'not started')
      throw new SternaError('config', 'entry-started', 'The addresses of an entry that has started can’t change.', {
        field: source === row.source_address ? 'targetAddress' : 'sourceAddress',
        fix: 'Delete it and make a new one, or remigrate it.',
      });
    const systems = await systemsOfEntry(tx.db, actor, row);
    if (source !== row.source_address || target !== row.target_address)
      refuseSameEndpoint(systems.source, systems.target, { source, target });
    const settings = input.settings === undefined ? row.settings : mergePatch(row.settings, input.settings);
    if (input.settings !== undefined) {
      const project =
        row.project_id === null ? undefined : await projectById(tx.db, actor.organizationId, row.project_id);
      mergeSettings(project?.settings ?? {}, settings);
    }
    const seal = (side: 'source' | 'target', given: CredentialsInput): Buffer | null => {
      const connector = connectorOf(context, systems[side].connector);
      const credentials = readCredentials(connector, given, `${side}Credentials`);
      return credentials === undefined ? null : context.secrets.sealJson(entryPurpose(row.id, side), credentials);
    };
    await updateEntryRow(tx.db, row.id, {
      source_address: source,
      target_address: target,
      ...(input.displayName === undefined ? {} : { display_name: input.displayName.trim() || null }),
      ...(input.batch === undefined ? {} : { batch: input.batch?.trim() || null }),
      ...(input.settings === undefined
        ? {}
        : { settings: JSON.stringify(settings), settings_version: row.settings_version + 1 }),
      ...(input.sourceCredentials === undefined
        ? {}
        : { sealed_source_credentials: seal('source', input.sourceCredentials) }),
      ...(input.targetCredentials === undefined
        ? {}
        : { sealed_target_credentials: seal('target', input.targetCredentials) }),
    }).catch((error: unknown) => {
      if (violatedIndex(error) === 'entry_unique_live') throw duplicate(source, target);
      throw error;
    });
    tx.audit('entry.update', `entry/${row.id}`, {
      ...(source === row.source_address ? {} : { source }),
      ...(target === row.target_address ? {} : { target }),
      ...(input.batch === undefined ? {} : { batch: input.batch }),
      ...(input.settings === undefined ? {} : { settings: input.settings }),
      credentialsChanged: input.sourceCredentials !== undefined || input.targetCredentials !== undefined,
    });
    tx.event({ type: 'entry', entryId: row.id, ...(row.project_id === null ? {} : { projectId: row.project_id }) });
    const [view] = await viewsOf(tx, actor, [row.id]);
    return found(view, 'entry', row.id);
  });
}

/** Columns of an entry that waits for no schedule any more. */
export const withoutSchedule = (row: EntryRow) =>
  row.schedule_id === null
    ? {}
    : {
        status: restingStatus(row),
        status_detail: row.detail_before,
        resume_at: null,
        schedule_id: null,
        status_before: null,
        detail_before: null,
      };

/** Archives inside a transaction that holds the entry's lock. A license that never burned goes back. */
export async function archiveEntry(tx: OrganizationTransaction, row: EntryRow, why: string): Promise<void> {
  const book = await tx.licenses();
  const released = book.record(decideUnused(book.state, { entry: row.id, reason: why }));
  await updateEntryRow(tx.db, row.id, { ...withoutSchedule(row), archived_at: tx.now });
  tx.audit('entry.delete', `entry/${row.id}`, {
    source: row.source_address,
    target: row.target_address,
    why,
    released: released.map((fact) => (fact.kind === 'release' ? fact.license : '')),
  });
  tx.event({ type: 'entry', entryId: row.id, ...(row.project_id === null ? {} : { projectId: row.project_id }) });
}

/**
 * Archives the entry with its books. One that never started gives its license back; a burned license stays with it.
 *
 * @throws SternaError config `entry-running` | `entry-archived` | `remigration-open`
 */
export async function deleteEntry(context: Context, actor: Actor, input: { entryId: number }): Promise<EntryView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await lockListedEntry(tx, actor, input.entryId);
    refuseArchived(row, 'it can’t be deleted again');
    await refuseRunning(tx.db, row, 'This entry can’t be deleted');
    const open = await openRemigrationOf(tx.db, row.id);
    if (open !== undefined)
      throw new SternaError('config', 'remigration-open', 'A remigration of this entry is under way.', {
        fix: 'Finish it or cancel it first.',
        details: { remigrationId: open.id },
      });
    await archiveEntry(tx, row, 'deleted by hand');
    const [view] = await viewsOf(tx, actor, [row.id]);
    return found(view, 'entry', row.id);
  });
}

/**
 * A NEW entry with the addresses, settings and credentials of an archived one and nothing of its history; it needs a
 * license of its own.
 *
 * @throws SternaError config `entry-not-archived` | `entry-duplicate` | `target-is-source`
 */
export async function recreateEntry(
  context: Context,
  actor: Actor,
  input: { entryId: number; targetAddress?: string | undefined },
): Promise<EntryView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await lockListedEntry(tx, actor, input.entryId);
    if (row.archived_at === null)
      throw new SternaError(
        'config',
        'entry-not-archived',
        'This entry is live; only a deleted one can be recreated.',
        {
          fix: 'Delete it first, or remigrate it, which does both.',
        },
      );
    const id = await recreateFrom(context, tx, actor, row, { targetAddress: input.targetAddress });
    const [view] = await viewsOf(tx, actor, [id]);
    return found(view, 'entry', id);
  });
}

/** @returns the new entry's id */
export async function recreateFrom(
  context: Context,
  tx: OrganizationTransaction,
  actor: Actor,
  row: EntryRow,
  change: { targetAddress?: string | undefined; settings?: SettingsPatch | undefined },
): Promise<number> {
  if (row.project_id === null) throw found(undefined, 'entry', row.id);
  const place = await placeForEntries(tx, actor, row.project_id);
  const [id] = await reserveIds(tx.db, 'entry', 1);
  if (id === undefined) throw new SternaError('bug', 'internal', 'No id was reserved.');
  const prepared = prepareEntry(context, place, id, {
    itemType: row.item_type,
    sourceAddress: row.source_address,
    targetAddress: change.targetAddress ?? row.target_address,
    displayName: row.display_name ?? undefined,
    batch: row.batch ?? undefined,
    merge: row.merge,
    settings: mergePatch(row.settings, change.settings ?? {}) as SettingsPatch,
  });
  await insertPrepared(tx, [
    {
      ...prepared,
      sealedSourceCredentials: resealed(context, { entry: row, side: 'source' }, { entryId: id, side: 'source' }),
      // Its own target credentials fit the mailbox that they were given for, and would lead there under any address.
      sealedTargetCredentials:
        addressKey(prepared.targetAddress) === addressKey(row.target_address)
          ? resealed(context, { entry: row, side: 'target' }, { entryId: id, side: 'target' })
          : null,
      replacesEntryId: row.id,
    },
  ]);
  tx.audit('entry.create', `entry/${id}`, {
    source: prepared.sourceAddress,
    target: prepared.targetAddress,
    recreates: row.id,
  });
  tx.event({ type: 'entry', entryId: id, projectId: row.project_id });
  return id;
}
