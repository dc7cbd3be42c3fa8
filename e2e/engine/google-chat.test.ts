import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { googleConnector } from '@sterna/connector-google';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { DirectChat, type Google } from '@sterna/simulator-google';
import { DirectGroup, DirectTeam, type Microsoft365, teamsOf } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Death } from '../support/break-off.ts';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
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
const death = new Death();

beforeAll(async () => {
  dir = scratch('engine-google-chat');
  [bench, google, microsoft] = await Promise.all([
    openBench(join(dir, 'data'), [googleConnector, microsoft365Connector], { reached: death.reached }),
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

const team = (address: string): Endpoint => ({ ...microsoft365Endpoint(microsoft, address), itemType: 'team' });

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
  // Daiki is nobody of the target.
  expect(kinds.member).toMatchObject({ seen: 4, created: 3, failed: 1 });
  const target = spaceOf(TARGET, 'Harbour');
  expect(target.members).toEqual([
    `ROLE_MANAGER alice@${TARGET}`,
    `ROLE_MEMBER bjorn@${TARGET}`,
    `ROLE_MEMBER chloe@${TARGET}`,
  ]);
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

test('a dry run makes no space; what was said can be taken back by nobody, and emptying and undoing say so', async () => {
  const source = DirectChat.create(google, `alice@${SOURCE}`, 'Slipway', T0);
  source.join(`bjorn@${SOURCE}`);
  const first = source.say('Ahoy', { by: `alice@${SOURCE}`, at: T0 + MINUTE });
  source.say('Ahoy back', { by: `bjorn@${SOURCE}`, at: T0 + 2 * MINUTE, replyTo: first });
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), chat('Slipway', TARGET), SOURCE, TARGET);
  const dry = await pass(bench, entry, 'dry-run');
  expect(dry.error).toBeNull();
  expect((dry.result as Json).objects).toMatchObject({ create: 4, refuse: 0 });
  expect(DirectChat.all(google, TARGET).has('Slipway')).toBe(false);

  const one = await pass(bench, entry, 'initial');
  expect(one).toMatchObject({ status: 'completed', books: { balanced: true } });
  const target = spaceOf(TARGET, 'Slipway');
  const said = target.messages.length;
  const frozen = await pass(bench, entry, 'empty', { empty: 'freeze' });
  expect(frozen.result).toMatchObject({ objects: 2, containers: [{ container: 'Members', objects: 2 }] });
  const planned = await pass(bench, entry, 'undo', { undo: { mode: 'plan', pass: 2 } });
  expect(planned.result).toMatchObject({ created: 4, removed: 2, refused: 2 });
  const undone = await pass(bench, entry, 'undo', { undo: { mode: 'remove', pass: 2 } });
  expect(undone).toMatchObject({
    status: 'completed with failures',
    result: { created: 4, removed: 2, refused: 2 },
  });
  expect(target.members).toEqual([]);
  const kept = (await notes(bench, entry)).filter(({ code }) => code === 'post-not-removable');
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.every(({ fix }) => fix?.includes('delete the space'))).toBe(true);
  expect(target.messages).toHaveLength(said);
}, 60_000);

/** What no space has a place for. */
const INTO_CHAT = { kinds: { setting: false, file: false, listItem: false } };

/** A team whose first channel and another one have been talked in. */
function talkedTeam(name: string): DirectTeam {
  const owner = `alice@contoso.example`;
  const { group } = DirectGroup.create(microsoft, `${name.toLowerCase()}@contoso.example`, name, [owner]);
  teamsOf(microsoft.tenant('contoso.example')).create(group, microsoft.clock.now());
  const made = new DirectTeam(microsoft, owner, name);
  made.makeChannel('Plans');
  const first = made.say('General', '<p>Hello <b>all</b></p><p><img src="x"></p>', { subject: 'Kick-off' }, T0 + 1_001);
  made.reply('General', first, '<p>Welcome &amp; <i>enjoy</i></p>', T0 + 2_002);
  made.react('General', first, 'heart');
  made.say('Plans', '<ul><li>one</li><li>two *</li></ul>', {}, T0 + 3_003);
  return made;
}

test('a team becomes spaces, one for each channel', async () => {
  const source = talkedTeam('Beacon');
  const entry = await entryOf(team('beacon@contoso.example'), chat('Beacon', TARGET), 'contoso.example', TARGET);
  const first = await pass(bench, entry, 'initial', INTO_CHAT);
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.post).toMatchObject({ seen: 3, created: 3, failed: 0 });
  const [general, plans] = [spaceOf(TARGET, 'Beacon'), spaceOf(TARGET, 'Beacon: Plans')];
  expect([general.isImported, plans.isImported]).toEqual([false, false]);
  const [hello, welcome] = general.messages;
  expect(hello).toMatchObject({ createdAt: T0 + 1_001, from: `alice@${TARGET}`, reactions: [`❤️ by alice@${TARGET}`] });
  expect(welcome).toMatchObject({ createdAt: T0 + 2_002, replyTo: hello?.id, markup: 'Welcome & _enjoy_' });
  expect(hello?.markup.replaceAll('\u2063', '')).toBe('*Kick-off*\nHello *all*');
  expect(plans.messages.map(({ markup }) => markup)).toEqual(['* one\n* two *\u2060']);
  expect([general.members, plans.members]).toEqual([
    [`ROLE_MANAGER alice@${TARGET}`],
    [`ROLE_MANAGER alice@${TARGET}`],
  ]);
  const again = await pass(bench, entry, 'delta', INTO_CHAT);
  expect(again.books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect(verifyResult(await pass(bench, entry, 'verify', INTO_CHAT))).toMatchObject({
    duplicated: 0,
    different: 0,
    missing: 0,
  });
  // What is said now has no way in any more: told, and nobody says it in another's name or at another time.
  source.say('General', '<p>Too late</p>');
  const late = await pass(bench, entry, 'delta', INTO_CHAT);
  expect((late.books as Json).kinds.post).toMatchObject({ created: 0, failed: 1 });
  expect(general.messages).toHaveLength(2);
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('space-completed');
}, 60_000);

test('spaces become a team', async () => {
  const source = talk('Lighthouse');
  const { group } = DirectGroup.create(microsoft, 'lighthouse@fabrikam.example', 'Lighthouse', [
    'alice@fabrikam.example',
  ]);
  teamsOf(microsoft.tenant('fabrikam.example')).create(group, microsoft.clock.now());
  // Others are in it than in the first one.
  DirectChat.create(google, `alice@${SOURCE}`, 'Lighthouse: Crew', T0).say('Among us', { at: T0 + 5_005 });
  const entry = await entryOf(
    chat('Lighthouse', SOURCE),
    team('lighthouse@fabrikam.example'),
    SOURCE,
    'fabrikam.example',
  );
  const first = await pass(bench, entry, 'initial', INTO_CHAT);
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.post).toMatchObject({ seen: 10, created: 10, failed: 0 });
  const target = new DirectTeam(microsoft, 'alice@fabrikam.example', 'Lighthouse');
  expect(target.channel('Crew').membershipType).toBe('private');
  expect(target.messages('Crew').map(({ createdAt }) => createdAt)).toContain(T0 + 5_005);
  const said = source.messages.filter(({ markup }) => markup !== 'Never mind');
  const messages = target.messages('General').filter(({ from }) => from !== undefined);
  expect(messages.map(({ createdAt }) => createdAt)).toEqual(said.map(({ createdAt }) => createdAt));
  expect(messages[0]?.content).toMatch(
    /^<p>Hello <strong>all<\/strong>, and <at id="0">[^<]+<\/at>: see <a href="https:\/\/example\.com\/a\?b=1&amp;c=2">the page<\/a> &amp; <code>code<\/code> &lt;3<\/p>$/,
  );
  expect(messages[0]?.mentions).toHaveLength(1);
  expect(messages[4]?.pictures).toEqual([PICTURE]);
  // What was uploaded is among the files of the team, a file of Drive is led to.
  const urls = messages[4]?.attachments.map(({ name, contentUrl }) => `${name} ${contentUrl}`);
  expect(urls).toEqual([
    expect.stringMatching(/^notes\.txt https:\/\/fabrikam\.sharepoint\.com\/.*notes\.txt$/),
    'Budget https://drive.google.com/open?id=1AbCdEf',
  ]);
}, 60_000);

