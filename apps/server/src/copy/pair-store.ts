import { type ItemType, type PassKind, type Settings, settingsFingerprint } from '@sterna/core';
import { entryPurpose, inTransaction, type Secrets, STATE_CODE } from '@sterna/store';
import type { Pool, PoolClient } from 'pg';
import type { CopyEndpoint } from './endpoint.ts';

/** The organization that the pairs of a state folder belong to; a server's data folder never has it. */
const ORGANIZATION = 'sterna copy';

/** A source and a target that were, or will be, copied: one internal entry, found again by both labels. */
export interface Pair {
  readonly entryId: number;
  /** Queued, running or pending: a run that was interrupted. */
  readonly interrupted:
    | { readonly passId: number; readonly kind: PassKind; readonly settingsVersion: string }
    | undefined;
  /** A writing pass has books: from now on there are only delta passes. */
  readonly migrated: boolean;
}

/**
 * Finds or makes the pair. Credentials are not stored: the rows hold an empty seal, which `withCredentials` answers
 * from memory.
 */
export async function openPair(pool: Pool, source: CopyEndpoint, target: CopyEndpoint): Promise<Pair> {
  return inTransaction(pool, async (client) => {
    // Two first runs at once would each make the pair.
    await client.query(`select pg_advisory_xact_lock(hashtext('sterna copy pairs'))`);
    const organizationId = await ensureOrganization(client);
    const sourceId = await ensureSystem(client, organizationId, source);
    const targetId = await ensureSystem(client, organizationId, target);
    const entryId = await ensureEntry(client, { organizationId, sourceId, targetId, source, target });
    const { rows } = await client.query(
      `select id, kind, settings_version, status, books is not null as has_books from pass
        where entry_id = $1 and kind in ('initial', 'delta', 'verify', 'dry-run') order by number`,
      [entryId],
    );
    const live = rows.find((row) => ['queued', 'running', 'pending'].includes(row.status));
    return {
      entryId,
      interrupted:
        live === undefined
          ? undefined
          : { passId: Number(live.id), kind: live.kind, settingsVersion: live.settings_version },
      migrated: rows.some((row) => row.has_books && writes(row.kind)),
    };
  });
}

/** The others look on, and leave no books of what was migrated. */
export const writes = (kind: PassKind): kind is 'initial' | 'delta' => kind === 'initial' || kind === 'delta';

async function ensureOrganization(client: PoolClient): Promise<number> {
  await client.query('insert into organization (name) values ($1) on conflict (name) do nothing', [ORGANIZATION]);
  const { rows } = await client.query('select id from organization where name = $1', [ORGANIZATION]);
  return Number(rows[0].id);
}

/** Settings may change between runs (another certificate, `--insecure`); the label says that it is the same system. */
async function ensureSystem(client: PoolClient, organizationId: number, endpoint: CopyEndpoint): Promise<number> {
  const { rows } = await client.query(
    `insert into system (organization_id, name, connector, settings, internal) values ($1, $2, $3, $4, true)
     on conflict (organization_id, name) do update set connector = excluded.connector, settings = excluded.settings
     returning id`,
    [organizationId, endpoint.label, endpoint.connector.name, JSON.stringify(endpoint.settings)],
  );
  return Number(rows[0].id);
}

async function ensureEntry(
  client: PoolClient,
  pair: { organizationId: number; sourceId: number; targetId: number; source: CopyEndpoint; target: CopyEndpoint },
): Promise<number> {
  const { organizationId, sourceId, targetId, source, target } = pair;
  const found = await client.query(
    `select id from entry where purpose = 'copy' and source_system_id = $1 and target_system_id = $2
        and archived_at is null`,
    [sourceId, targetId],
  );
  if (found.rows[0] !== undefined) {
    const id = Number(found.rows[0].id);
    await client.query('update entry set source_address = $2, target_address = $3 where id = $1', [
      id,
      source.address,
      target.address,
    ]);
    return id;
  }
  const made = await client.query(
    `insert into entry (organization_id, item_type, purpose, source_system_id, target_system_id, source_address,
                        target_address, sealed_source_credentials, sealed_target_credentials)
     values ($1, $6, 'copy', $2, $3, $4, $5, '', '') returning id`,
    [organizationId, sourceId, targetId, source.address, target.address, itemTypeOf(pair)],
  );
  return Number(made.rows[0].id);
}

/** Of an account's mailbox and its drive the one that the other side can be as well, the mailbox before the drive. */
const itemTypeOf = ({ source, target }: { source: CopyEndpoint; target: CopyEndpoint }): ItemType =>
  source.connector.itemTypes.find((type) => target.connector.itemTypes.includes(type)) ??
  source.connector.itemTypes[0] ??
  'mailbox';

