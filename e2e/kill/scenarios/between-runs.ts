import { expect, test } from 'vitest';
import { addEntry, finishHere, notes, pass, queuePass } from '../../support/direct-pass.ts';
import { DavSource, davEndpoint, raw } from '../../support/radicale-mailbox.ts';
import type { DavStage } from '../dav-stage.ts';
import { runAndKill } from '../harness.ts';

/** Source and target go on between a crash and the next run: nothing of what people did may be lost. */
export function changedBetweenRuns(kill: DavStage): void {
  const texts = (user: string, of: 'source' | 'target' = 'target'): string[] =>
    [...kill[of].objects(user).values()]
      .flat()
      .map((text) => /^SUMMARY:(.*?)\r?$/m.exec(text)?.[1] ?? '')
      .sort();

  async function prepare(objects: number) {
    const user = kill.user();
    const source = new DavSource(kill.source, user, 'event');
    await source.make(['Work'], objects);
    const entry = await addEntry(
      kill.bench,
      davEndpoint(kill.source, 'caldav', user),
      davEndpoint(kill.target, 'caldav', user),
    );
    /** A pass that dies with its first batch acknowledged and not in the books; `meanwhile`; then it goes on. */
    const crossed = async (kind: 'initial' | 'delta', meanwhile: () => Promise<void>) => {
      const id = await queuePass(kill.bench, entry, kind);
      expect(await runAndKill(kill.stage, id, { at: 'after-acknowledgement', nth: 1 })).toBe(true);
      await meanwhile();
      return finishHere(kill.bench, id);
    };
    const delta = (settings: object = {}) => pass(kill.bench, entry, 'delta', settings);
    /** Somebody opens the copy of object `n` and saves it with other words. */
    const edit = async (n: number, words: string): Promise<void> => {
      const dav = raw(kill.target, user);
      for (const { path } of await dav.collections())
        for (const one of await dav.objects(path))
          if (one.text.includes(`UID:0.${n}@`))
            await dav.put(one.path, one.text.replace(/^SUMMARY:.*$/m, `SUMMARY:${words}\r`), { 'if-match': one.etag });
    };
    return { user, source, entry, crossed, delta, edit };
  }

  test.concurrent('created, and changed at the source before the books knew: the newest arrives, once', async () => {
    const { user, source, crossed, delta, entry } = await prepare(3);
    await crossed('initial', () => source.put(0, 1, 'second'));
    await delta();
    await kill.expectExactlyOnce(user, entry);
    expect(texts(user)).toContain('event 1 Grüße second');
  }, 120_000);

  test.concurrent('created, and removed at the source before the books knew: the books know the copy', async () => {
    const { user, source, crossed, delta, entry } = await prepare(3);
    const first = await crossed('initial', () => source.remove(0, 1));
    expect(first).toMatchObject({ status: 'completed', books: { balanced: true } });
    await delta({ deletions: 'propagate' });
    await kill.expectExactlyOnce(user, entry);
    await kill.expectVerified(entry);
  }, 120_000);

  test.concurrent('created, and changed by people before the books knew: theirs stays, until overwriting is asked for', async () => {
    const { user, source, crossed, delta, edit } = await prepare(3);
    await crossed('initial', () => edit(0, 'of a person'));
    expect(texts(user)).toContain('of a person');
    await source.put(0, 0, 'second');
    const kept = await delta();
    expect(kept.books.total).toMatchObject({ skipped: 1, failed: 0 });
    expect(texts(user)).toContain('of a person');
    await source.put(0, 0, 'third');
    await delta({ conflict: 'overwrite' });
    expect(texts(user)).toEqual(texts(user, 'source'));
  }, 120_000);

  test.concurrent('replaced, and changed by people before the books knew: theirs stays, and it is said', async () => {
    const { user, source, crossed, entry, delta, edit } = await prepare(3);
    await pass(kill.bench, entry, 'initial');
    await source.put(0, 0, 'second');
    const outcome = await crossed('delta', () => edit(0, 'of a person'));
    expect(outcome).toMatchObject({ status: 'completed', books: { balanced: true, total: { skipped: 1 } } });
    expect(texts(user)).toContain('of a person');
    expect((await notes(kill.bench, entry)).map((note) => note.code)).toContain('changed-at-target');
    expect((await delta()).books.total).toMatchObject({ seen: 3, updated: 0 });
    expect(texts(user)).toContain('of a person');
  }, 120_000);

  test.concurrent('replaced, and changed again at the source before the books knew: the newest arrives, once', async () => {
    const { user, source, crossed, entry, delta } = await prepare(3);
    await pass(kill.bench, entry, 'initial');
    await source.put(0, 0, 'second');
    await source.put(0, 2, 'second');
    await crossed('delta', () => source.put(0, 0, 'third'));
    await delta();
    await kill.expectExactlyOnce(user, entry);
    expect(texts(user)).toContain('event 0 Grüße third');
  }, 120_000);
}
