import { join } from 'node:path';
import type { Connector } from '@sterna/connector-kit';
import { type ItemType, type LicenseTier, mergeSettings, settingsFingerprint, type UndoOrder } from '@sterna/core';
import { AsideFolder, type EngineDependencies, type PassBooks, runPassHere, type VerifyResult } from '@sterna/engine';
import { type Database, migrate, openDatabase, openSecrets } from '@sterna/store';
import { prepareDatabase } from '@sterna/store/prepared';

/** A database with nothing in it but an organization, and the engine's dependencies on it. */
export interface Bench {
  readonly database: Database;
  readonly deps: EngineDependencies;
  readonly organizationId: number;
  close(): Promise<void>;
}

export async function openBench(
  dataDir: string,
  connectors: readonly Connector[],
  options: { url?: string; reached?: EngineDependencies['reached'] } = {},
): Promise<Bench> {
  if (options.url === undefined) await prepareDatabase(dataDir);
  const database = await openDatabase({ dataDir, ...(options.url === undefined ? {} : { url: options.url }) });
  await migrate(database.pool);
  const secrets = await openSecrets({ dataDir });
  const { rows } = await database.pool.query(
    `insert into organization (name) values ('Test') on conflict (name) do update set name = excluded.name returning id`,
  );
  return {
    database,
    organizationId: Number(rows[0].id),
    deps: {
      pool: database.pool,
      secrets,
      connectors: new Map(connectors.map((connector) => [connector.name, connector])),
      aside: new AsideFolder(join(dataDir, 'overwritten')),
      log: (event) => {
        if (process.env.STERNA_TEST_LOG !== undefined) console.log(JSON.stringify(event));
      },
      ...(options.reached === undefined ? {} : { reached: options.reached }),
    },
    close: () => database.close(),
  };
}

export interface Endpoint {
  readonly connector: string;
  readonly settings: unknown;
  readonly address: string;
  readonly user?: string;
  readonly password?: string;
  /** Of entries with this target; default: mailbox. */
  readonly itemType?: ItemType;
}

/** An entry that needs no license (`copy`), straight in the database: the engine's tests don't go through people. */
export async function addEntry(
  bench: Bench,
  source: Endpoint,
  target: Endpoint,
  purpose: 'copy' | 'migration' = 'copy',
): Promise<number> {
  const { pool } = bench.database;
  const system = async (endpoint: Endpoint): Promise<number> => {
    const { rows } = await pool.query(
      `insert into system (organization_id, name, connector, settings) values ($1, gen_random_uuid()::text, $2, $3) returning id`,
      [bench.organizationId, endpoint.connector, JSON.stringify(endpoint.settings)],
    );
    const id = Number(rows[0].id);
    if (endpoint.password !== undefined) {
      const { user, password } = endpoint;
      const sealed = bench.deps.secrets.sealJson(`system:${id}`, { ...(user === undefined ? {} : { user }), password });
      await pool.query('update system set sealed_credentials = $2 where id = $1', [id, sealed]);
    }
    return id;
  };
  const { rows } = await pool.query(
    `insert into entry (organization_id, item_type, purpose, source_system_id, target_system_id, source_address, target_address)
     values ($1, $7, $6, $2, $3, $4, $5) returning id`,
    [
      bench.organizationId,
      await system(source),
      await system(target),
      source.address,
      target.address,
      purpose,
      target.itemType ?? 'mailbox',
    ],
  );
  return Number(rows[0].id);
}

/** What the engine reads of the license ledger; its chain is not the engine's business. */
export async function burnLicense(bench: Bench, entryId: number, tier: LicenseTier): Promise<void> {
  await bench.database.pool.query(
    `insert into license_event (organization_id, seq, kind, license, entry_id, data, actor, at, prev_hash, hash)
     select $1, coalesce(max(seq), 0) + 1, 'burn', gen_random_uuid()::text, $2, $3, 'test', now(), '', ''
       from license_event where organization_id = $1`,
    [bench.organizationId, entryId, JSON.stringify({ tier })],
  );
}

/** Another entry over the same systems and addresses: what a remigration makes. */
export async function twinEntry(bench: Bench, entryId: number): Promise<number> {
  const { rows } = await bench.database.pool.query(
    `insert into entry (organization_id, item_type, purpose, source_system_id, target_system_id, source_address, target_address)
     select organization_id, item_type, purpose, source_system_id, target_system_id, source_address, target_address
       from entry where id = $1 returning id`,
    [entryId],
  );
  return Number(rows[0].id);
}

