import { isAlive, startFaultProxy } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, pass } from '../../support/direct-pass.ts';
import { DavSource, davEndpoint } from '../../support/radicale-mailbox.ts';
import type { DavStage } from '../dav-stage.ts';

const OBJECTS = 14;

/** The server dies, or its answers are lost; the pass finds its way by itself. */
export function davServersKilled(kill: DavStage): void {
  test.concurrent('the target’s server killed in the middle of writing and of replacing, and back', async () => {
    const target = await kill.server();
    const proxy = await startFaultProxy({ target, protocol: 'raw' });
    kill.later(() => proxy.stop());
    const user = kill.user();
    const source = new DavSource(kill.source, user, 'event');
    await source.make(['Work'], OBJECTS);
    const entry = await addEntry(
      kill.bench,
      davEndpoint(kill.source, 'caldav', user),
      davEndpoint({ url: `http://${proxy.host}:${proxy.port}/` }, 'caldav', user),
    );
    let hits = 0;
    const killServer = (rule: { direction: 'toServer' | 'toClient'; match: RegExp; skip: number }) =>
      proxy.rule({
        ...rule,
        do: async () => {
          expect(isAlive(target.pid ?? 0)).toBe(true);
          await target.kill();
          hits += 1;
          await target.restart();
        },
      });
    for (const [kind, change] of [
      ['initial', async () => {}],
      ['delta', async () => void (await Promise.all([0, 1, 2, 3, 4, 5].map((n) => source.put(0, n, 'second'))))],
    ] as const) {
      await change();
      hits = 0;
      // In the middle of a request; and with an answer on its way.
      killServer({ direction: 'toServer', match: /^PUT [^\r\n]*\r\n/m, skip: 1 });
      killServer({ direction: 'toClient', match: /^HTTP\/1\.[01] 201/m, skip: kind === 'initial' ? 8 : 2 });
      const outcome = await pass(kill.bench, entry, kind);
      expect(hits).toBe(2);
      expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
      expect(outcome.books.total).toMatchObject(kind === 'initial' ? { created: OBJECTS } : { updated: 6, skipped: 0 });
      await kill.expectExactlyOnce(user, entry, target);
    }
  }, 600_000);

  for (const [how, retryDelaysMs] of [
    ['asked again at once', [0, 0]],
    ['settled by what the target holds', []],
  ] as const)
    test.concurrent(`writes that landed, and whose answers were lost: ${how}`, async () => {
      const proxy = await startFaultProxy({ target: kill.target, protocol: 'raw' });
      kill.later(() => proxy.stop());
      const user = kill.user();
      const source = new DavSource(kill.source, user, 'contact');
      await source.make(['People'], OBJECTS);
      const entry = await addEntry(
        kill.bench,
        davEndpoint(kill.source, 'carddav', user),
        davEndpoint({ url: `http://${proxy.host}:${proxy.port}/` }, 'carddav', user, { retryDelaysMs }),
      );
      // Radicale answers a create and a replacement alike.
      const lose = (skip: number) =>
        proxy.rule({ direction: 'toClient', match: /^HTTP\/1\.[01] 201/m, at: 'before', skip, do: 'reset' });
      const run = async (kind: 'initial' | 'delta') => {
        const outcome = await pass(kill.bench, entry, kind);
        expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
        await kill.expectExactlyOnce(user, entry);
        return outcome.books.total;
      };

      // The first 201 is that of the address book itself, which nobody has asked for twice.
      const creates = [lose(2), lose(8)];
      expect(await run('initial')).toMatchObject({ created: OBJECTS, skipped: 0, failed: 0 });
      expect(creates.map((rule) => rule.hits)).toEqual([1, 1]);

      for (let n = 0; n < 8; n += 1) await source.put(0, n, 'second');
      const replaces = [lose(1), lose(5)];
      expect(await run('delta')).toMatchObject({ updated: 8, skipped: 0, failed: 0 });
      expect(replaces.map((rule) => rule.hits)).toEqual([1, 1]);
    }, 600_000);
}
