import { readFileSync } from 'node:fs';
import { type CrashPoint, startWorker } from '@sterna/engine';
import {
  type Claim,
  claimPass,
  commitIntents,
  commitSettled,
  endPass,
  joinPass,
  LeaseLost,
  leavePass,
  openShares,
  renewJoined,
  takeShare,
} from '@sterna/store';
import { startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { addEntry, mergedEntry, notes, pass, passOutcome, queuePass, twinEntry } from '../support/direct-pass.ts';
import { imapEndpoint } from '../support/dovecot-mailbox.ts';
import {
  ended,
  helpersRenewed,
  latch,
  leftovers,
  NOTHING,
  reaching,
  running,
  work,
} from '../support/several-workers.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

/** One huge mailbox, several workers: what they write, and that nobody else waits for it. */

const MANY = 200;

let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('shares');
});
afterAll(() => stage.close());

/** In two folders, each third one equal byte by byte to the one before. */
const putMany = (user: string) =>
  stage.put(
    user,
    ...Array.from({ length: MANY }, (_, i) => ({
      subject: `mail ${i - (i % 3 === 2 ? 1 : 0)}`,
      folder: i % 10 === 0 ? 'Other' : 'INBOX',
    })),
  );

test('two workers write one mailbox: each message once, the books balance, nothing is left behind', async () => {
  putMany('huge');
  const entry = await addEntry(stage.bench, stage.from('huge'), stage.to('huge'));
  const id = await queuePass(stage.bench, entry, 'initial');
  const helper = reaching('after-confirm');
  work(stage.bench, async (at) => {
    // Its own first batch is sent when the other has brought one of its to the end.
    if (at === 'before-intent-commit') await helper.isReached;
  });
  await running(stage.bench, id);
  work(stage.bench, helper.reached);
  const { status, books } = await ended(stage.bench, id);
  expect(status).toBe('completed');
  expect(books.total).toMatchObject({ seen: MANY, created: MANY, failed: 0, uncertain: 0 });
  expect(stage.differences('huge')).toEqual([]);
  expect(await leftovers(stage.bench, id)).toEqual(NOTHING);
  expect(await notes(stage.bench, entry)).toEqual([]);
  const { rows } = await stage.bench.database.pool.query('select progress from pass where id = $1', [id]);
  expect(rows[0].progress).toMatchObject({ objects: MANY, failed: 0, workers: 1 });
  expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: MANY, created: 0 });
});

test('state lost: what the target has already is taken over, each copy by one message, whoever comes first', async () => {
  // Four messages, each fifty times: all workers look for the same copies.
  stage.put('lost', ...Array.from({ length: MANY }, (_, i) => ({ subject: `mail ${i % 4}` })));
  const entry = await addEntry(stage.bench, stage.from('lost'), stage.to('lost'));
  expect((await pass(stage.bench, entry, 'initial')).books.total).toMatchObject({ created: MANY });
  const again = await twinEntry(stage.bench, entry);
  const id = await queuePass(stage.bench, again, 'initial');
  work(stage.bench, () => {}, { concurrency: 4, split: { from: 100, size: 5 } });
  expect((await ended(stage.bench, id)).books.total).toMatchObject({ seen: MANY, skipped: MANY, created: 0 });
  const { rows } = await stage.bench.database.pool.query(
    'select count(distinct target_id)::int as copies from ledger where entry_id = $1',
    [again],
  );
  expect(rows[0].copies).toBe(MANY);
  expect(stage.differences('lost')).toEqual([]);
});