/** Queues a pass with these settings frozen. */
export async function queuePass(pool: Pool, entryId: number, kind: PassKind, settings: Settings): Promise<number> {
  const { rows } = await pool.query(
    `insert into pass (entry_id, number, kind, settings, settings_version, requested_by)
     select $1, coalesce(max(number), 0) + 1, $2, $3, $4, 'sterna copy' from pass where entry_id = $1
     returning id`,
    [entryId, kind, JSON.stringify(settings), settingsFingerprint(settings)],
  );
  return Number(rows[0].id);
}

/** Ends an interrupted pass whose settings are no longer wanted: a delta pass settles what it left in flight. */
export async function abandonPass(pool: Pool, passId: number): Promise<void> {
  await pool.query(
    `update pass set status = 'stopped', ended_at = now()
      where id = $1 and status in ('queued', 'running', 'pending')`,
    [passId],
  );
}

/** The person is here now: no wait of an earlier run counts any more. */
export async function wakePass(pool: Pool, passId: number): Promise<void> {
  await pool.query(`update pass set status = 'queued', resume_at = null where id = $1 and status = 'pending'`, [
    passId,
  ]);
}

/**
 * Lets the leases of a run that died expire at once, instead of waiting for them. Only while holding the pair's lock,
 * which dies with its process. Waits for a commit of the dead one that the database may still be working on.
 */
export async function expireLeases(pool: Pool, entryId: number): Promise<void> {
  await pool.query(
    `update lease l set expires_at = clock_timestamp() from entry e
      where e.id = $1 and l.expires_at > clock_timestamp()
        and l.resource in ('entry/' || e.id, 'target/' || e.target_system_id || '/' || e.target_address)`,
    [entryId],
  );
}

export interface FinishedPass {
  readonly number: number;
  readonly kind: PassKind;
  readonly status: string;
  readonly activeSeconds: number;
  readonly progress: { readonly bytes?: number };
  /** As the engine wrote them: the totals, the whole (per folder), what went wrong. */
  readonly books: unknown;
  readonly result: unknown;
  readonly error: unknown;
}

export async function readPass(pool: Pool, passId: number): Promise<FinishedPass> {
  const { rows } = await pool.query('select * from pass where id = $1', [passId]);
  const row = rows[0];
  return {
    number: Number(row.number),
    kind: row.kind,
    status: row.status,
    activeSeconds: row.active_seconds,
    progress: row.progress,
    books: row.books,
    result: row.result,
    error: row.error,
  };
}

/** Bytes of what a pass created or replaced. Reads the ledger of the whole pair. */
export async function bytesWritten(pool: Pool, entryId: number, pass: number): Promise<number> {
  const { rows } = await pool.query(
    'select coalesce(sum(size), 0)::float8 as bytes from ledger where entry_id = $1 and pass = $2 and state = any($3)',
    [entryId, pass, [STATE_CODE.created, STATE_CODE.updated]],
  );
  return rows[0].bytes;
}

export interface CopyFailure {
  readonly kind: string;
  readonly folder?: string;
  readonly subject?: string;
  readonly id?: string;
  readonly code: string;
  readonly reason: string;
  readonly fix?: string;
}

/** What a person should look at; bounded, since a JSON line shouldn't grow with the mailbox. */
export async function readFailures(pool: Pool, entryId: number, pass: number, most: number): Promise<CopyFailure[]> {
  const { rows } = await pool.query(
    `select n.kind, n.code, n.text, n.fix, n.subject, n.src_id, c.path from object_note n
       left join container c on c.entry_id = n.entry_id and c.side = 0 and c.id = n.container
      where n.entry_id = $1 and n.pass = $2 and n.kind in ('failure', 'uncertain', 'suspect')
      order by n.id limit $3`,
    [entryId, pass, most],
  );
  return rows.map((row) => ({
    kind: row.kind,
    ...(row.path === null ? {} : { folder: row.path.join('/') }),
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.src_id === null ? {} : { id: row.src_id }),
    code: row.code,
    reason: row.text,
    ...(row.fix === null ? {} : { fix: row.fix }),
  }));
}

/** Secrets that know the credentials of one pair from memory: the state folder never holds a mailbox password. */
export function withCredentials(
  secrets: Secrets,
  entryId: number,
  source: CopyEndpoint,
  target: CopyEndpoint,
): Secrets {
  const held = new Map<string, unknown>([
    [entryPurpose(entryId, 'source'), source.credentials],
    [entryPurpose(entryId, 'target'), target.credentials],
  ]);
  return {
    ...secrets,
    unsealJson: (purpose, sealed) => held.get(purpose) ?? secrets.unsealJson(purpose, sealed),
  };
}
