import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { googleConnector } from '@sterna/connector-google';
import { balances } from '@sterna/core';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, mergedEntry, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { startGoogle } from '../support/watched-simulators.ts';

let dir: string;
let bench: Bench;
let source: Google;
/** Nobody says whether Gmail's insert keeps equal messages once: here it does. */
let target: Google;
/** And here what has the same Message-ID counts as equal. */
let careless: Google;
/** Where a pass is to be ended as if its process had died. */
let crashAt: string | undefined;
beforeAll(async () => {
  dir = scratch('engine-google-twins');
  [bench, source, target, careless] = await Promise.all([
    openBench(join(dir, 'data'), [googleConnector], {
      reached: (point) => {
        if (point !== crashAt) return;
        crashAt = undefined;
        throw new Error('crashed');
      },
    }),
    startGoogle({ empty: true }),
    startGoogle({ empty: true, assumptions: { gmailInsertMerges: 'equal' } }),
    startGoogle({ empty: true, assumptions: { gmailInsertMerges: 'message-id' } }),
  ]);
});
afterAll(async () => {
  await bench.close();
  await Promise.all([source, target, careless].map((server) => server.stop()));
  rmSync(dir, { recursive: true, force: true });
  for (const failure of [source, target, careless].flatMap(({ failures }) => failures)) throw failure;
});

const AT = Date.UTC(2026, 1, 3, 10);
const message = (id: string, text: string = id): Buffer =>
  Buffer.from(
    `Message-ID: <${id}@old.example>\r\nDate: Tue, 3 Feb 2026 10:00:00 +0000\r\nFrom: a@old.example\r\nSubject: ${id}\r\n\r\nText of ${text}\r\n`,
  );

/** Nobody migrates to where they are. */
const address = (server: Google, name: string): string => `${name}@${server === source ? 'nordwind' : 'lamna'}.example`;
const mailOf = (server: Google, name: string) => new DirectGmail(server, address(server, name));
const at = (server: Google, name: string) => googleEndpoint(server, address(server, name));
const subjects = (server: Google, name: string, where = 'INBOX'): string[] =>
  mailOf(server, name)
    .messages()
    .filter(({ labels }) => labels.includes(where))
    .map(({ mime }) => /^Subject: (\S+)/m.exec(mime.toString())?.[1] ?? '')
    .sort();
/** What is told of messages; Gmail's folders have notes of their own. */
const codes = async (entry: number): Promise<string[]> =>
  (await notes(bench, entry))
    .map(({ code }) => code)
    .filter((code) => code !== 'emptied-by-target')
    .sort();

test('equal messages of a target that keeps them once are merged: the copy goes with the last of them', async () => {
  const from = mailOf(source, 'alice');
  const twins = [1, 2, 3].map(() => from.put(['INBOX'], message('twin'), AT));
  from.put(['INBOX'], message('single'), AT);
  const entry = await addEntry(bench, at(source, 'alice'), at(target, 'alice'));

  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect(first.books.total).toMatchObject({ seen: 4, created: 2, merged: 2 });
  expect(balances(first.books.total)).toBe(true);
  expect(subjects(target, 'alice')).toEqual(['single', 'twin']);
  expect(await codes(entry)).toEqual(['kept-once', 'kept-once']);
  expect(
    mailOf(target, 'alice')
      .messages()
      .flatMap(({ labels }) => labels.filter((name) => name.startsWith('Sterna/Pending'))),
  ).toEqual([]);
  expect(verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }))).toMatchObject({
    source: 4,
    identical: 2,
    missing: 0,
    duplicated: 0,
    unmigrated: 0,
    ok: true,
  });

  target.requests.length = 0;
  const same = await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(same.books.total).toMatchObject({ seen: 4, created: 0, updated: 0, unchanged: 2, merged: 2 });
  expect(target.requests.filter(({ method, target: path }) => method !== 'GET' && !path.startsWith('/token'))).toEqual(
    [],
  );

  // Whichever of them leaves the source: as long as one is there, so is the copy.
  for (const left of [2, 1]) {
    from.remove(twins.pop() ?? '');
    const pruned = await pass(bench, entry, 'delta', { deletions: 'propagate' });
    expect(pruned.books.total).toMatchObject({ seen: left + 1, created: 0 });
    expect(balances(pruned.books.total)).toBe(true);
    expect(subjects(target, 'alice')).toEqual(['single', 'twin']);
  }
  from.remove(twins.pop() ?? '');
  await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(subjects(target, 'alice')).toEqual(['single']);
  expect(subjects(target, 'alice', 'TRASH')).toEqual(['twin']);
});