test('small entries that come later are not kept waiting: who helps leaves for them, and comes back', async () => {
  putMany('big');
  const big = await addEntry(stage.bench, stage.from('big'), stage.to('big'));
  const id = await queuePass(stage.bench, big, 'initial');
  const small: number[] = [];
  let smallAreDone = (): void => {};
  const done = new Promise<void>((resolve) => {
    smallAreDone = resolve;
  });
  // Its own worker can do nothing for the small ones.
  work(stage.bench, async (at) => {
    if (at === 'before-intent-commit') await done;
  });
  await running(stage.bench, id);
  let queued: Promise<void> | undefined;
  work(stage.bench, async (at) => {
    if (at !== 'after-confirm') return;
    queued ??= (async () => {
      for (let i = 0; i < 5; i += 1) {
        stage.put(`small${i}`, { subject: `small ${i}` });
        const entry = await addEntry(stage.bench, stage.from(`small${i}`), stage.to(`small${i}`));
        small.push(await queuePass(stage.bench, entry, 'initial'));
      }
      await helpersRenewed(stage.bench, 2);
    })();
    await queued;
  });
  await expect
    .poll(async () => Promise.all(small.map(async (one) => (await passOutcome(stage.bench, one)).status)), {
      timeout: 20_000,
    })
    .toEqual(Array(5).fill('completed'));
  // The worker that did them had left most of the huge one for later.
  const { rows } = await stage.bench.database.pool.query(
    `select count(*)::int as left, (select shares_open from pass where id = $2) as open from todo where entry_id = $1`,
    [big, id],
  );
  expect(rows[0].open).toBe(true);
  expect(rows[0].left).toBeGreaterThan(MANY / 2);
  smallAreDone();
  expect((await ended(stage.bench, id)).books.total).toMatchObject({ seen: MANY, created: MANY });
  expect(stage.differences('big')).toEqual([]);
  expect(await leftovers(stage.bench, id)).toEqual(NOTHING);
});

test('workers on shares take slots of the budgets as passes do, and a mailbox has no more than four', async () => {
  const most = { slots: 0, helpers: 0 };
  const look = async (at: CrashPoint): Promise<void> => {
    if (at !== 'after-intent-commit') return;
    const { rows } = await stage.bench.database.pool.query(
      `select coalesce(max(n), 0)::int as slots, (select count(*)::int from lease where within is not null) as helpers
         from (select sum(connections) as n from budget_slice group by system_id) as each`,
    );
    most.slots = Math.max(most.slots, rows[0].slots);
    most.helpers = Math.max(most.helpers, rows[0].helpers);
  };
  const run = async (user: string, workers: number, ceiling: number): Promise<void> => {
    putMany(user);
    const entry = await addEntry(stage.bench, stage.from(user), stage.to(user));
    await stage.bench.database.pool.query(
      'insert into budget (system_id, connections, ceiling) select target_system_id, $2, $2 from entry where id = $1',
      [entry, ceiling],
    );
    Object.assign(most, { slots: 0, helpers: 0 });
    const id = await queuePass(stage.bench, entry, 'initial');
    const worker = startWorker(
      { ...stage.bench.deps, reached: look },
      { concurrency: workers, leaseSeconds: 1, split: { from: 100, size: 10 } },
    );
    expect((await ended(stage.bench, id)).books.total).toMatchObject({ created: MANY });
    await worker.stop();
    expect(stage.differences(user)).toEqual([]);
  };
  await run('slots', 4, 2);
  expect(most).toEqual({ slots: 2, helpers: 1 });
  await run('mailbox', 8, 20);
  expect(most).toEqual({ slots: 4, helpers: 3 });
});

test('a server that lets no more sessions in has one worker less, and the pass goes on', async () => {
  const target = await startDovecot({ listescape: true, maxConnectionsPerUser: 3 });
  onTestFinished(() => target.stop());
  putMany('few');
  const entry = await addEntry(stage.bench, stage.from('few'), imapEndpoint(target, 'few'));
  const id = await queuePass(stage.bench, entry, 'initial');
  const refused = latch();
  work(stage.bench, async (at) => {
    if (at === 'after-confirm') await refused.isOpen;
  });
  // A worker takes two, so a second one finds only one; without this it might find both before the first has its own.
  await expect.poll(() => connectionsTo(target.port), { interval: 10, timeout: 30_000 }).toBe(2);
  work(stage.bench, async () => undefined, {
    log: (event) => {
      if (event.message === 'share given up') refused.open();
    },
  });
  const { status, books } = await ended(stage.bench, id);
  expect(status).toBe('completed');
  expect(books.total).toMatchObject({ created: MANY, failed: 0 });
  const { rows } = await stage.bench.database.pool.query('select most_workers from pass where id = $1', [id]);
  expect(rows[0].most_workers).toBe(1);
  expect(await notes(stage.bench, entry)).toEqual([]);
});

