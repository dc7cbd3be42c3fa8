import type { Pool, PoolClient } from 'pg';

export interface InventoryRow {
  readonly targetId: string;
  readonly matchKey: Buffer | undefined;
  readonly size: number | undefined;
  readonly flags: string | undefined;
  readonly version?: string | undefined;
}

export async function insertInventory(
  client: PoolClient,
  entryId: number,
  targetContainer: number,
  rows: readonly InventoryRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into inventory (entry_id, target_container, target_id, match_key, size, flags, version)
     select $1, $2, * from unnest($3::text[], $4::bytea[], $5::bigint[], $6::text[], $7::text[]) on conflict do nothing`,
    [
      entryId,
      targetContainer,
      rows.map((r) => r.targetId),
      rows.map((r) => r.matchKey ?? null),
      rows.map((r) => r.size ?? null),
      rows.map((r) => r.flags ?? null),
      rows.map((r) => r.version ?? null),
    ],
  );
}

export async function clearInventory(client: PoolClient, entryId: number, targetContainer: number): Promise<void> {
  await client.query('delete from inventory where entry_id = $1 and target_container = $2', [entryId, targetContainer]);
}

/** Of all containers. */
export async function clearInventories(client: PoolClient, entryId: number): Promise<void> {
  await client.query('delete from inventory where entry_id = $1', [entryId]);
}

export interface Unclaimed {
  readonly targetId: string;
  /** In bytes, where the listing told. */
  readonly size: number | undefined;
  readonly version: string | undefined;
}

/** Unclaimed objects of the target that may be what we are about to write. */
export async function unclaimedByMatchKey(
  pool: Pool,
  entryId: number,
  targetContainer: number,
  matchKeys: readonly Buffer[],
): Promise<Map<string, Unclaimed[]>> {
  const { rows } = await pool.query(
    `select match_key, target_id, size, version from inventory
      where entry_id = $1 and target_container = $2 and match_key = any($3) and claimed_by is null
      order by target_id`,
    [entryId, targetContainer, matchKeys],
  );
  const found = new Map<string, Unclaimed[]>();
  for (const row of rows) {
    const key = row.match_key.toString('hex');
    const one: Unclaimed = {
      targetId: row.target_id,
      size: row.size === null ? undefined : Number(row.size),
      version: row.version ?? undefined,
    };
    const ids = found.get(key);
    if (ids === undefined) found.set(key, [one]);
    else ids.push(one);
  }
  return found;
}

/** @returns how many of them were free and are claimed now */
export async function claimInventory(
  client: PoolClient,
  entryId: number,
  targetContainer: number,
  claims: readonly { targetId: string; src: Buffer }[],
): Promise<number> {
  if (claims.length === 0) return 0;
  const { rowCount } = await client.query(
    `update inventory i set claimed_by = c.src from unnest($3::text[], $4::bytea[]) as c(target_id, src)
      where i.entry_id = $1 and i.target_container = $2 and i.target_id = c.target_id and i.claimed_by is null`,
    [entryId, targetContainer, claims.map((c) => c.targetId), claims.map((c) => c.src)],
  );
  return rowCount ?? 0;
}

/**
 * After a listing of a container that holds copies of ours already: they are no strangers to be taken over, or a twin
 * that comes later would be taken for one of them and never be written.
 */
export async function claimOwnCopies(client: PoolClient, entryId: number, targetContainer: number): Promise<void> {
  await client.query(
    `update inventory i set claimed_by = l.src from ledger l
      where i.entry_id = $1 and i.target_container = $2 and i.claimed_by is null
        and l.entry_id = $1 and l.target_container = $2 and l.target_id = i.target_id`,
    [entryId, targetContainer],
  );
}

/** Emptying: in the place of an id, the container itself, which is to be renamed; its new name stands in the place of the version. */
export const CONTAINER_ITSELF = '';

/** Emptying: containers that are still to get another name. */
export async function nextToRename(
  pool: Pool,
  entryId: number,
): Promise<readonly { readonly targetContainer: number; readonly name: string }[]> {
  const { rows } = await pool.query(
    `select target_container, version from inventory
      where entry_id = $1 and target_id = $2 and not done order by target_container`,
    [entryId, CONTAINER_ITSELF],
  );
  return rows.map((row) => ({ targetContainer: row.target_container, name: row.version }));
}

/** Emptying: what is still to be removed, page by page. */
export async function nextToRemove(
  pool: Pool,
  entryId: number,
  targetContainer: number,
  limit: number,
): Promise<InventoryRow[]> {
  const { rows } = await pool.query(
    `select target_id, match_key, size, flags, version from inventory
      where entry_id = $1 and target_container = $2 and not done and target_id <> $4 order by target_id limit $3`,
    [entryId, targetContainer, limit, CONTAINER_ITSELF],
  );
  return rows.map((row) => ({
    targetId: row.target_id,
    matchKey: row.match_key ?? undefined,
    size: row.size === null ? undefined : Number(row.size),
    flags: row.flags ?? undefined,
    version: row.version ?? undefined,
  }));
}

export async function markRemoved(
  client: PoolClient,
  entryId: number,
  targetContainer: number,
  targetIds: readonly string[],
): Promise<void> {
  await client.query(
    'update inventory set done = true where entry_id = $1 and target_container = $2 and target_id = any($3)',
    [entryId, targetContainer, targetIds],
  );
}

/**
 * Names of files in a folder of the target, with the source key of whose they are; '' for what was there before and is
 * nobody's. Ids of files are their names.
 */
export async function namesTaken(
  pool: Pool,
  entryId: number,
  targetContainer: number,
): Promise<{ name: string; owner: string }[]> {
  const { rows } = await pool.query(
    `select target_id as name, encode(claimed_by, 'hex') as owner from inventory
      where entry_id = $1 and target_container = $2 and not done
     union all
     select target_id, encode(src, 'hex') from ledger
      where entry_id = $1 and target_container = $2 and target_id is not null
     union all
     select reserved_id, encode(src, 'hex') from intent
      where entry_id = $1 and target_container = $2 and reserved_id is not null`,
    [entryId, targetContainer],
  );
  return rows.map((row) => ({ name: row.name, owner: row.owner ?? '' }));
}