test('passes that die, and answers that are lost: nothing twice, and the space waits for the rest', async () => {
  const source = talk('Pier');
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), chat('Pier', TARGET), SOURCE, TARGET);
  const lost = google.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target }: { method: string; target: string }) =>
      method === 'POST' && /\/(?:messages|reactions|spaces)\?/.test(`${target}?`),
    times: 2,
  });
  for (const [n, at] of ['after-acknowledgement', 'after-intent-commit', 'after-settle-commit'].entries()) {
    let left = 1;
    death.when = (point) => {
      left -= point === at ? 1 : 0;
      return left === 0;
    };
    expect((await pass(bench, entry, n === 0 ? 'initial' : 'delta')).status).toBe('failed');
    death.when = undefined;
    // The rest can come only as long as it is being imported.
    expect(spaceOf(TARGET, 'Pier').isImported).toBe(true);
    source.say(`And ${at}`, { at: T0 + (20 + n) * MINUTE });
  }
  const last = await pass(bench, entry, 'delta');
  expect(last.error).toBeNull();
  expect(lost.struck).toBeGreaterThan(0);
  expect((last.books as Json).kinds.post).toMatchObject({ failed: 0, uncertain: 0, seen: 12 });
  const target = spaceOf(TARGET, 'Pier');
  expect(target.isImported).toBe(false);
  const said = source.messages.filter(({ markup }) => markup !== 'Never mind');
  expect(target.messages.map(({ createdAt }) => createdAt)).toEqual(said.map(({ createdAt }) => createdAt));
  expect(target.messages[0]?.reactions).toHaveLength(2);
  expect([...DirectChat.all(google, TARGET).keys()].filter((name) => name.startsWith('Pier'))).toEqual(['Pier']);
}, 60_000);