/** Connections that a server on this machine has open on its port. */
const connectionsTo = (port: number): number =>
  readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter(
      (line) =>
        /^\s*\d+: \S+:([\dA-F]{4}) \S+ 01 /.exec(line)?.[1] === port.toString(16).toUpperCase().padStart(4, '0'),
    ).length;

for (const point of ['after-intent-commit', 'after-acknowledgement'] as const)
  test(`a helper that is cut off ${point}: what it had under way is settled by the pass’s own worker`, async () => {
    const user = `cut-${point}`;
    putMany(user);
    const entry = await addEntry(stage.bench, stage.from(user), stage.to(user));
    const id = await queuePass(stage.bench, entry, 'initial');
    const helper = reaching(point);
    work(stage.bench, async (at) => {
      if (at === 'before-intent-commit') await helper.isReached;
    });
    await running(stage.bench, id);
    // As if its process had ended there: it does nothing more, and its sockets are closed.
    let goOn = (): void => {};
    const isOver = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const cut = work(stage.bench, async (at) => {
      helper.reached(at);
      if (at === point) await isOver;
    });
    await helper.isReached;
    void cut.stop();
    void cut.stop();
    const { status, books } = await ended(stage.bench, id);
    // It comes to itself: nothing of it gets into the books.
    goOn();
    await cut.stop();
    expect(status).toBe('completed');
    expect(books.total).toMatchObject({ seen: MANY, created: MANY, uncertain: 0 });
    expect(stage.differences(user)).toEqual([]);
    expect(await leftovers(stage.bench, id)).toEqual(NOTHING);
  });

test('a stop ends all of it: nothing is under way any more, and a delta goes on', async () => {
  putMany('stopped');
  const entry = await addEntry(stage.bench, stage.from('stopped'), stage.to('stopped'));
  const id = await queuePass(stage.bench, entry, 'initial');
  const helper = reaching('after-confirm');
  work(stage.bench, async (at) => {
    if (at !== 'before-intent-commit') return;
    await helper.isReached;
    await stage.bench.database.pool.query('update pass set stop_requested = true where id = $1', [id]);
    await helpersRenewed(stage.bench, 2);
  });
  await running(stage.bench, id);
  work(stage.bench, helper.reached);
  expect((await ended(stage.bench, id)).status).toBe('stopped');
  const { rows } = await stage.bench.database.pool.query(
    `select (select count(*)::int from intent where entry_id = $1) as intents,
            (select count(*)::int from ledger where entry_id = $1) as settled`,
    [entry],
  );
  expect(rows[0].intents).toBe(0);
  expect(rows[0].settled).toBeGreaterThan(0);
  const delta = await pass(stage.bench, entry, 'delta');
  expect(delta.books.total).toMatchObject({ seen: MANY, created: MANY - rows[0].settled, unchanged: rows[0].settled });
  expect(stage.differences('stopped')).toEqual([]);
});

