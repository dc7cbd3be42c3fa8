import { type Dovecot, type FaultProxy, startDovecot, startFaultProxy } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, passOutcome, queuePass } from '../../support/direct-pass.ts';
import { imapEndpoint } from '../../support/dovecot-mailbox.ts';
import { forgetKeywords, putMail } from '../../support/put-mail.ts';
import { until } from '../../support/until.ts';
import { finishPass, killLiving, startPass, untilOver } from '../harness.ts';
import type { KillStage } from '../kill-stage.ts';

/** The target's server dies or stops, not the pass: that one must find its way by itself. */
export function serverKilled(kill: KillStage): void {
  test.concurrent('the target’s server killed while the pass lives', async () => {
    const { target, proxy } = await ownTarget(kill);
    const user = 'server-killed';
    kill.seed(user, 601);
    const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(proxy, user));
    let hits = 0;
    const faults: (() => Promise<void>)[] = [
      async () => {
        await target.kill();
        await target.restart();
      },
      async () => target.killSessions(user),
      async () => {
        await target.kill();
        await target.restart();
      },
      async () => target.killSessions(user),
    ];
    // In a literal, at an acknowledgement on its way, at the clearing of marks, in a listing.
    const moments = [
      { direction: 'toServer', match: /APPEND [^\r\n]*\r\n[\s\S]{80}/, skip: 2 },
      { direction: 'toClient', match: /\[APPENDUID/, at: 'after', skip: 3 },
      { direction: 'toServer', match: /-FLAGS\.SILENT \(\$Sterna/, skip: 6 },
      { direction: 'toServer', match: /APPEND [^\r\n]*\r\n/, skip: 12 },
    ] as const;
    for (const [i, moment] of moments.entries())
      proxy.rule({
        ...moment,
        do: async () => {
          await faults[i]?.();
          hits += 1;
        },
      });
    const id = await queuePass(kill.bench, entry, 'initial');
    await finishPass(kill.stage, id);
    expect(hits).toBe(moments.length);
    const outcome = await passOutcome(kill.bench, id);
    expect(outcome).toMatchObject({ status: 'completed', error: null });
    expect(outcome.books.balanced).toBe(true);
    await kill.expectExactlyOnce(user, entry, target);
    await kill.expectVerified(entry);
  }, 600_000);

  test.concurrent('the target’s server killed before it wrote down what its keywords are called', async () => {
    const { target, proxy } = await ownTarget(kill);
    const user = kill.fresh('keywords-forgotten');
    kill.seed(user, 620);
    const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(proxy, user));
    const dies = proxy.rule({
      direction: 'toClient',
      match: /\[APPENDUID/,
      do: async (connection) => {
        await target.kill();
        forgetKeywords(target.mailRoot(user), 'INBOX');
        connection.reset();
        await target.restart();
      },
    });
    const id = await queuePass(kill.bench, entry, 'initial');
    await finishPass(kill.stage, id);
    await dies.struck;
    expect(await passOutcome(kill.bench, id)).toMatchObject({ status: 'completed', error: null });
    await kill.expectExactlyOnce(user, entry, target);
    await kill.expectVerified(entry);
  }, 600_000);

  test.concurrent('twins: what was settled meanwhile isn’t taken for those that never arrived', async () => {
    const proxy = await startFaultProxy({ target: kill.target });
    kill.later(() => proxy.stop());
    const user = kill.fresh('twins-in-flight');
    const { batch } = kill.stage;
    for (let i = 0; i < 2 * batch; i++) putMail(kill.source.mailRoot(user), { subject: 'all the same' });
    kill.source.adopt(user);
    const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(proxy, user));
    const intents = async (): Promise<number> => {
      const counted = await kill.bench.database.pool.query('select count(*)::int from intent where entry_id = $1', [
        entry,
      ]);
      return counted.rows[0].count;
    };
    // Both batches are under way before the first one is acknowledged; the second is cut once the first one is settled.
    const sent = proxy.rule({
      direction: 'toServer',
      match: /APPEND [^\r\n]*\r\n[\s\S]{80}/,
      skip: 1,
      do: async (connection) => {
        acknowledge();
        await until('the first batch is settled', async () => (await intents()) === batch);
        connection.reset();
      },
    });
    let acknowledge = (): void => {};
    const underWay = new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
    proxy.rule({ direction: 'toClient', match: /\[APPENDUID/, at: 'before', do: () => underWay });
    const id = await queuePass(kill.bench, entry, 'initial');
    await finishPass(kill.stage, id);
    await sent.struck;
    expect(await passOutcome(kill.bench, id)).toMatchObject({ status: 'completed', error: null });
    await kill.expectExactlyOnce(user, entry);
    await kill.expectVerified(entry);
  }, 600_000);

  test.concurrent('the whole server stopped, its writer killed, both go on at the same time', async () => {
    const { target, proxy } = await ownTarget(kill);
    for (const skip of [0, 4, 9]) {
      const user = `server-stopped-${skip}`;
      kill.seed(user, 602 + skip);
      const entry = await addEntry(kill.bench, kill.from(user), imapEndpoint(proxy, user));
      const id = await queuePass(kill.bench, entry, 'initial');
      const child = startPass(kill.stage, id);
      await proxy.rule({ direction: 'toServer', match: /APPEND [^\r\n]*\r\n/, skip, do: () => target.pause() }).struck;
      await killLiving(kill.stage, child, 'writing to a stopped server');
      // The next one signs in while the old one's writes take effect.
      const next = startPass(kill.stage, id);
      const connections = proxy.connections;
      await until('the next pass connects', () => proxy.connections > connections);
      target.resume();
      await untilOver(next, 'the next pass');
      expect(await passOutcome(kill.bench, id)).toMatchObject({ status: 'completed', error: null });
      // Whatever still comes late is for the next pass.
      await until('nobody writes any more', () => target.imapPids(user).length === 0);
      await finishPass(kill.stage, await queuePass(kill.bench, entry, 'delta'));
      await kill.expectExactlyOnce(user, entry, target);
      await kill.expectVerified(entry);
    }
  }, 600_000);
}

/** One that may be killed: others have the stage's. */
async function ownTarget(kill: KillStage): Promise<{ target: Dovecot; proxy: FaultProxy }> {
  const target = await startDovecot({ listescape: true });
  kill.later(() => target.stop());
  const proxy = await startFaultProxy({ target });
  kill.later(() => proxy.stop());
  return { target, proxy };
}
