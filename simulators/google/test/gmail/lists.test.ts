import { beforeAll, describe, expect, test } from 'vitest';
import { signIn } from '../sign-in.ts';
import { ALICE, BOX, mime, useBench } from './support.ts';

const bench = useBench();
const DAY = 86_400_000;

beforeAll(() => {
  const { box } = bench;
  const put = (name: string, labels: string[], date: string, more = {}) =>
    box.put(labels, mime({ id: `${name}@x`, subject: name, ...more }), Date.parse(date));
  put('first', ['INBOX', 'UNREAD'], '2024-01-01T12:00:00Z', { from: '"Ann O" <ann@elsewhere.example>' });
  put('second', ['SENT', 'Team/Alpha One'], '2024-02-01T12:00:00Z', { to: 'carl@elsewhere.example' });
  put('third', ['INBOX', 'STARRED'], '2024-03-01T12:00:00Z', { body: `Word ${'x'.repeat(5000)}` });
  put('spam', ['SPAM'], '2024-04-01T12:00:00Z');
  put('trash', ['TRASH', 'Team/Alpha One'], '2024-05-01T12:00:00Z');
  put('file', ['INBOX'], '2024-06-01T12:00:00Z', {
    headers: 'Content-Type: multipart/mixed; boundary=b',
    body: '--b\r\n\r\nsee\r\n--b\r\nContent-Disposition: attachment; filename=plan.txt\r\n\r\nx\r\n--b--\r\n',
  });
});

async function search(query: string): Promise<string[]> {
  const { json } = await bench.alice('GET', `${BOX}/messages?${query}`);
  expect(json.resultSizeEstimate).toBe(json.messages?.length ?? 0);
  return (json.messages ?? []).map(({ id }: { id: string }) =>
    /Subject: (.*)/.exec(`${bench.box.message(id)?.mime}`)?.[1]?.trim(),
  );
}

describe('messages.list', () => {
  test.each([
    ['', ['file', 'third', 'second', 'first']],
    ['includeSpamTrash=true', ['file', 'trash', 'spam', 'third', 'second', 'first']],
    ['labelIds=INBOX', ['file', 'third', 'first']],
    ['labelIds=INBOX&labelIds=STARRED', ['third']],
    ['labelIds=TRASH', ['trash']],
    ['q=rfc822msgid:second@x', ['second']],
    ['q=rfc822msgid:%3Csecond@x%3E', ['second']],
    ['q=rfc822msgid:trash@x', []],
    ['q=in:anywhere%20rfc822msgid:trash@x', ['trash']],
    ['q=in:trash', ['trash']],
    ['q=label:team-alpha-one', ['second']],
    ['q=label:"Team/Alpha One"', ['second']],
    ['q=is:unread', ['first']],
    ['q=-is:unread in:inbox', ['file', 'third']],
    ['q=from:ann', ['first']],
    ['q=to:carl@elsewhere.example', ['second']],
    ['q=subject:(third)', ['third']],
    ['q=has:attachment', ['file']],
    ['q=filename:plan', ['file']],
    ['q=larger:4K', ['third']],
    ['q=smaller:4K in:inbox', ['file', 'first']],
    ['q=after:2024/2/15', ['file', 'third']],
    ['q=before:2024/02/15', ['second', 'first']],
    [
      `q=after:${Date.parse('2024-03-01T12:00:00Z') / 1000} before:${Date.parse('2024-03-01T12:00:01Z') / 1000}`,
      ['third'],
    ],
    ['q=from:ann OR to:carl', ['second', 'first']],
    ['q={from:ann to:carl} -is:unread', ['second']],
    ['q=(is:starred) word', ['third']],
    ['q="see"', ['file']],
    ['q=nothing', []],
  ])('%s', async (query, expected) => {
    expect(await search(query)).toEqual(expected);
  });

  test('goes page by page, undisturbed by what comes in meanwhile', async () => {
    const page = async (token = '') =>
      (await bench.alice('GET', `${BOX}/messages?maxResults=2&includeSpamTrash=true${token && `&pageToken=${token}`}`))
        .json;
    const first = await page();
    bench.box.put(['INBOX'], mime({ id: 'late@x', subject: 'late' }), Date.parse('2024-12-01'));
    const second = await page(first.nextPageToken);
    const third = await page(second.nextPageToken);
    const ids = [first, second, third].flatMap(({ messages }) => messages.map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).toBe(6);
    expect(third.nextPageToken).toBeUndefined();
    expect((await bench.alice('GET', `${BOX}/messages?pageToken=${first.nextPageToken}x`)).status).toBe(400);
    expect((await bench.alice('GET', `${BOX}/threads?pageToken=${first.nextPageToken}`)).status).toBe(400);
    bench.box.remove(bench.box.messages().find(({ mime: bytes }) => bytes.includes('late@x'))?.id as string);
  });

  test('shows new messages late, on demand', async () => {
    bench.server.faults.listDelayMs = 60_000;
    const id = bench.box.put(['INBOX'], mime({ id: 'slow@x', subject: 'slow' }));
    expect(await search('q=rfc822msgid:slow@x')).toEqual([]);
    bench.clock.advance(60_000);
    expect(await search('q=rfc822msgid:slow@x')).toEqual(['slow']);
    bench.server.faults.listDelayMs = 0;
    bench.box.remove(id);
  });

  test('takes no query, and get shows no content, with the scope for metadata', async () => {
    const scope = 'https://www.googleapis.com/auth/gmail.metadata';
    const { domain, serviceAccount } = bench.server;
    const before = domain('nordwind.example').delegations.get(serviceAccount.clientId) ?? new Set<string>();
    domain('nordwind.example').delegations.set(serviceAccount.clientId, new Set([...before, scope]));
    const client = await signIn(bench.server, ALICE, [scope]);
    const list = await client('GET', `${BOX}/messages`);
    expect(list.json.messages).toHaveLength(4);
    expect((await client('GET', `${BOX}/messages?q=x`)).status).toBe(403);
    const path = `${BOX}/messages/${list.json.messages[0].id}`;
    expect((await client('GET', `${path}?format=raw`)).status).toBe(403);
    expect((await client('GET', `${path}?format=metadata`)).status).toBe(200);
  });
});

describe('threads', () => {
  test('hold their messages oldest first, and change as one', async () => {
    const { alice, box } = bench;
    const first = box.put(['INBOX'], mime({ id: 't1@x', subject: 'Trip' }), DAY);
    const second = box.put(['INBOX'], mime({ id: 't2@x', subject: 'Re: Trip', references: '<t1@x>' }), 2 * DAY);
    const list = await alice('GET', `${BOX}/threads?q=subject:trip`);
    expect(list.json.threads.map(({ id }: { id: string }) => id)).toEqual([first]);
    const { json } = await alice('GET', `${BOX}/threads/${first}?format=minimal`);
    expect(json.messages.map(({ id }: { id: string }) => id)).toEqual([first, second]);
    await alice('POST', `${BOX}/threads/${first}/modify`, { addLabelIds: ['STARRED'] });
    await alice('POST', `${BOX}/threads/${first}/trash`);
    expect(box.message(second)?.labels).toEqual(['STARRED', 'TRASH']);
    await alice('POST', `${BOX}/threads/${first}/untrash`);
    expect((await alice('DELETE', `${BOX}/threads/${first}`)).status).toBe(204);
    expect((await alice('GET', `${BOX}/threads/${first}`)).status).toBe(404);
  });
});
