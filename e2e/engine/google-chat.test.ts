import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { googleConnector } from '@sterna/connector-google';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { DirectChat, type Google } from '@sterna/simulator-google';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

const SOURCE = 'nordwind.example';
const TARGET = 'lamna.example';
const PEOPLE = ['alice', 'bjorn', 'chloe', 'daiki'];
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108', 'hex');
const T0 = Date.UTC(2024, 2, 1, 9);
const MINUTE = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: books and reports, looked at by tests
type Json = any;

let dir: string;
let bench: Bench;
let google: Google;
let microsoft: Microsoft365;
/** The pass dies where this says so. */
let dies: ((point: string) => boolean) | undefined;

beforeAll(async () => {
  dir = scratch('engine-google-chat');
  [bench, google, microsoft] = await Promise.all([
    openBench(join(dir, 'data'), [googleConnector, microsoft365Connector], {
      reached: (point) => {
        if (dies?.(point) === true) throw new Error('the process was killed');
      },
    }),
    startGoogle({ empty: true }),
    startMicrosoft365({ empty: true }),
  ]);
}, 60_000);
afterAll(async () => {
  await bench?.close();
  await google?.stop();
  await microsoft?.stop();
  rmSync(dir, { recursive: true, force: true });
  expect([...google.failures, ...microsoft.failures]).toEqual([]);
});

const chat = (address: string, domain: string, more: object = {}): Endpoint => ({
  ...googleEndpoint(google, address, { admin: `alice@${domain}`, ...more }),
  itemType: 'team',
});

async function entryOf(source: Endpoint, target: Endpoint, from: string, to: string): Promise<number> {
  const entry = await addEntry(bench, source, target);
  for (const name of PEOPLE) await mapping(bench, entry, `${name}@${from}`, `${name}@${to}`);
  return entry;
}

const userId = (address: string): string => google.cloud.findUser(address)?.user.id ?? '';
const spaceOf = (domain: string, name: string): DirectChat => {
  const found = DirectChat.all(google, domain).get(name);
  if (found === undefined) throw new Error(`no space ${name} in ${domain}`);
  return found;
};

/** A space with all that people say. */
function talk(name: string): DirectChat {
  const space = DirectChat.create(google, `alice@${SOURCE}`, name, T0);
  for (const one of ['bjorn', 'chloe']) space.join(`${one}@${SOURCE}`);
  const mention = `<users/${userId(`bjorn@${SOURCE}`)}>`;
  const at = (minutes: number): number => T0 + minutes * MINUTE + 123;
  const first = space.say(`Hello *all*, and ${mention}: see <https://example.com/a?b=1&c=2|the page> & \`code\` <3`, {
    by: `alice@${SOURCE}`,
    at: at(1),
  });
  space.say('_First_ answer', { by: `bjorn@${SOURCE}`, at: at(2), replyTo: first });
  space.react(first, '👍', `bjorn@${SOURCE}`);
  space.react(first, '🎉', `chloe@${SOURCE}`);
  const second = space.say('* one\n* two\n\nA line 2 * 3 * 4', { by: `chloe@${SOURCE}`, at: at(3) });
  space.edit(second, '* one\n* two\n\nA line 2 * 3 * 5');
  space.say('Second answer', { by: `chloe@${SOURCE}`, at: at(4), replyTo: first });
  space.say('Look', {
    by: `bjorn@${SOURCE}`,
    at: at(5),
    attachments: [
      { name: 'dot.png', contentType: 'image/png', bytes: PICTURE },
      { name: 'notes.txt', contentType: 'text/plain', bytes: Buffer.from('Remember the milk') },
    ],
    driveFiles: [{ name: 'Budget', contentType: 'application/vnd.google-apps.spreadsheet', id: '1AbCdEf' }],
  });
  // Somebody whom the target doesn't have, and an app.
  space.join(`daiki@${SOURCE}`);
  space.say('From elsewhere', { by: `daiki@${SOURCE}`, at: at(6) });
  space.say('Build is green', { app: 'Builder', at: at(7) });
  const gone = space.say('Never mind', { by: `alice@${SOURCE}`, at: at(8) });
  space.remove(gone);
  const answered = space.say('Secret', { by: `alice@${SOURCE}`, at: at(9) });
  space.say('What was it?', { by: `bjorn@${SOURCE}`, at: at(10), replyTo: answered });
  space.remove(answered);
  return space;
}

test('a space goes to another organization: what was said, by whom and when, once and for all', async () => {
  const source = talk('Harbour');
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), chat('Harbour', TARGET), SOURCE, TARGET);
  await mapping(bench, entry, `daiki@${SOURCE}`, 'daiki@elsewhere.example');
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  const { kinds } = first.books as Json;
  expect(kinds.post).toMatchObject({ seen: 9, created: 9, failed: 0, uncertain: 0 });
  const target = spaceOf(TARGET, 'Harbour');
  expect(target.isImported).toBe(false);
  const ids = new Map(source.messages.map(({ id, createdAt }) => [id, createdAt]));
  const theirs = new Map(target.messages.map(({ id, createdAt }) => [id, createdAt]));
  const said = source.messages.filter(({ markup }) => markup !== 'Never mind');
  expect(target.messages.map(({ createdAt }) => createdAt)).toEqual(said.map(({ createdAt }) => createdAt));
  expect(target.messages.map(({ replyTo }) => theirs.get(replyTo ?? ''))).toEqual(
    said.map(({ replyTo }) => ids.get(replyTo ?? '')),
  );
  expect(target.messages.map(({ from }) => from)).toEqual(
    ['alice', 'bjorn', 'chloe', 'chloe', 'bjorn', 'alice', 'alice', 'alice', 'bjorn'].map((one) => `${one}@${TARGET}`),
  );
  const [hello, , list, , look, elsewhere, build, deleted] = target.messages.map(({ markup }) =>
    markup.replaceAll(/[\u2060\u2063]/g, ''),
  );
  expect(hello).toBe(
    `Hello *all*, and <users/${userId(`bjorn@${TARGET}`)}>: see <https://example.com/a?b=1&c=2|the page> & \`code\` <3`,
  );
  expect(list).toBe('* one\n* two\n\nA line 2 * 3 * 5');
  expect(look).toBe('Look\n📎 <https://drive.google.com/open?id=1AbCdEf|Budget>');
  expect(elsewhere).toMatch(/^_✎ .*\(daiki@elsewhere\.example\)_\nFrom elsewhere$/);
  expect(build).toBe('_⚙ Builder_\nBuild is green');
  expect(deleted).toBe('_This message was deleted._');
  expect(target.messages[0]?.reactions).toEqual([`🎉 by chloe@${TARGET}`, `👍 by bjorn@${TARGET}`]);
  expect(target.messages[4]?.attachments).toEqual([
    { name: 'image-1.png', contentType: 'image/png', bytes: PICTURE },
    { name: 'notes.txt', contentType: 'text/plain', bytes: Buffer.from('Remember the milk') },
  ]);
  const codes = (await notes(bench, entry)).map(({ code }) => code);
  for (const code of ['author-named-in-text', 'edit-mark-lost', 'deleted-mark-lost']) expect(codes).toContain(code);
}, 60_000);