test('whether an administrator sees what is imported, and people can be in it, makes no difference', async () => {
  const other = { chatAdminSeesImports: true, chatNamesAreUnique: true, chatImportTakesMembers: true };
  const before = { ...google.cloud.assumptions };
  Object.assign(google.cloud.assumptions, other);
  const source = talk('Quay');
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), chat('Quay', TARGET), SOURCE, TARGET);
  death.when = (point) => point === 'after-acknowledgement';
  expect((await pass(bench, entry, 'initial')).status).toBe('failed');
  death.when = undefined;
  // Without what was said: out of import mode, and that is all.
  expect((await pass(bench, entry, 'delta', { kinds: { post: false } })).error).toBeNull();
  const target = spaceOf(TARGET, 'Quay');
  expect([target.isImported, target.messages.length, target.members.length]).toEqual([false, 9, 4]);
  expect(target.messages.map(({ clientId }) => clientId).length).toBe(
    new Set(target.messages.map(({ clientId }) => clientId)).size,
  );
  Object.assign(google.cloud.assumptions, before);
}, 60_000);

test('spaces that are kept in import mode take more, until a pass completes them', async () => {
  const source = talk('Mole');
  const keeps = chat('Mole', TARGET, { keepImporting: true });
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), keeps, SOURCE, TARGET);
  await pass(bench, entry, 'initial', { dateFilter: { to: new Date(T0 + 5 * MINUTE).toISOString() } });
  expect(spaceOf(TARGET, 'Mole').messages).toHaveLength(4);
  source.say('One more thing', { at: T0 + 30 * MINUTE });
  const more = await pass(bench, entry, 'delta');
  expect((more.books as Json).kinds.post).toMatchObject({ created: 6, failed: 0 });
  const target = spaceOf(TARGET, 'Mole');
  expect([target.messages.length, target.isImported]).toEqual([10, true]);
  await bench.database.pool.query(
    `update system set settings = settings - 'keepImporting' where id = (select target_system_id from entry where id = $1)`,
    [entry],
  );
  // Nobody could be added before.
  const { kinds } = (await pass(bench, entry, 'delta')).books as Json;
  expect([kinds.post.created, kinds.member.created, target.members.length]).toEqual([0, 4, 4]);
  expect(target.isImported).toBe(false);
}, 60_000);

test('an entry that is to stay in import mode is finished by one command', async () => {
  const source = talk('Vole');
  const keeps = chat('Vole', TARGET, { keepImporting: true });
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), keeps, SOURCE, TARGET);
  await pass(bench, entry, 'initial');
  expect(spaceOf(TARGET, 'Vole').isImported).toBe(true);
  expect(await pass(bench, entry, 'finish')).toMatchObject({ status: 'completed', result: { finished: ['Vole'] } });
  expect(spaceOf(TARGET, 'Vole').isImported).toBe(false);
  expect(await pass(bench, entry, 'finish')).toMatchObject({ status: 'completed', result: { finished: [] } });
}, 60_000);

