import type { ObjectState } from '@sterna/core';
import type { Pool } from 'pg';
import { KIND_CODE, REASON, STATE_CODE, VERB_CODE } from '../codes.ts';
import { type Lease, LeaseLost } from '../pass-queue.ts';
import { isAmong } from './among.ts';
import type { Intent } from './intents.ts';
import { noteColumns, type ObjectNote } from './notes.ts';
import type { Settled } from './rows.ts';

/**
 * The two commits that every batch of creates makes, each as one statement and so one round trip instead of four to
 * six. A statement alone is a transaction of its own: what `inFencedTransaction` does, with the fence inside it.
 *
 * `held` locks the leases FOR SHARE, as the fence does: a takeover waits for our commit, and after a takeover nothing
 * is found, nothing is written, and the missing rows tell. All parts see the one result of `held`.
 */
const HELD = `held as materialized (
             select 1 from lease where resource = any($1) and owner = $2 and expires_at > clock_timestamp() for share)`;
const IS_HELD = '(select count(*) from held) = cardinality($1::text[])';

/** @throws LeaseLost, where nothing was written */
export async function commitIntents(
  pool: Pool,
  lease: Lease,
  entryId: number,
  pass: number,
  intents: readonly Intent[],
): Promise<void> {
  if (intents.length === 0) return;
  const result = await pool.query({
    name: 'commit-intents',
    text: `with ${HELD}
           insert into intent (entry_id, pass, epoch, op, verb, todo_seq, container, target_container, src, src_id,
                  size, flags, match_key, digest, mark, reserved_id, target_id, data)
           select $3, $4, $5, * from unnest($6::bigint[], $7::smallint[], $8::bigint[], $9::integer[], $10::integer[],
                  $11::bytea[], $12::text[], $13::bigint[], $14::text[], $15::bytea[], $16::bytea[], $17::text[],
                  $18::text[], $19::text[], $20::jsonb[])
            where ${IS_HELD}`,
    values: [
      lease.resources,
      lease.owner,
      entryId,
      pass,
      lease.epoch,
      intents.map((i) => i.op),
      intents.map((i) => VERB_CODE[i.verb]),
      intents.map((i) => i.todoSeq),
      intents.map((i) => i.container),
      intents.map((i) => i.targetContainer),
      byteaArray(intents.map((i) => i.src)),
      intents.map((i) => i.srcId),
      intents.map((i) => i.size ?? null),
      intents.map((i) => i.flags ?? null),
      byteaArray(intents.map((i) => i.matchKey)),
      byteaArray(intents.map((i) => i.digest)),
      intents.map((i) => i.mark ?? null),
      intents.map((i) => i.reservedId ?? null),
      intents.map((i) => i.targetId ?? null),
      intents.map((i) => (i.data === undefined ? null : JSON.stringify(i.data))),
    ],
  });
  if (result.rowCount !== intents.length) throw new LeaseLost();
}

export interface SettledBatch {
  /** Operations whose intents are closed. */
  readonly ops: readonly number[];
  /** To-dos that are done; all of one source container. */
  readonly todoSeqs: readonly number[];
  readonly container: number;
  /** At least one: their number tells whether the lease was held. */
  readonly rows: readonly Settled[];
  readonly notes: readonly ObjectNote[];
}

/**
 * Closes the intents of a batch, writes its rows and notes, and strikes off its to-dos.
 *
 * The statement has no name, like all that search tables which fill and empty: PostgreSQL keeps the plan of one that has,
 * and a plan from when the to-do was empty reads it from end to end, batch by batch, once it no longer is.
 *
 * @throws LeaseLost, where nothing was written
 */
export async function commitSettled(
  pool: Pool,
  lease: Lease,
  entryId: number,
  pass: number,
  { ops, todoSeqs, container, rows, notes }: SettledBatch,
): Promise<void> {
  const result = await pool.query({
    text: `with ${HELD},
           closed as (delete from intent where entry_id = $3 and ${isAmong('op', '$5')} and ${IS_HELD}),
           done as (delete from todo
                     where entry_id = $3 and container = $6 and ${isAmong('seq', '$7')} and ${IS_HELD}),
           noted as (insert into object_note (entry_id, pass, kind, code, text, fix, subject, src, container, src_id)
                     select $3, $4, * from unnest($21::text[], $22::text[], $23::text[], $24::text[], $25::text[],
                            $26::bytea[], $27::integer[], $28::text[])
                      where ${IS_HELD})
           insert into ledger (entry_id, pass, kind, src, src_id, container, target_container, state, reason, size,
                  flags, match_key, digest, target_id, src_version, target_version)
           select $3, $4, n.kind, n.src, n.src_id, $6, n.target_container, n.state, n.reason, n.size,
                  n.flags, n.match_key, n.digest, n.target_id, n.src_version, n.target_version
             from unnest($8::bytea[], $9::text[], $10::integer[], $11::smallint[], $12::smallint[], $13::bigint[],
                  $14::text[], $15::bytea[], $16::bytea[], $17::text[], $18::smallint[], $19::text[], $20::text[])
                  as n(src, src_id, target_container, state, reason, size, flags, match_key, digest, target_id, kind,
                       src_version, target_version)
            where ${IS_HELD}
           on conflict (entry_id, src) do update
              set pass = excluded.pass, gone_pass = null, src_id = excluded.src_id, container = excluded.container,
                  target_container = excluded.target_container, state = excluded.state, reason = excluded.reason,
                  size = excluded.size, flags = excluded.flags, match_key = excluded.match_key,
                  digest = excluded.digest, target_id = excluded.target_id, src_version = excluded.src_version,
                  target_version = excluded.target_version`,
    values: [
      lease.resources,
      lease.owner,
      entryId,
      pass,
      ops,
      container,
      todoSeqs,
      byteaArray(rows.map((r) => r.src)),
      rows.map((r) => r.srcId),
      rows.map((r) => r.targetContainer ?? null),
      rows.map((r) => STATE_CODE[r.state satisfies ObjectState]),
      rows.map((r) => REASON[r.reason]),
      rows.map((r) => r.size ?? null),
      rows.map((r) => r.flags ?? null),
      byteaArray(rows.map((r) => r.matchKey)),
      byteaArray(rows.map((r) => r.digest)),
      rows.map((r) => r.targetId ?? null),
      rows.map((r) => KIND_CODE[r.kind]),
      rows.map((r) => r.srcVersion ?? null),
      rows.map((r) => r.targetVersion ?? null),
      ...noteColumns(notes),
    ],
  });
  if (result.rowCount !== rows.length) throw new LeaseLost();
}

/** As pg would write it, several times quicker: it takes an array of Buffers through general escaping, one by one. */
function byteaArray(values: readonly (Buffer | undefined)[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    text += `${i === 0 ? '' : ','}${value === undefined ? 'NULL' : `"\\\\x${value.toString('hex')}"`}`;
  }
  return `${text}}`;
}
