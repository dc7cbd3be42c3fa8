import { startWorker } from '@sterna/engine';
import { raiseBudget } from '@sterna/store';
import { type ScriptedImap, startDovecot, startFaultProxy, startScriptedImap } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  addEntry,
  notes,
  pass,
  passOutcome,
  passUntilPause,
  queuePass,
  resumeNow,
  runUntilPause,
} from '../support/direct-pass.ts';
import { imapEndpoint } from '../support/dovecot-mailbox.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('failures');
});
afterAll(() => stage.close());

async function scripted(options: Parameters<typeof startScriptedImap>[0]): Promise<ScriptedImap> {
  const server = await startScriptedImap(options);
  onTestFinished(() => server.stop());
  return server;
}

const many = (user: string, count: number, folder = 'INBOX') =>
  stage.put(user, ...Array.from({ length: count }, (_, i) => ({ subject: `mail ${i}`, folder })));

describe('the target refuses', () => {
  for (const hide of [[], ['MULTIAPPEND']])
    test(`one message of many${hide.length > 0 ? ', without MULTIAPPEND' : ': bisected'}; a delta tries it again`, async () => {
      const user = `refused${hide.length}`;
      let virus = true;
      const target = await scripted({
        hide,
        accept: (bytes) => (virus && bytes.includes('Subject: mail 17\r\n') ? '[CANNOT] virus found' : undefined),
      });
      many(user, 40);
      const entry = await addEntry(stage.bench, stage.from(user), imapEndpoint(target, user));
      const first = await pass(stage.bench, entry, 'initial');
      expect(first.status).toBe('completed with failures');
      expect(first.books.total).toMatchObject({ seen: 40, created: 39, failed: 1 });
      expect(await notes(stage.bench, entry)).toMatchObject([{ kind: 'failure', subject: 'mail 17', pass: 1 }]);
      expect((await notes(stage.bench, entry))[0]?.text).toMatch(/virus found/);
      expect(target.mailbox(user).messages).toHaveLength(39);
      expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 39, failed: 1 });
      virus = false;
      // Also where the filters changed meanwhile, so that the listing starts from scratch.
      const third = await pass(stage.bench, entry, 'delta', { sizeLimit: 1_000_000 });
      expect(third.status).toBe('completed');
      expect(third.books.total).toMatchObject({ created: 1, unchanged: 39, failed: 0 });
      expect(target.mailbox(user).messages).toHaveLength(40);
      expect(target.badCommands).toEqual([]);
    });

  test('everything: the pass stops early and says why', async () => {
    const target = await scripted({ accept: () => '[CANNOT] no' });
    many('all', 60);
    const entry = await addEntry(stage.bench, stage.from('all'), imapEndpoint(target, 'all'));
    const first = await pass(stage.bench, entry, 'initial', { failureShare: { share: 0.5, objects: 20 } });
    expect(first.status).toBe('failed');
    expect(first.error).toMatchObject({ code: 'too-many-failures' });
    expect(first.error?.fix).toMatch(/delta/);
    expect(target.counts.get('APPEND') ?? 0).toBeLessThan(60 * 3);
  });

  test('too large a message: named, the others arrive', async () => {
    const target = await scripted({ appendLimit: 20_000 });
    stage.put('large', { subject: 'small' }, { subject: 'large', size: 40_000 });
    const entry = await addEntry(stage.bench, stage.from('large'), imapEndpoint(target, 'large'));
    expect((await pass(stage.bench, entry, 'initial')).books.total).toMatchObject({ created: 1, failed: 1 });
    expect(await notes(stage.bench, entry)).toMatchObject([{ kind: 'failure', subject: 'large' }]);
  });
});

test('over quota: the entry waits and says so, and goes on once there is room', async () => {
  const target = await startDovecot({ quota: { bytes: 20_000 } });
  onTestFinished(() => target.stop());
  stage.put('quota', ...Array.from({ length: 30 }, (_, i) => ({ subject: `mail ${i}`, size: 2_000 })));
  const entry = await addEntry(stage.bench, stage.from('quota'), imapEndpoint(target, 'quota'));
  const first = await passUntilPause(stage.bench, entry, 'initial');
  expect(first.status).toBe('pending');
  expect(first.error).toMatchObject({ code: 'over-quota' });
  const { rows } = await stage.bench.database.pool.query(
    'select status, status_detail, resume_at from entry where id = $1',
    [entry],
  );
  expect(rows[0]).toMatchObject({
    status: 'pending',
    status_detail: expect.stringMatching(/quota/i),
    resume_at: expect.any(Date),
  });
  expect(first.error?.message).toMatch(/^Target: /);
  // One full mailbox is no reason to leave the others alone.
  expect(await pausedSystems(entry)).toEqual([]);
  target.setQuota('quota', { bytes: 10_000_000 });
  const second = await resumeNow(stage.bench, first.id);
  expect(second.status).toBe('completed');
  expect(second.books.total).toMatchObject({ seen: 30, created: 30, failed: 0 });
  expect((await target.rawCommand('quota', 'STATUS INBOX (MESSAGES)'))[0]?.untagged?.join(' ')).toMatch(/MESSAGES 30/);
});