test('a pass whose worker died is taken over only when everybody who joined it has let go', async () => {
  const { pool } = stage.bench.database;
  const entry = await addEntry(stage.bench, stage.from('dead'), stage.to('dead'));
  const passId = await queuePass(stage.bench, entry, 'initial');
  const merged = await mergedEntry(stage.bench, entry, stage.from('other'));
  const own = await claimPass(pool, { leaseSeconds: 60, passId });
  if (own === undefined) throw new Error('the pass was not claimed');
  await openShares(pool, own, [{ kind: 'message', ranges: [{ container: 1, from: 1, to: 9 }] }]);
  const joined = await joinPass(pool, { leaseSeconds: 60, except: [] });
  if (joined === undefined) throw new Error('the pass was not joined');
  expect(joined.claim).toMatchObject({ passId, entryId: entry });
  const other = await queuePass(stage.bench, merged, 'initial');

  // Its time is over by the database's clock.
  for (const table of ['lease', 'budget_slice'])
    await pool.query(`update ${table} set expires_at = clock_timestamp() where owner = $1`, [own.lease.owner]);
  await expect(takeShare(pool, own)).rejects.toThrow(LeaseLost);
  const claimOf = (id: number) => claimPass(pool, { leaseSeconds: 60, passId: id });
  // Nor may another entry write to the same mailbox.
  expect([await claimOf(passId), await claimOf(other)]).toEqual([undefined, undefined]);
  expect(await joinPass(pool, { leaseSeconds: 60, except: [] })).toBeUndefined();
  expect(await renewJoined(pool, joined, 60, undefined)).toEqual({ held: true, leave: true });
  // What is under way is brought to its end.
  expect(await takeShare(pool, joined.claim)).toMatchObject({ number: 1 });
  await leavePass(pool, joined, false);
  await expect(takeShare(pool, joined.claim)).rejects.toThrow(LeaseLost);

  const next = await claimOf(passId);
  expect(next).toMatchObject({ passId });
  await endPass(pool, next as Claim, { status: 'stopped', activeSeconds: 0, progress: {} });
  await endPass(pool, (await claimOf(other)) as Claim, { status: 'stopped', activeSeconds: 0, progress: {} });
  expect(await leftovers(stage.bench, passId)).toEqual(NOTHING);
});

test('who lost the lease settles nothing: no row, no note, and the intent stays open', async () => {
  const { pool } = stage.bench.database;
  const entry = await addEntry(stage.bench, stage.from('lapsed'), stage.to('lapsed'));
  const passId = await queuePass(stage.bench, entry, 'initial');
  const own = await claimPass(pool, { leaseSeconds: 60, passId });
  if (own === undefined) throw new Error('the pass was not claimed');
  const src = Buffer.alloc(16, 7);
  const object = { src, srcId: '1', size: 1, flags: undefined, matchKey: undefined, digest: src };
  const intent = { op: 1, verb: 'create', todoSeq: 1, container: 1, targetContainer: 1, ...object } as const;
  const nothing = { mark: undefined, reservedId: undefined, targetId: undefined, data: undefined };
  await commitIntents(pool, own.lease, entry, own.number, [{ ...intent, ...nothing }]);
  const settle = () =>
    commitSettled(pool, own.lease, entry, own.number, {
      ops: [1],
      todoSeqs: [1],
      container: 1,
      rows: [
        {
          kind: 'message',
          container: 1,
          targetContainer: 1,
          state: 'created',
          reason: 'none',
          targetId: '1',
          ...object,
        },
      ],
      notes: [{ kind: 'fidelity', code: 'date-dropped', text: 'Its date was dropped.', src, container: 1, srcId: '1' }],
    });
  const written = async () =>
    (
      await pool.query(
        `select (select count(*)::int from ledger where entry_id = $1) as rows,
                (select count(*)::int from object_note where entry_id = $1) as notes,
                (select count(*)::int from intent where entry_id = $1) as intents`,
        [entry],
      )
    ).rows[0];
  const setExpiry = (at: string) =>
    pool.query(`update lease set expires_at = ${at} where owner = $1`, [own.lease.owner]);

  await setExpiry('clock_timestamp()');
  await expect(settle()).rejects.toThrow(LeaseLost);
  expect(await written()).toEqual({ rows: 0, notes: 0, intents: 1 });
  await setExpiry("clock_timestamp() + interval '1 minute'");
  await settle();
  expect(await written()).toEqual({ rows: 1, notes: 1, intents: 0 });
  await endPass(pool, own, { status: 'stopped', activeSeconds: 0, progress: {} });
});
