import { afterAll, beforeAll, expect, test } from 'vitest';
import { DirectChat, type Google, startGoogle, VirtualClock, wholeScope } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

const DAY = 86_400_000;
const contract = new Contract();
let server: Google;
let clock: VirtualClock;
let alice: Client;
let bjorn: Client;

beforeAll(async () => {
  clock = new VirtualClock(Date.UTC(2026, 8, 1, 12));
  server = await startGoogle({ empty: true, observe: contract.observe, clock });
  [alice, bjorn] = await Promise.all([
    signIn(server, 'alice@nordwind.example'),
    signIn(server, 'bjorn@nordwind.example'),
  ]);
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

const SPACE = { spaceType: 'SPACE', displayName: 'Old', importMode: true, createTime: '2020-01-02T03:04:05.678Z' };
const make = (body: object = {}, query = '') => alice('POST', `/v1/spaces${query}`, { ...SPACE, ...body });
const say = (as: Client, space: string, id: string, body: object) =>
  as(
    'POST',
    `/v1/${space}/messages?messageId=client-${id}&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD`,
    body,
  );

test('a space takes what was said before, from whoever said it, until its import is completed', async () => {
  const { json: space } = await make();
  expect(space).toMatchObject({ importMode: true, createTime: '2020-01-02T03:04:05.678000Z' });
  const at = '2021-02-03T04:05:06.789Z';
  const first = await say(alice, space.name, 'a', {
    text: '*Hi* <users/all>',
    createTime: at,
    thread: { threadKey: 'k' },
  });
  expect(first.json).toMatchObject({
    text: 'Hi @all',
    formattedText: '*Hi* <users/all>',
    clientAssignedMessageId: 'client-a',
  });
  const reply = await say(bjorn, space.name, 'b', { text: 'Yes', createTime: at, thread: { threadKey: 'k' } });
  expect(reply.json).toMatchObject({ threadReply: true, thread: first.json.thread });
  expect((await say(bjorn, space.name, 'b', { text: 'No', createTime: at })).status).toBe(409);
  expect((await say(alice, space.name, 'c', { text: 'x', createTime: '1999-12-31T00:00:00Z' })).status).toBe(400);
  expect((await say(alice, space.name, 'c', { text: 'x'.repeat(32_001) })).status).toBe(400);
  // Nobody sees it, nor can anybody be added.
  expect((await alice('GET', `/v1/${space.name}?useAdminAccess=true`)).status).toBe(403);
  const join = { member: { name: 'users/bjorn@nordwind.example', type: 'HUMAN' } };
  expect((await alice('POST', `/v1/${space.name}/members`, join)).json.error.status).toBe('FAILED_PRECONDITION');
  expect((await alice('POST', `/v1/${space.name}:completeImport`, {})).json.space.importMode).toBeUndefined();
  expect((await alice('POST', `/v1/${space.name}:completeImport`, {})).status).toBe(400);
  expect((await say(alice, space.name, 'd', { text: 'Late', createTime: at })).status).toBe(403);
  expect((await alice('POST', `/v1/${space.name}/members?useAdminAccess=true`, join)).json.state).toBe('JOINED');
  expect((await bjorn('GET', `/v1/${space.name}/messages`)).json.messages).toHaveLength(2);
  expect((await alice('GET', `/v1/${space.name}/messages`)).status).toBe(403);
});

test('what import mode is for takes its scope alone, and nothing else does', async () => {
  const space = DirectChat.create(server, 'alice@nordwind.example', 'Now').space.id;
  expect((await say(alice, `spaces/${space}`, 'x', { text: 'Hi' })).status).toBe(403);
  const reader = await signIn(server, 'alice@nordwind.example', [wholeScope('chat.messages.readonly')]);
  expect((await reader('POST', '/v1/spaces', SPACE)).status).toBe(403);
  expect((await make({ importMode: false, createTime: undefined })).status).toBe(403);
});

test('the same request makes one space, which is gone where nobody completes it', async () => {
  const query = '?requestId=11111111-1111-4111-a111-111111111111';
  const { json: one } = await make({}, query);
  expect((await make({}, query)).json.name).toBe(one.name);
  clock.advance(91 * DAY);
  // Tokens don't live as long.
  alice = await signIn(server, 'alice@nordwind.example');
  expect((await alice('POST', `/v1/${one.name}:completeImport`, {})).status).toBe(403);
});
