import { readdirSync, readFileSync } from 'node:fs';
import { type Dovecot, type FaultProxy, startDovecot, startFaultProxy } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, notes, passOutcome, queuePass } from '../../support/direct-pass.ts';
import { differences, imapEndpoint, maildirTruth } from '../../support/dovecot-mailbox.ts';
import { until } from '../../support/until.ts';
import {
  finishPass,
  isStopped,
  type Kill,
  killLiving,
  runAndKill,
  startPass,
  untilOver,
  untilStopped,
  whileAlive,
} from '../harness.ts';
import type { KillStage } from '../kill-stage.ts';

interface Bench {
  readonly target: Dovecot;
  readonly proxy: FaultProxy;
  readonly entry: number;
  readonly user: string;
  /** Copies in the target beyond those of the source. */
  extras(): number;
}

async function prepare(kill: KillStage, user: string, seed: number, targetOptions = {}): Promise<Bench> {
  const target = await startDovecot({ listescape: true, ...targetOptions });
  const proxy = await startFaultProxy({ target });
  kill.later(() => Promise.all([target.stop(), proxy.stop()]));
  kill.seed(user, seed);
  const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(proxy, user));
  return {
    target,
    proxy,
    entry,
    user,
    extras: () =>
      differences(kill.sourceTruth(user), maildirTruth(target.mailRoot(user))).filter((line) =>
        line.includes(': extra'),
      ).length,
  };
}

/**
 * Stops the processes that serve a user, at a moment when they hold no lock: Dovecot's others would wait for it, two minutes
 * for each file.
 */
async function stopServing(target: Dovecot, user: string): Promise<readonly number[]> {
  const pids = target.imapPids(user);
  await until('none of them holds a lock', () => {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    if (pids.every(isStopped) && !holdsLock(target.mailRoot(user), pids)) return true;
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    return false;
  });
  return pids;
}

/** By a file of its own, or by a lock of the kernel's: /proc/locks (proc_locks(5)) has who holds it in its fifth field. */
const holdsLock = (root: string, pids: readonly number[]): boolean =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.lock')) ||
  readFileSync('/proc/locks', 'latin1')
    .split('\n')
    .some((line) => pids.includes(Number(line.split(/\s+/)[4])));

/**
 * Stops the processes that serve the writer, right before they see its nth APPEND; waits until that is whole in the
 * kernel's buffers; kills the writer. @returns how many messages wait there at least, and how to
 * let them land
 */
async function writeIntoTheVoid(
  kill: KillStage,
  { target, proxy, user }: Bench,
  id: number,
  skip: number,
): Promise<{ messages: number; land: () => Promise<void> }> {
  const child = startPass(kill.stage, id);
  let stopped: readonly number[] = [];
  let connection = 0;
  let before = 0;
  const rule = proxy.rule({
    direction: 'toServer',
    match: /APPEND [^\r\n]*\r\n/,
    skip,
    do: async ({ id: of }) => {
      connection = of;
      before = proxy.transcript.length;
      stopped = await stopServing(target, user);
    },
  });
  await whileAlive(child, rule.struck, 'its APPEND');
  const whole = () =>
    proxy.transcript
      .slice(before)
      .filter((line) => line.direction === 'toServer' && line.connection === connection && / APPEND /.test(line.text));
  await until('the whole APPEND is on its way', () => whole().length > 0);
  await killLiving(kill.stage, child, 'writing to a stopped process');
  const messages = whole().reduce((sum, line) => sum + (line.text.match(/\{\d+\+?\}/g) ?? []).length, 0);
  return {
    messages,
    land: async () => {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
      // They see the end of their connections behind all that was sent.
      await until('they have done what they were sent', () =>
        target.imapPids(user).every((pid) => !stopped.includes(pid)),
      );
    },
  };
}