test('what was on its way when an entry broke off and was finished is found again, once people are in it', async () => {
  const source = DirectChat.create(google, `alice@${SOURCE}`, 'Stoat', T0);
  source.join(`bjorn@${SOURCE}`);
  for (let n = 0; n < 3; n++) source.react(source.say(`Line ${n}`, { at: T0 + n * MINUTE }), '👍', `bjorn@${SOURCE}`);
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), chat('Stoat', TARGET), SOURCE, TARGET);
  death.when = (point) => point === 'after-acknowledgement';
  expect((await pass(bench, entry, 'initial')).status).toBe('failed');
  death.when = undefined;
  const target = spaceOf(TARGET, 'Stoat');
  // As though it had broken off before the last one got what it was to get; what somebody else added isn't that.
  const [lost] = [...target.space.messages.values()].at(-1)?.reactions.splice(0) ?? [];
  if (lost !== undefined) [...target.space.messages.values()].at(-1)?.reactions.push({ ...lost, unicode: '🎉' });
  expect(await pass(bench, entry, 'finish')).toMatchObject({ status: 'completed', result: { finished: ['Stoat'] } });
  for (let n = 0; n < 4; n++) source.say('Too late', { at: T0 + (30 + n) * MINUTE });
  // That it takes nothing more is its way, and no reason to stop before its members are added.
  const early = { failureShare: { share: 0.5, objects: 4 } };
  const delta = await pass(bench, entry, 'delta', early);
  expect(delta.error).toBeNull();
  const { post, member } = (delta.books as Json).kinds;
  expect([post.created, post.failed, member.created]).toEqual([3, 4, 2]);
  expect([target.members.length, target.messages.length]).toEqual([2, 3]);
  const codes = (await notes(bench, entry)).map(({ code }) => code);
  expect(codes.filter((code) => /lost|waits/.test(code))).toEqual(['reactions-lost']);
  expect((await pass(bench, entry, 'delta', early)).error).toBeNull();
}, 60_000);

test('what landed before a pass died is known as what it is, though its source is another by now, or none', async () => {
  const source = DirectChat.create(google, `alice@${SOURCE}`, 'Otter', T0);
  source.join(`bjorn@${SOURCE}`);
  const ids = [0, 1, 2].map((n) => source.say(`Line ${n}`, { at: T0 + n * MINUTE }));
  const entry = await entryOf(chat(`spaces/${source.space.id}`, SOURCE), chat('Otter', TARGET), SOURCE, TARGET);
  death.when = (point) => point === 'after-acknowledgement';
  expect((await pass(bench, entry, 'initial')).status).toBe('failed');
  death.when = undefined;
  source.edit(ids[1] as string, 'Line 1, put right');
  source.remove(ids[2] as string);
  const delta = await pass(bench, entry, 'delta');
  expect(delta.error).toBeNull();
  expect((delta.books as Json).balanced).toBe(true);
  expect(spaceOf(TARGET, 'Otter').messages.map(({ markup }) => markup)).toEqual(['Line 0', 'Line 1', 'Line 2']);
  // The books have all three, and whoever reads them is told what the target doesn't say.
  const { rows } = await bench.database.pool.query(
    `select count(*)::int as copies from ledger where entry_id = $1 and target_id like 'client-%'`,
    [entry],
  );
  expect(rows).toEqual([{ copies: 3 }]);
  const codes = (await notes(bench, entry)).map(({ code }) => code);
  expect(codes.filter((code) => code === 'landed-before-change')).toHaveLength(2);
  expect(codes).toContain('post-not-changeable');
}, 60_000);

test('a space of a channel that the source has no more isn’t left in import mode', async () => {
  const source = talkedTeam('Ferret');
  const entry = await entryOf(team('ferret@contoso.example'), chat('Ferret', TARGET), 'contoso.example', TARGET);
  death.when = (point) => point === 'after-settle-commit';
  expect((await pass(bench, entry, 'initial', INTO_CHAT)).status).toBe('failed');
  death.when = undefined;
  source.removeChannel('Plans');
  expect((await pass(bench, entry, 'delta', INTO_CHAT)).error).toBeNull();
  const spaces = [spaceOf(TARGET, 'Ferret'), spaceOf(TARGET, 'Ferret: Plans')];
  expect(spaces.map(({ isImported }) => isImported)).toEqual([false, false]);
}, 60_000);

test('what is wrong with the address is said before anything is done', async () => {
  talk('Twin');
  talk('Twin');
  const error = async (source: Endpoint) =>
    (await pass(bench, await entryOf(source, chat('Nowhere', TARGET), SOURCE, TARGET), 'initial')).error;
  expect(await error(chat('Twin', SOURCE))).toMatchObject({ code: 'space-ambiguous', field: 'address' });
  expect(await error(chat('spaces/AAAAnothing', SOURCE))).toMatchObject({ code: 'space-not-found' });
  expect(await error({ ...googleEndpoint(google, 'Twin'), itemType: 'team' })).toMatchObject({ code: 'admin-missing' });
  expect([...DirectChat.all(google, TARGET).keys()]).not.toContain('Nowhere');
}, 60_000);