test('the target says in the middle of a pass that it is busy: its system alone is paused, and another pass’s end does not wake it', async () => {
  let busy = true;
  const target = await scripted({ accept: () => (busy ? '[LIMIT] too many appends' : undefined) });
  many('busy', 10);
  const entry = await addEntry(stage.bench, stage.from('busy'), imapEndpoint(target, 'busy'));
  const first = await passUntilPause(stage.bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'pending', error: { code: 'imap-busy', class: 'throttled' } });
  expect(first.error?.message).toMatch(/^Target: /);
  expect(await pausedSystems(entry)).toEqual(['target']);
  const { source_system_id, target_system_id } = (
    await stage.bench.database.pool.query('select source_system_id, target_system_id from entry where id = $1', [entry])
  ).rows[0];
  await raiseBudget(stage.bench.database.pool, [source_system_id, target_system_id]);
  expect(await pausedSystems(entry)).toEqual(['target']);
  busy = false;
  await stage.bench.database.pool.query('update budget set resume_at = now() where system_id = $1', [target_system_id]);
  const second = await resumeNow(stage.bench, first.id);
  expect(second.status).toBe('completed');
  expect(target.mailbox('busy').messages).toHaveLength(10);
});

/** Which systems of an entry get no new work now. */
async function pausedSystems(entry: number): Promise<string[]> {
  const { rows } = await stage.bench.database.pool.query(
    `select case when b.system_id = e.source_system_id then 'source' else 'target' end as side
       from entry e join budget b on b.system_id in (e.source_system_id, e.target_system_id)
      where e.id = $1 and b.resume_at > now()`,
    [entry],
  );
  return rows.map((row) => row.side);
}

for (const side of ['source', 'target'] as const)
  test(`${side} down: the entry waits, and completes once it is back`, async () => {
    const proxy = await startFaultProxy({ target: stage[side] });
    onTestFinished(() => proxy.stop());
    const user = `down-${side}`;
    many(user, 5);
    const [from, to] = side === 'source' ? [proxy, stage.target] : [stage.source, proxy];
    const entry = await addEntry(stage.bench, imapEndpoint(from, user), imapEndpoint(to, user));
    await proxy.offline();
    const first = await passUntilPause(stage.bench, entry, 'initial');
    expect(first).toMatchObject({ status: 'pending', error: { code: 'connection-refused' } });
    expect(first.error?.message.toLowerCase()).toContain(side);
    await proxy.online();
    const second = await resumeNow(stage.bench, first.id);
    expect(second.status).toBe('completed');
    expect(stage.differences(user)).toEqual([]);
  });

test('a stop that is asked for while an attempt fails ends the pass, which would otherwise wait and try again', async () => {
  const proxy = await startFaultProxy({ target: stage.target });
  onTestFinished(() => proxy.stop());
  many('stopped-down', 3);
  const entry = await addEntry(stage.bench, stage.from('stopped-down'), imapEndpoint(proxy, 'stopped-down'));
  await proxy.offline();
  const id = await queuePass(stage.bench, entry, 'initial');
  await stage.bench.database.pool.query('update pass set stop_requested = true where id = $1', [id]);
  const outcome = await runUntilPause(stage.bench, id);
  expect(outcome).toMatchObject({ status: 'stopped', error: { code: 'connection-refused' } });
  const { rows } = await stage.bench.database.pool.query('select status, resume_at from entry where id = $1', [entry]);
  expect(rows[0]).toEqual({ status: 'stopped', resume_at: null });
});

for (const side of ['source', 'target'] as const)
  test(`wrong password at the ${side}: failed, with the side and the fix`, async () => {
    const user = `password-${side}`;
    many(user, 1);
    const [from, to] = [stage.from(user), stage.to(user)];
    const wrong = side === 'source' ? { ...from, password: 'no' } : { ...to, password: 'no' };
    const entry = await addEntry(stage.bench, side === 'source' ? wrong : from, side === 'target' ? wrong : to);
    const first = await passUntilPause(stage.bench, entry, 'initial');
    expect(first.status).toBe('failed');
    expect(first.error).toMatchObject({ class: 'auth', fix: expect.stringMatching(/password/i) });
    expect(first.error?.message).toMatch(new RegExp(`^${side}`, 'i'));
    expect(JSON.stringify(first.error)).not.toMatch(/"stack"/);
  });

