import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database.ts';
import { commitIntents, commitSettled, nextTodos, reserveOps, type TodoRow } from '../src/ledger/index.ts';
import { migrate } from '../src/migrate.ts';
import type { Lease } from '../src/pass-queue.ts';
import { SERVERS, type Server } from './support/servers.ts';

/** Of to-do, in a page of which 1,000 are read. */
const PLANNED = 1_000_000;
const PAGES = 5;
const PAGE = 1_000;
const BATCH = 100;

/**
 * What PostgreSQL knows of its tables comes from autovacuum, up to a minute after they have filled. A pass begins when
 * they fill, so it may not be slow until then.
 */
describe.each(SERVERS)('a pass on $name reads the work it takes and no more', ({ start, isHere }) => {
  let server: Server;
  beforeAll(async () => {
    if (isHere) server = await start();
  });
  afterAll(() => server?.stop());
  const test = it.runIf(isHere);

  test('in a database that knows nothing of its tables yet', async () => {
    const database = await opened('fresh');
    await expectFrugal(database);
    await database.close();
  });

  test('when what it knows is of tables that were empty', async () => {
    const database = await opened('emptied');
    const { pool } = database;
    const lease = await held(pool, 1);
    const work = async (): Promise<void> => {
      await plan(pool, 1, BATCH);
      await workOff(pool, lease, 1, BATCH);
    };
    // Often enough that a statement that is remembered has one plan for all parameters.
    for (let time = 0; time < 10; time++) await work();
    await pool.query('vacuum (analyze) todo, intent');
    await work();
    await expectFrugal(database);
    await database.close();
  });

  async function opened(name: string): Promise<Database> {
    const database = await server.open(name);
    await migrate(database.pool);
    await database.pool.query('alter table todo set (autovacuum_enabled = false)');
    await database.pool.query('alter table intent set (autovacuum_enabled = false)');
    return database;
  }
});

async function expectFrugal({ pool }: Database): Promise<void> {
  const lease = await held(pool, 2);
  await plan(pool, 2, PLANNED);
  const before = await read(pool);
  await workOff(pool, lease, 2, PAGES * PAGE);
  const after = await read(pool);
  const blocks = after.blocks - before.blocks;
  const entries = after.entries - before.entries;
  // Of each object three entries of an index are looked up: its to-do is handed out and struck off, its intent removed.
  expect(entries).toBeLessThan(6 * PAGES * PAGE);
  expect(blocks).toBeGreaterThan(PAGES * PAGE);
  expect(blocks).toBeLessThan(10 * PAGES * PAGE);
}

async function held(pool: Pool, entryId: number): Promise<Lease> {
  const lease = { owner: randomUUID(), resources: [`entry:${entryId}`], epoch: 1 };
  await pool.query(
    `insert into lease (resource, owner, epoch, expires_at) values ($1, $2, 1, now() + interval '1 hour')`,
    [lease.resources[0], lease.owner],
  );
  return lease;
}

async function plan(pool: Pool, entryId: number, objects: number): Promise<void> {
  await pool.query(
    `insert into todo (entry_id, container, verb, src, src_id)
     select $1::bigint, 1, 1, decode(md5($1::text || n::text), 'hex'), n::text from generate_series(1, $2::int) n`,
    [entryId, objects],
  );
}

/** As a pass does: page by page, and batch by batch. */
async function workOff(pool: Pool, lease: Lease, entryId: number, objects: number): Promise<void> {
  let after = 0;
  for (let done = 0; done < objects; ) {
    const todos = await nextTodos(pool, entryId, 1, 'create', after, Math.min(PAGE, objects - done));
    expect(todos).not.toEqual([]);
    after = todos.at(-1)?.seq ?? after;
    done += todos.length;
    for (let at = 0; at < todos.length; at += BATCH) await settle(pool, lease, entryId, todos.slice(at, at + BATCH));
  }
}

async function settle(pool: Pool, lease: Lease, entryId: number, todos: readonly TodoRow[]): Promise<void> {
  const ops = await reserveOps(pool, todos.length);
  const objects = todos.map(({ src, srcId }) => ({
    src,
    srcId,
    container: 1,
    targetContainer: 1,
    size: 1,
    flags: undefined,
    matchKey: undefined,
    digest: undefined,
  }));
  const intents = objects.map((object, i) => ({
    ...object,
    op: ops[i] as number,
    verb: 'create' as const,
    todoSeq: todos[i]?.seq ?? 0,
    mark: undefined,
    reservedId: undefined,
    targetId: undefined,
    data: undefined,
  }));
  await commitIntents(pool, lease, entryId, 1, intents);
  await commitSettled(pool, lease, entryId, 1, {
    ops,
    todoSeqs: todos.map(({ seq }) => seq),
    container: 1,
    rows: objects.map((object) => ({
      ...object,
      kind: 'message',
      state: 'created',
      reason: 'none',
      targetId: object.srcId,
    })),
    notes: [],
  });
}

/** Of the to-do and the intents. One connection does it all: it tells its own. */
async function read(pool: Pool): Promise<{ entries: number; blocks: number }> {
  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query(
    `select (select sum(idx_tup_read)::float8 from pg_stat_user_indexes where relname in ('todo', 'intent')) as entries,
            (select sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::float8
               from pg_statio_user_tables where relname in ('todo', 'intent')) as blocks`,
  );
  return rows[0];
}
