import { describe, expect, test } from 'vitest';
import { signIn } from '../sign-in.ts';
import { ALICE, BOX, mime, raw, useBench } from './support.ts';

const bench = useBench();
const now = async () => (await bench.alice('GET', `${BOX}/profile`)).json.historyId as string;
const since = async (start: string, query = '') =>
  (await bench.alice('GET', `${BOX}/history?startHistoryId=${start}${query}`)).json;

describe('history', () => {
  test('tells what came, went and changed its labels, in order', async () => {
    const { alice, box } = bench;
    const start = await now();
    expect(await since(start)).toEqual({ historyId: start });
    const { json } = await alice('POST', `${BOX}/messages/import`, { ...raw({ id: 'h@x' }), labelIds: ['INBOX'] });
    await alice('POST', `${BOX}/messages/${json.id}/modify`, { addLabelIds: ['STARRED'], removeLabelIds: ['INBOX'] });
    await alice('POST', `${BOX}/messages/${json.id}/modify`, { addLabelIds: ['STARRED'] });
    await alice('DELETE', `${BOX}/messages/${json.id}`);
    const { history, historyId } = await since(start);
    const ref = { id: json.id, threadId: json.threadId };
    expect(history).toMatchObject([
      { messages: [ref], messagesAdded: [{ message: { ...ref, labelIds: ['INBOX'] } }] },
      {
        labelsAdded: [{ message: { ...ref, labelIds: ['STARRED'] }, labelIds: ['STARRED'] }],
        labelsRemoved: [{ labelIds: ['INBOX'] }],
      },
      { messagesDeleted: [{ message: ref }] },
    ]);
    const ids = history.map(({ id }: { id: string }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a: number, b: number) => a - b));
    expect(historyId).toBe(await now());
    expect((await since(start, '&historyTypes=labelRemoved')).history).toHaveLength(1);
    box.put(['SENT'], mime());
    expect((await since(start, '&labelId=SENT')).history).toHaveLength(1);
  });

  test('goes page by page', async () => {
    const start = await now();
    for (let i = 0; i < 5; i++) bench.box.put([], mime());
    const seen: string[] = [];
    let token = '';
    do {
      const page = await since(start, `&maxResults=2${token && `&pageToken=${token}`}`);
      seen.push(...page.history.map(({ id }: { id: string }) => id));
      token = page.nextPageToken ?? '';
    } while (token !== '');
    expect(seen).toHaveLength(5);
  });

  test('is forgotten after a week, or on demand: 404', async () => {
    const old = await now();
    bench.box.put([], mime());
    const recent = await now();
    bench.clock.advance(8 * 86_400_000);
    bench.alice = await signIn(bench.server, ALICE);
    expect((await since(old)).error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
    // Nothing has been forgotten since.
    expect((await since(recent)).historyId).toBe(recent);
    bench.box.put([], mime());
    expect((await since(recent)).history).toHaveLength(1);
    bench.server.faults.historyInvalidBefore = bench.clock.now() + 1;
    expect((await since(recent)).error.code).toBe(404);
    bench.server.faults.historyInvalidBefore = Number.NEGATIVE_INFINITY;
    expect((await since('soon')).error.code).toBe(400);
  });

  test('that lags says from where to go on, so nothing is passed over', async () => {
    const start = await now();
    const early = bench.box.put([], mime());
    bench.clock.advance(30_000);
    bench.server.faults.listDelayMs = 30_000;
    const late = bench.box.put([], mime());
    const first = await since(start);
    bench.clock.advance(30_000);
    const second = await since(first.historyId);
    bench.server.faults.listDelayMs = 0;
    const added = [first, second].flatMap(({ history }) =>
      history.map(({ messages }: { messages: { id: string }[] }) => messages[0]?.id),
    );
    expect(added).toEqual([early, late]);
  });
});