test('a target that is the source is refused, whatever the spelling', async () => {
  many('same', 1);
  const entry = await addEntry(
    stage.bench,
    stage.from('same'),
    imapEndpoint({ host: 'localhost', port: stage.source.port }, 'Same'),
  );
  const first = await pass(stage.bench, entry, 'initial');
  expect(first).toMatchObject({ status: 'failed', error: { code: 'target-is-source', field: 'targetAddress' } });
  expect(stage.sourceTruth('same').get('INBOX')).toHaveLength(1);
});

describe('giving way', () => {
  /** More batches than are under way at once: a folder makes at least one. */
  const FOLDERS = 9;
  const MANY = FOLDERS * 10;
  const manyFolders = (user: string) => {
    for (let i = 0; i < FOLDERS; i += 1) many(user, 10, `Folder${i}`);
  };

  /** Holds the target's answers back after so many commands, until the test lets them go. */
  async function slowTarget(user: string) {
    const proxy = await startFaultProxy({ target: stage.target });
    onTestFinished(() => proxy.stop());
    const stall = proxy.rule({ direction: 'toServer', match: 'APPEND', skip: 1, do: 'stall' });
    return { proxy, stall, endpoint: imapEndpoint(proxy, user) };
  }

  test('a stop is heeded after what is in flight; a delta goes on from there', async () => {
    manyFolders('stop');
    const { proxy, stall, endpoint } = await slowTarget('stop');
    const entry = await addEntry(stage.bench, stage.from('stop'), endpoint);
    const id = await queuePass(stage.bench, entry, 'initial');
    const worker = startWorker(stage.bench.deps, { concurrency: 1, leaseSeconds: 1 });
    onTestFinished(() => worker.stop());
    await stall.struck;
    await stage.bench.database.pool.query('update pass set stop_requested = true where id = $1', [id]);
    // The next renewal of the lease brings it to the pass.
    await renewed(id);
    proxy.unstall();
    await expect.poll(async () => (await passOutcome(stage.bench, id)).status, { timeout: 10_000 }).toBe('stopped');
    const landed = [...stage.targetTruth('stop').values()].flat().length;
    const { rows } = await stage.bench.database.pool.query(
      'select (select count(*)::int from ledger where entry_id = $1 and target_id is not null) as copies, (select count(*)::int from intent where entry_id = $1) as open',
      [entry],
    );
    expect(rows[0]).toEqual({ copies: landed, open: 0 });
    expect(landed).toBeLessThan(MANY);
    const second = await pass(stage.bench, entry, 'delta');
    expect(second.books.total).toMatchObject({ seen: MANY, created: MANY - landed, unchanged: landed });
    expect(stage.differences('stop')).toEqual([]);
  });

  test('a pass whose slice is over gives way to one that waits, and both complete', async () => {
    manyFolders('slice');
    many('other', 3);
    const { proxy, stall, endpoint } = await slowTarget('slice');
    const long = await addEntry(stage.bench, stage.from('slice'), endpoint);
    const short = await addEntry(stage.bench, stage.from('other'), stage.to('other'));
    const first = await queuePass(stage.bench, long, 'initial');
    const worker = startWorker(stage.bench.deps, { concurrency: 1, leaseSeconds: 1, sliceSeconds: 0 });
    onTestFinished(() => worker.stop());
    await stall.struck;
    const second = await queuePass(stage.bench, short, 'initial');
    await renewed(first);
    proxy.unstall();
    for (const id of [first, second])
      await expect.poll(async () => (await passOutcome(stage.bench, id)).status, { timeout: 15_000 }).toBe('completed');
    const ended = await stage.bench.database.pool.query('select id from pass where id = any($1) order by ended_at', [
      [first, second],
    ]);
    expect(ended.rows.map((row) => Number(row.id))).toEqual([second, first]);
    expect(stage.differences('slice')).toEqual([]);
    expect(stage.differences('other')).toEqual([]);
  });

  /** Two renewals of the pass's lease from now: whatever was asked of it was heard. */
  async function renewed(passId: number): Promise<void> {
    const expiry = async (): Promise<number> => {
      const { rows } = await stage.bench.database.pool.query(
        `select l.expires_at from lease l join pass p on l.resource = 'entry/' || p.entry_id where p.id = $1`,
        [passId],
      );
      return rows[0].expires_at.getTime();
    };
    for (let i = 0; i < 2; i += 1) {
      const before = await expiry();
      await expect.poll(expiry, { timeout: 5_000 }).toBeGreaterThan(before);
    }
  }
});
