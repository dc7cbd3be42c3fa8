import type { Session } from '@sterna/connector-kit';
import { pivotOf, readSetting, type Setting, writeSetting } from '@sterna/content';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { microsoft365Connector } from '../../src/index.ts';
import { fromRule } from '../../src/mailbox-settings/from-rule.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph } from '../outlook/direct-graph.ts';
import { startSimulator } from '../simulator.ts';

const ALICE = 'alice@contoso.example';
const RULES = '/mailFolders/inbox/messageRules';
const AWAY = { type: 'automatic-reply', outside: 'contacts', insideText: '<p>Weg</p>', outsideText: 'Away' } as const;

let server: Microsoft365;
let graph: DirectGraph;
const sessions: Session[] = [];
beforeAll(async () => {
  server = await startSimulator({ empty: true });
  graph = new DirectGraph(server, ALICE);
});
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});
afterAll(async () => {
  const [failure] = server.failures;
  await server.stop();
  if (failure !== undefined) throw failure;
});

async function opened(role: 'read' | 'write', address = ALICE): Promise<Session> {
  const session = await microsoft365Connector.open({
    ...simulated(server, address),
    kinds: ['setting'],
    role,
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  sessions.push(session);
  return session;
}

async function all(
  session: Session,
  group: string,
): Promise<{ settings: Setting[]; skipped: string[]; ids: string[] }> {
  const found = (await session.reader.containers()).find(({ path }) => path[0] === group);
  const ids: string[] = [];
  for await (const page of session.reader.changes(found?.id ?? '', undefined, {}))
    ids.push(...page.changes.map(({ id }) => id));
  const settings: Setting[] = [];
  const skipped: string[] = [];
  for await (const one of session.reader.read(found?.id ?? '', ids))
    if ('body' in one) settings.push(readSetting(one.body as Buffer));
    else if ('error' in one && one.isSkipped === true) skipped.push(one.error.code);
  return { settings, skipped, ids };
}

let serial = 0;
async function put(session: Session, group: string, setting: Setting) {
  const { writer } = session;
  if (writer === undefined) throw new Error('no writer');
  const { container } = await writer.ensureContainer([group], { kind: 'setting' });
  const body = writeSetting(setting);
  const create = { verb: 'create', op: `op${++serial}`, container: container.id, flags: [], date: undefined } as const;
  const [result] = await writer.apply([{ ...create, size: body.length, body }]);
  if (result === undefined) throw new Error('no result');
  return { result, container: container.id, writer };
}

describe('what is written is read back as the same', () => {
  const settings: readonly (readonly [group: string, setting: Setting])[] = [
    ['Categories', { type: 'category', name: 'Projekt Ä', color: '#4AB63F' }],
    ['Categories', { type: 'category', name: 'Without a color' }],
    [
      'Automatic reply',
      { ...AWAY, status: 'scheduled', from: '2026-10-01T06:00:00.000Z', until: '2026-10-12T06:00:00.000Z' },
    ],
    [
      'Preferences',
      { type: 'regional', timeZone: 'Asia/Tokyo', language: 'ja-JP', dateFormat: 'yyyy/MM/dd', timeFormat: 'H:mm' },
    ],
    [
      'Preferences',
      { type: 'working-hours', days: ['mon', 'sat'], from: '06:30', until: '14:00', timeZone: 'America/New_York' },
    ],
    ['Preferences', { type: 'meeting-messages', to: 'delegate-and-owner' }],
  ];
  test.each(settings)('%s %j', async (group, setting) => {
    const { result } = await put(await opened('write'), group, setting);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(result).not.toHaveProperty('notes');
    const digest = (one: Setting): string => pivotOf('setting').digest(writeSetting(one)).toString('hex');
    const { settings: found } = await all(await opened('read'), group);
    expect(found.map(digest)).toContain(digest(setting));
  });
});

test('a rule names the folder of the target, by its role where it has one; one that isn’t there is refused', async () => {
  const session = await opened('write');
  const parent = await graph.ok('POST', '/mailFolders', { displayName: 'Projekte' });
  const folder = await graph.ok('POST', `/mailFolders/${parent.id}/childFolders`, { displayName: 'Ä/B' });
  const rule = { type: 'rule', order: 1, enabled: true, conditions: {}, exceptions: {} } as const;
  await put(session, 'Rules', { ...rule, name: 'to a folder', actions: { moveTo: { path: ['Projekte', 'Ä/B'] } } });
  await put(session, 'Rules', {
    ...rule,
    name: 'to a role',
    actions: { copyTo: { path: ['Papierkorb'], role: 'trash' } },
  });
  const trash = await graph.ok('GET', '/mailFolders/deleteditems');
  const made = await graph.all(RULES);
  expect(made.find(({ displayName }) => displayName === 'to a folder').actions).toEqual({ moveToFolder: folder.id });
  expect(made.find(({ displayName }) => displayName === 'to a role').actions).toEqual({ copyToFolder: trash.id });
  const { result } = await put(session, 'Rules', { ...rule, name: 'nowhere', actions: { moveTo: { path: ['Ä/B'] } } });
  expect(result).toMatchObject({ outcome: 'refused', error: { code: 'setting-folder-missing' } });
  expect(await graph.all(RULES)).toHaveLength(made.length);
  // A folder that was made after the folders were listed.
  await graph.ok('POST', '/mailFolders', { displayName: 'Later' });
  const late = await put(session, 'Rules', { ...rule, name: 'later', actions: { moveTo: { path: ['Later'] } } });
  expect(late.result.outcome).toBe('done');
});

test('a condition that is gone at the source is gone from the copy, whatever Graph takes an absent one for', async () => {
  const session = await opened('write', 'bjorn@contoso.example');
  const rule = {
    type: 'rule',
    name: 'Less',
    order: 1,
    enabled: true,
    exceptions: {},
    actions: { markRead: true },
  } as const;
  const { result, container, writer } = await put(session, 'Rules', {
    ...rule,
    conditions: { subjectContains: ['a'], hasAttachments: true },
  });
  if (result.outcome !== 'done') throw new Error(result.outcome);
  const body = writeSetting({ ...rule, conditions: { subjectContains: ['a'] } });
  const replace = {
    verb: 'replace',
    op: 'r',
    container,
    targetId: result.targetId ?? '',
    ifVersion: result.version,
  } as const;
  expect(await writer.apply([{ ...replace, size: body.length, body }])).toMatchObject([{ outcome: 'done' }]);
  const [now] = await new DirectGraph(server, 'bjorn@contoso.example').all(RULES);
  expect(now.conditions).toEqual({ subjectContains: ['a'] });
});

describe('a rule that Graph can’t tell as a whole is not told at all: it would act on more mail than it is meant for', () => {
  const whole = { id: 'r', displayName: 'R', sequence: 1, isEnabled: true, actions: { markAsRead: true } };
  const told = (more: object) => () => fromRule({ ...whole, ...more }, 1, () => undefined);
  test('but what isn’t set, in all the ways of saying so, is no condition', () => {
    const conditions = {
      '@odata.type': '#x',
      subjectContains: ['a'],
      bodyContains: [],
      isSigned: false,
      importance: null,
    };
    expect(told({ conditions, exceptions: null })()).toMatchObject({
      conditions: { subjectContains: ['a'] },
      exceptions: {},
    });
  });
  test.each([
    [{ conditions: { isFromTheMoon: true } }, 'rule-not-readable'],
    [{ exceptions: { messageActionFlag: 'somethingNew' } }, 'rule-not-readable'],
    [{ isReadOnly: true }, 'rule-not-readable'],
    [{ hasError: true }, 'rule-not-readable'],
    [{ actions: {} }, 'rule-not-readable'],
    [{ actions: { moveToFolder: 'nowhere' } }, 'rule-folder-gone'],
  ])('%j', (more, code) => {
    expect(told(more)).toThrow(expect.objectContaining({ code, class: 'object' }));
  });
  test('an action that nobody else knows is told by its name, beside the others', () => {
    expect(told({ actions: { markAsRead: true, playSound: true } })()).toMatchObject({
      actions: { markRead: true },
      native: { names: ['playSound'] },
    });
  });
});

test('who a calendar is shared with is read, and never written: Graph mails them', async () => {
  const chloe = new DirectGraph(server, 'chloe@contoso.example');
  const before = server.invitations.length;
  await chloe.ok('POST', '/calendar/calendarPermissions', {
    role: 'read',
    emailAddress: { address: ALICE, name: 'Alice' },
  });
  expect(server.invitations.slice(before)).toMatchObject([{ kind: 'sharing', recipients: [ALICE] }]);
  const { settings } = await all(await opened('read', 'chloe@contoso.example'), 'Calendar sharing');
  expect(settings).toMatchObject([{ type: 'calendar-sharing', who: { address: ALICE }, role: 'read' }]);
  const target = await opened('write');
  const { leavesOut } = target.capabilitiesOf?.('setting') ?? target.capabilities;
  const share = writeSetting(settings[0] as Setting);
  const options = { mapping: () => undefined, leavesOut: (type: string) => leavesOut?.[type] };
  expect(() => pivotOf('setting').prepare?.(share, options)).toThrow(/invitation/);
  await expect(put(target, 'Calendar sharing', settings[0] as Setting)).rejects.toThrow();
  expect(server.invitations).toHaveLength(before + 1);
});