/** All belong to the project of the first, which has one. */
export async function oneProject(bench: Bench, entryIds: readonly number[]): Promise<void> {
  await bench.database.pool.query(
    'update entry set project_id = (select project_id from entry where id = $1) where id = any($2)',
    [entryIds[0], entryIds],
  );
}

/** Another source into the mailbox of an entry, in the same system. */
export async function mergedEntry(bench: Bench, entryId: number, source: Endpoint): Promise<number> {
  const other = await addEntry(bench, source, source);
  await bench.database.pool.query(
    `update entry o set target_system_id = e.target_system_id, target_address = e.target_address, merge = true
       from entry e where e.id = $1 and o.id = $2`,
    [entryId, other],
  );
  return other;
}

export type PassKind =
  | 'initial'
  | 'delta'
  | 'audit'
  | 'verify'
  | 'empty'
  | 'preprocess'
  | 'undo'
  | 'dry-run'
  | 'finish';

export async function queuePass(bench: Bench, entryId: number, kind: PassKind, patch: object = {}): Promise<number> {
  const { empty, undo, retryOnly, ...settingsPatch } = patch as {
    empty?: string;
    undo?: UndoOrder;
    retryOnly?: readonly string[];
  };
  const settings = mergeSettings(settingsPatch);
  const { rows } = await bench.database.pool.query(
    `insert into pass (entry_id, number, kind, settings, settings_version, requested_by)
     select $1, coalesce(max(number), 0) + 1, $2, $3, $4, 'test' from pass where entry_id = $1 returning id`,
    [
      entryId,
      kind,
      JSON.stringify({
        ...settings,
        ...(empty === undefined ? {} : { empty }),
        ...(undo === undefined ? {} : { undo }),
        ...(retryOnly === undefined ? {} : { retryOnly }),
      }),
      settingsFingerprint(settings),
    ],
  );
  return Number(rows[0].id);
}

export interface PassOutcome {
  readonly status: string;
  readonly books: PassBooks;
  readonly result: unknown;
  readonly error: { code: string; message: string; fix?: string } | null;
}

export async function passOutcome(bench: Bench, passId: number): Promise<PassOutcome> {
  const { rows } = await bench.database.pool.query('select status, books, result, error from pass where id = $1', [
    passId,
  ]);
  const { status, result, error } = rows[0];
  // A migrating pass keeps its books folder by folder in its result.
  return { status, result, error, books: result };
}

/** Queues a pass and runs it in this process to its end. */
export async function pass(bench: Bench, entryId: number, kind: PassKind, patch: object = {}): Promise<PassOutcome> {
  return finishHere(bench, await queuePass(bench, entryId, kind, patch));
}

/** Runs a pass that is queued, or that died in another process, to its end in this one. */
export async function finishHere(bench: Bench, passId: number): Promise<PassOutcome> {
  await runPassHere(bench.deps, passId);
  return passOutcome(bench, passId);
}

/** Queues a pass and runs it until it is over or waits for something: a pause comes back as `pending`. */
export async function passUntilPause(
  bench: Bench,
  entryId: number,
  kind: PassKind,
  patch: object = {},
): Promise<PassOutcome & { readonly id: number }> {
  const id = await queuePass(bench, entryId, kind, patch);
  return { id, ...(await runUntilPause(bench, id)) };
}

/** Runs a queued pass until it ends or waits. */
export async function runUntilPause(bench: Bench, id: number): Promise<PassOutcome> {
  const pause = new AbortController();
  await runPassHere(bench.deps, id, { signal: pause.signal, onPause: () => pause.abort() });
  return passOutcome(bench, id);
}

/** What waited goes on at once. */
export async function resumeNow(bench: Bench, id: number): Promise<PassOutcome> {
  await bench.database.pool.query('update pass set resume_at = now() where id = $1', [id]);
  return runUntilPause(bench, id);
}

export const verifyResult = (outcome: PassOutcome): VerifyResult => outcome.result as VerifyResult;

export async function notes(
  bench: Bench,
  entryId: number,
): Promise<{ kind: string; code: string; text: string; fix: string | null; subject: string | null; pass: number }[]> {
  const { rows } = await bench.database.pool.query(
    'select kind, code, text, fix, subject, pass from object_note where entry_id = $1 order by id',
    [entryId],
  );
  return rows;
}

export type { LicenseTier };