async function expectLateCopiesRemoved(kill: KillStage, bench: Bench, late: number): Promise<void> {
  const { entry, user, target } = bench;
  const delta = await queuePass(kill.bench, entry, 'delta');
  await finishPass(kill.stage, delta);
  expect((await passOutcome(kill.bench, delta)).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect((await notes(kill.bench, entry)).filter((note) => note.kind === 'suspect').map((note) => note.code)).toEqual(
    Array.from({ length: late }, () => 'late-copy-removed'),
  );
  await kill.expectExactlyOnce(user, entry, target);
  await kill.expectVerified(entry);
}

/** Everything that a pass commits. */
async function booksOf(kill: KillStage, entry: number, id: number): Promise<unknown> {
  const { rows } = await kill.bench.database.pool.query(
    `select (select md5(string_agg(l::text, '|' order by src)) from ledger l where entry_id = $1) as ledger,
            (select md5(string_agg(t::text, '|' order by seq)) from todo t where entry_id = $1) as todo,
            (select md5(string_agg(i::text, '|' order by op)) from intent i where entry_id = $1) as intent,
            (select md5(string_agg(c::text, '|' order by side, id)) from container c where entry_id = $1) as container,
            (select md5(p::text) from pass p where p.id = $2) as pass`,
    [entry, id],
  );
  return rows[0];
}

export function landedLate(kill: KillStage): void {
  test.concurrent('a write takes effect after another run has done its work: exactly the late copies go', async () => {
    const bench = await prepare(kill, 'late', 701);
    const id = await queuePass(kill.bench, bench.entry, 'initial');
    const { messages, land } = await writeIntoTheVoid(kill, bench, id, 3);
    expect(messages).toBeGreaterThan(1);
    await finishPass(kill.stage, id);
    expect(await passOutcome(kill.bench, id)).toMatchObject({ status: 'completed' });
    await kill.expectExactlyOnce('late', bench.entry, bench.target);
    await land();
    const late = bench.extras();
    expect(late).toBeGreaterThanOrEqual(messages);
    await expectLateCopiesRemoved(kill, bench, late);
  }, 600_000);

  test.concurrent('… while a third run is busy with other folders: its close does not take them for known', async () => {
    const bench = await prepare(kill, 'late-third', 702);
    const id = await queuePass(kill.bench, bench.entry, 'initial');
    const { messages, land } = await writeIntoTheVoid(kill, bench, id, 1);
    // A second run sends them again, and dies later on, so that the third has no business in that folder.
    expect(await runAndKill(kill.stage, id, { at: 'after-confirm', nth: 14 })).toBe(true);
    const third = startPass(kill.stage, id, { stop: { at: 'after-intent-commit', nth: 1 } });
    await untilStopped(third);
    await land();
    const late = bench.extras();
    expect(late).toBeGreaterThanOrEqual(messages);
    third.kill('SIGCONT');
    await untilOver(third, 'the third run');
    await expectLateCopiesRemoved(kill, bench, late);
  }, 600_000);

  test.concurrent('without UIDPLUS the late copies stay, and are named', async () => {
    const bench = await prepare(kill, 'late-left', 703, { hide: ['UIDPLUS'] });
    const id = await queuePass(kill.bench, bench.entry, 'initial');
    const { messages, land } = await writeIntoTheVoid(kill, bench, id, 1);
    await finishPass(kill.stage, id);
    await land();
    const late = bench.extras();
    expect(late).toBeGreaterThanOrEqual(messages);
    await finishPass(kill.stage, await queuePass(kill.bench, bench.entry, 'delta'));
    expect((await notes(kill.bench, bench.entry)).filter((note) => note.kind === 'suspect')).toMatchObject(
      Array.from({ length: late }, () => ({ code: 'late-copy-left' })),
    );
    expect(bench.extras()).toBe(late);
  }, 600_000);

  test.concurrent('a stopped pass is taken over: what it had sent lands late, and it can’t commit', async () => {
    const bench = await prepare(kill, 'takeover', 704);
    const { entry, user, target, proxy } = bench;
    const id = await queuePass(kill.bench, entry, 'initial');
    const old = startPass(kill.stage, id);
    const { promise: gone, resolve: goOn } = Promise.withResolvers<void>();
    // Its write is on the way: the proxy holds it as long as the process stands still.
    const held = proxy.rule({
      direction: 'toServer',
      match: /APPEND [^\r\n]*\r\n/,
      skip: 3,
      do: async () => {
        old.kill('SIGSTOP');
        struck = true;
        await gone;
      },
    });
    let struck = false;
    await until('its write is on the way', () => struck);
    await untilStopped(old);
    await finishPass(kill.stage, id);
    await kill.expectExactlyOnce(user, entry, target);
    const before = await booksOf(kill, entry, id);
    goOn();
    await held.struck;
    await until('its write landed', () => bench.extras() > 0);
    old.kill('SIGCONT');
    await untilOver(old, 'the old process');
    await until('its connections are over', () => target.imapPids(user).length === 0);
    expect(await booksOf(kill, entry, id)).toEqual(before);
    await expectLateCopiesRemoved(kill, bench, bench.extras());
  }, 600_000);

  for (const at of ['before-intent-commit', 'after-acknowledgement', 'during-listing'] as const)
    test.concurrent(`a pass stopped ${at} is taken over; when it goes on, the fence keeps it from committing`, async () => {
      const bench = await prepare(kill, `fence-${at}`, 706);
      const { entry, user, target } = bench;
      const id = await queuePass(kill.bench, entry, 'initial');
      const old = startPass(kill.stage, id, { stop: { at, nth: 3 } });
      await untilStopped(old);
      await finishPass(kill.stage, id);
      await kill.expectExactlyOnce(user, entry, target);
      const before = await booksOf(kill, entry, id);
      old.kill('SIGCONT');
      await untilOver(old, 'the old process');
      expect(await booksOf(kill, entry, id)).toEqual(before);
      await kill.expectExactlyOnce(user, entry, target);
    }, 600_000);

  test.concurrent('a stopped pass is taken over in the middle of its settling: the fence holds there too', async () => {
    const bench = await prepare(kill, 'takeover-late', 705);
    const { entry, user, target } = bench;
    const id = await queuePass(kill.bench, entry, 'initial');
    const kills: Kill[] = [{ at: 'after-acknowledgement', nth: 2 }];
    for (const one of kills) expect(await runAndKill(kill.stage, id, one)).toBe(true);
    const old = startPass(kill.stage, id, { stop: { at: 'during-recovery', nth: 1 } });
    await untilStopped(old);
    await finishPass(kill.stage, id);
    await kill.expectExactlyOnce(user, entry, target);
    old.kill('SIGCONT');
    await untilOver(old, 'the old process');
    await kill.expectExactlyOnce(user, entry, target);
    await expectLateCopiesRemoved(kill, bench, 0);
  }, 600_000);
}
