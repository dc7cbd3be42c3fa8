import { randomBytes } from 'node:crypto';
import {
  claimPass,
  commitIntents,
  commitSettled,
  type Intent,
  inFencedTransaction,
  insertTodos,
  nextTodos,
  reserveOps,
} from '@sterna/store';
import { fixed, goal, table, whole } from '../support/figures.ts';
import type { Part } from './part.ts';

const BATCH = 100;
/** Batches under way at once, as in a pass. */
const LANES = 3;

/** The books alone, through the functions that a pass uses: what a row takes, and how many are settled in a second. */
export const ledger: Part = {
  name: 'ledger',
  title: 'Ledger',
  async run(lab, { quick }) {
    const objects = quick ? 20_000 : 200_000;
    const { pool } = lab.books.database;
    const nobody = { server: { host: '127.0.0.1', port: 1 }, user: 'ledger' };
    const entryId = await lab.books.addEntry(nobody, nobody);
    const passId = await lab.books.queuePass(entryId, 'initial');
    const claim = await claimPass(pool, { leaseSeconds: 3_600, passId });
    if (claim === undefined) throw new Error('the pass was not claimed');
    const bytes = async (): Promise<number> => {
      const { rows } = await pool.query(
        `select sum(pg_total_relation_size(inhrelid))::bigint as bytes from pg_inherits where inhparent = 'ledger'::regclass`,
      );
      return Number(rows[0].bytes);
    };
    const before = await bytes();
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
    const rate = objects / ((performance.now() - startedAt) / 1_000);
    const perRow = ((await bytes()) - before) / objects;
    return [
      `${whole(objects)} objects, batches of ${BATCH}, ${LANES} at a time; each batch reserves its operations, commits its intents and commits its settlement (fsync on).`,
      table(['bytes per row, indexes included', 'objects settled per second'], [[fixed(perRow, 0), whole(rate)]]),
      [goal(perRow <= 450, '- at most 450 bytes per row'), goal(rate >= 10_000, '- at least 10,000 objects/s')].join(
        '\n',
      ),
    ].join('\n\n');
  },
};
