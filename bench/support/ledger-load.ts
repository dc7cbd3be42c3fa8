import { randomBytes } from 'node:crypto';
import {
  type Claim,
  claimPass,
  commitIntents,
  commitSettled,
  type Database,
  type Intent,
  inFencedTransaction,
  insertTodos,
  nextTodos,
  reserveOps,
} from '@sterna/store';
import type { Books } from './books.ts';

export const BATCH = 100;
/** Batches under way at once, as in a pass. */
export const LANES = 3;

/** An entry of its own whose pass is ours. */
export async function claimedEntry(books: Books): Promise<Claim> {
  const nobody = { server: { host: '127.0.0.1', port: 1 }, user: 'ledger' };
  const entryId = await books.addEntry(nobody, nobody);
  const passId = await books.queuePass(entryId, 'initial');
  const claim = await claimPass(books.database.pool, { leaseSeconds: 7_200, passId });
  if (claim === undefined) throw new Error('the pass was not claimed');
  return claim;
}

/** Of the whole ledger, indexes included. */
export async function ledgerBytes(pool: Database['pool']): Promise<number> {
  const { rows } = await pool.query(
    `select sum(pg_total_relation_size(inhrelid))::bigint as bytes from pg_inherits where inhparent = 'ledger'::regclass`,
  );
  return Number(rows[0].bytes);
}

/**
 * As a pass does: its objects are planned, then each batch reserves its operations, commits its intents and commits its
 * settlement.
 *
 * @returns objects settled in a second
 */
export async function settledPerSecond(pool: Database['pool'], claim: Claim, objects: number): Promise<number> {
  const { entryId } = claim;
  for (let done = 0; done < objects; done += 2_000)
    await inFencedTransaction(pool, claim.lease, (client) =>
      insertTodos(
        client,
        entryId,
        1,
        Array.from({ length: Math.min(2_000, objects - done) }, (_, n) => ({
          verb: 'create' as const,
          src: randomBytes(16),
          srcId: `1700000000.${done + n + 1}`,
        })),
      ),
    );
  const startedAt = performance.now();
  let after = 0;
  let uid = 0;
  const settleBatch = async (todos: Awaited<ReturnType<typeof nextTodos>>): Promise<void> => {
    const ops = await reserveOps(pool, todos.length);
    const intents = todos.map(
      (todo, i): Intent => ({
        op: ops[i] as number,
        verb: 'create',
        todoSeq: todo.seq,
        container: 1,
        targetContainer: 1,
        src: todo.src,
        srcId: todo.srcId,
        size: 8_192,
        flags: '\\seen',
        matchKey: randomBytes(16),
        digest: randomBytes(16),
        mark: undefined,
        reservedId: undefined,
        targetId: undefined,
        data: undefined,
      }),
    );
    await commitIntents(pool, claim.lease, entryId, claim.number, intents);
    await commitSettled(pool, claim.lease, entryId, claim.number, {
      ops,
      todoSeqs: todos.map((todo) => todo.seq),
      container: 1,
      notes: [],
      rows: intents.map((intent) => ({
        kind: 'message',
        src: intent.src,
        srcId: intent.srcId,
        container: 1,
        targetContainer: 1,
        state: 'created',
        reason: 'none',
        size: intent.size,
        flags: intent.flags,
        matchKey: intent.matchKey,
        digest: intent.digest,
        targetId: `1700000001.${++uid}`,
      })),
    });
  };
  for (;;) {
    const page = await nextTodos(pool, entryId, 1, 'create', after, 1_000);
    if (page.length === 0) break;
    after = page.at(-1)?.seq ?? after;
    const batches: (typeof page)[] = [];
    for (let at = 0; at < page.length; at += BATCH) batches.push(page.slice(at, at + BATCH));
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) await settleBatch(batch);
      }),
    );
  }
  return objects / ((performance.now() - startedAt) / 1_000);
}