test('the first of them may leave before the others, whose flags and folders leave its copy alone', async () => {
  const from = mailOf(source, 'bjorn');
  const first = from.put(['INBOX'], message('twin'), AT);
  const second = from.put(['INBOX', 'UNREAD'], message('twin'), AT);
  const entry = await addEntry(bench, at(source, 'bjorn'), at(target, 'bjorn'));
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ created: 1, merged: 1 });
  const [copy] = mailOf(target, 'bjorn').messages();
  from.relabel(second, ['STARRED'], []);
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ seen: 2, updated: 0, merged: 1 });
  expect(mailOf(target, 'bjorn').message(copy?.id ?? '')?.labels).not.toContain('STARRED');
  for (const gone of [first, second]) {
    from.remove(gone);
    const { books } = await pass(bench, entry, 'delta', { deletions: 'propagate' });
    expect(balances(books.total)).toBe(true);
  }
  // Labels of both: somebody may have set them, so it stays, and that is told.
  expect(subjects(target, 'bjorn')).toEqual(['twin']);
  expect(await codes(entry)).toContain('deletion-not-propagated');
});

test('a message that has another’s Message-ID and isn’t kept has failed, and is told', async () => {
  const from = mailOf(source, 'chloe');
  from.put(['INBOX'], message('same', 'one'), AT);
  from.put(['INBOX'], message('same', 'another'), AT);
  const entry = await addEntry(bench, at(source, 'chloe'), at(careless, 'chloe'));
  const first = await pass(bench, entry, 'initial');
  expect(first.status).toBe('completed with failures');
  expect(first.books.total).toMatchObject({ seen: 2, created: 1, failed: 1, merged: 0 });
  expect(balances(first.books.total)).toBe(true);
  expect(await codes(entry)).toEqual(['taken-for-another']);
});

test('what moves where Gmail moves nothing to is written there, and not removed where that is the same message', async () => {
  const from = mailOf(source, 'huseyin');
  const id = from.put(['INBOX'], message('moved'), AT);
  const entry = await addEntry(bench, at(source, 'huseyin'), at(target, 'huseyin'));
  await pass(bench, entry, 'initial');
  from.relabel(id, ['SENT'], ['INBOX']);
  const { books } = await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect(books.total).toMatchObject({ seen: 1, updated: 1 });
  expect(
    mailOf(target, 'huseyin')
      .messages()
      .map(({ labels }) => labels),
  ).toEqual([['SENT']]);
});

test.each(['after-acknowledgement', 'after-settle-commit'])(
  'a crash %s loses none and merges each once',
  async (point) => {
    const name = point === 'after-acknowledgement' ? 'daiki' : 'elena';
    const from = mailOf(source, name);
    for (const id of ['a', 'a', 'b', 'a', 'b']) from.put(['INBOX'], message(id), AT);
    const entry = await addEntry(bench, at(source, name), at(target, name));
    crashAt = point;
    await pass(bench, entry, 'initial').catch(() => undefined);
    expect(crashAt).toBeUndefined();
    const again = await pass(bench, entry, 'initial');
    expect(again.books.total.created + again.books.total.unchanged).toBe(2);
    expect(again.books.total).toMatchObject({ seen: 5, merged: 3 });
    expect(balances(again.books.total)).toBe(true);
    expect(subjects(target, name)).toEqual(['a', 'b']);
    expect((await notes(bench, entry)).filter(({ kind }) => kind === 'suspect' || kind === 'failure')).toEqual([]);
  },
);

test('two mailboxes into one: what the other brought is merged, and stays when its first source loses it', async () => {
  const [one, other] = [mailOf(source, 'farid'), mailOf(source, 'grace')];
  const original = one.put(['INBOX'], message('shared'), AT);
  other.put(['INBOX'], message('shared'), AT);
  other.put(['INBOX'], message('own'), AT);
  const first = await addEntry(bench, at(source, 'farid'), at(target, 'farid'));
  const second = await mergedEntry(bench, first, at(source, 'grace'));
  expect((await pass(bench, first, 'initial')).books.total).toMatchObject({ created: 1 });
  // What duplicate prevention finds beforehand is taken over and not written: here nothing is looked for.
  expect((await pass(bench, second, 'initial', { duplicatePrevention: false })).books.total).toMatchObject({
    seen: 2,
    created: 1,
    merged: 1,
  });
  one.remove(original);
  await pass(bench, first, 'delta', { deletions: 'propagate' });
  expect(subjects(target, 'farid')).toEqual(['own', 'shared']);
  expect(await codes(first)).toEqual(['deletion-not-propagated']);
});
