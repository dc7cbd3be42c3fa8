import { connectors } from '@sterna/connectors';
import { DirectGroup, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Endpoint, pass, queuePass, verifyResult } from '../support/direct-pass.ts';
import { CATEGORIES, Graph, type Json, RULES } from '../support/graph.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { until } from '../support/until.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { type AtRequest, atRequest } from './at-request.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { finishPass, type Kill, killLiving, passWithKills, startPass, whileAlive } from './harness.ts';

const kill = new BareStage([...connectors.values()]);
let server: Microsoft365;
beforeAll(async () => {
  [server] = await Promise.all([startMicrosoft365({ empty: true }), kill.open()]);
  kill.later(() => server.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

const RULE_COUNT = 6;
const CATEGORY_COUNT = 4;
/** With the automatic reply, the language and zone, and the working hours. */
const SETTINGS = RULE_COUNT + CATEGORY_COUNT + 3;
const WRITE = /^(?:POST|PATCH|DELETE) .*\/(?:messageRules|masterCategories|mailboxSettings)/;

const from = (name: string): Graph => new Graph(server, `${name}@contoso.example`);
const to = (name: string): Graph => new Graph(server, `${name}@fabrikam.example`);

/** Rules, two of one name among them, categories, an automatic reply, language and hours. */
async function furnish(graph: Graph): Promise<void> {
  const { id: moveToFolder } = await graph.call('POST', '/mailFolders', { displayName: 'Projekte' });
  for (let n = 1; n <= RULE_COUNT; n += 1)
    await graph.call('POST', RULES, {
      displayName: n > 4 ? 'The same' : `Rule ${n}`,
      sequence: n,
      isEnabled: true,
      conditions: { subjectContains: [`word ${n}`] },
      actions: n % 2 === 0 ? { moveToFolder } : { markImportance: 'high', stopProcessingRules: true },
    });
  for (let n = 0; n < CATEGORY_COUNT; n += 1)
    await graph.call('POST', CATEGORIES, { displayName: `Category ${n}`, color: `preset${n}` });
  await graph.call('PATCH', '/mailboxSettings', {
    language: { locale: 'de-DE' },
    workingHours: { daysOfWeek: ['monday', 'friday'], startTime: '07:00:00.0000000', endTime: '15:00:00.0000000' },
    automaticRepliesSetting: { status: 'alwaysEnabled', internalReplyMessage: 'Bin weg', externalReplyMessage: 'Away' },
  });
}

/** What a mailbox is set to, folders by their names. */
async function held(graph: Graph): Promise<Json> {
  const { value: folders } = await graph.call('GET', '/mailFolders?$top=100');
  const nameOf = (id: string | undefined): string | undefined =>
    folders.find((one: Json) => one.id === id)?.displayName ?? id;
  const { automaticRepliesSetting, language, workingHours } = await graph.settings();
  return {
    rules: (await graph.rules()).map(({ displayName, isEnabled, conditions, actions }) => ({
      displayName,
      isEnabled,
      conditions,
      // What a rule is said not to do, it doesn't do.
      actions: Object.fromEntries(
        Object.entries({ ...actions, moveToFolder: nameOf(actions.moveToFolder) }).filter(
          ([, value]) => value !== false,
        ),
      ),
    })),
    categories: (await graph.categories()).map(({ displayName, color }) => `${displayName} ${color}`).sort(),
    reply: [automaticRepliesSetting.status, automaticRepliesSetting.internalReplyMessage],
    language: language.locale,
    days: workingHours.daysOfWeek,
  };
}

interface Scene {
  readonly source: Graph;
  readonly target: Graph;
  readonly entry: number;
  /** Id of the user who has the target. */
  readonly about: string;
  /** The next request of the kind to the target is the process's last. */
  dies(request: RegExp, options?: AtRequest): Kill;
  expectSame(): Promise<void>;
}

async function scene(name: string): Promise<Scene> {
  const [source, target] = [from(name), to(name)];
  await furnish(source);
  const user = [...server.tenant('fabrikam.example').users.values()].find(({ mail }) => mail?.startsWith(`${name}@`));
  if (user === undefined) throw new Error(`no user ${name}`);
  const entry = await addEntry(
    kill.bench,
    microsoft365Endpoint(server, `${name}@contoso.example`),
    microsoft365Endpoint(server, user.userPrincipalName),
  );
  return {
    source,
    target,
    entry,
    about: user.id,
    dies: (request, options = {}) =>
      atRequest(server, request, { ...options, about: user.id, name: request === WRITE ? 'a write' : 'a request' }),
    async expectSame() {
      expect(await held(target)).toEqual(await held(source));
      await kill.expectSettled(entry);
      expect(server.invitations).toEqual([]);
      expect(server.failures).toEqual([]);
    },
  };
}

const times = (count: number, kill_: (n: number) => Kill): readonly Kill[] =>
  Array.from({ length: count }, (_, n) => kill_(n));
const settingsOf = ({ books }: { readonly books: unknown }): Json => (books as Json).kinds.setting;

describe.concurrent('mailbox settings, exactly once into Microsoft 365', () => {
  // Each kill takes a second: the slice has some of each sort, the long run one at every write.
  test('killed at writes, before or after they took effect: first, changes, removals', async () => {
    const { source, target, entry, dies, expectSame } = await scene('alice');
    const first = await passWithKills(kill.stage, entry, 'initial', [
      ...times(LONG ? 3 : 1, () => dies(WRITE, { takesEffect: false })),
      ...times(LONG ? SETTINGS + 2 : 4, (n) => dies(WRITE, { takesEffect: n % 4 !== 3 })),
      { at: 'before-close', nth: 1 },
    ]);
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(settingsOf(first)).toMatchObject({ seen: SETTINGS, failed: 0, uncertain: 0, skipped: 0 });
    await expectSame();
    const ids = (await target.rules()).map(({ id }) => id);

    for (const { id, displayName } of (await source.rules()).slice(0, 3))
      await source.call('PATCH', `${RULES}/${id}`, { isEnabled: false, actions: { delete: displayName === 'Rule 1' } });
    const [category] = await source.categories();
    await source.call('PATCH', `${CATEGORIES}/${category.id}`, { color: 'preset9' });
    await source.call('PATCH', '/mailboxSettings', { automaticRepliesSetting: { status: 'disabled' } });
    const changed = await passWithKills(kill.stage, entry, 'delta', [
      dies(WRITE, { takesEffect: false }),
      ...times(LONG ? 5 : 2, () => dies(WRITE)),
    ]);
    expect(changed).toMatchObject({ status: 'completed', error: null });
    expect(settingsOf(changed)).toMatchObject({ updated: 5, created: 0, failed: 0, skipped: 0 });
    await expectSame();
    expect((await target.rules()).map(({ id }) => id)).toEqual(ids);

    const [gone, other] = (await source.rules()).slice(0, 2);
    for (const { id } of [gone, other]) await source.call('DELETE', `${RULES}/${id}`);
    await source.call('DELETE', `${CATEGORIES}/${category.id}`);
    const removed = await passWithKills(
      kill.stage,
      entry,
      'delta',
      [dies(WRITE, { takesEffect: false }), ...times(LONG ? 3 : 1, () => dies(WRITE))],
      { deletions: 'propagate' },
    );
    expect(removed).toMatchObject({ status: 'completed', error: null });
    await expectSame();
    await kill.expectVerified(entry);
  }, 600_000);

  test.runIf(LONG)(
    'killed at each of its requests in turn',
    async () => {
      const { entry, dies, expectSame } = await scene('bjorn');
      const first = await passWithKills(
        kill.stage,
        entry,
        'initial',
        times(400, (n) => dies(/./, { skip: n % 40, takesEffect: n % 3 !== 0 })),
      );
      expect(first).toMatchObject({ status: 'completed', error: null });
      expect(settingsOf(first)).toMatchObject({ seen: SETTINGS, failed: 0, uncertain: 0, skipped: 0 });
      await expectSame();
      await kill.expectVerified(entry);
    },
    600_000,
  );

  test('a rule that lands after it was sent again is there twice, left alone, and told by verification', async () => {
    const { source, target, entry, about } = await scene('chloe');
    const id = await queuePass(kill.bench, entry, 'initial');
    const letGo = Promise.withResolvers<void>();
    const fault = server.faults.inject({
      fault: { kind: 'hold', until: letGo.promise },
      when: ({ method, target: path }) => method === 'POST' && path.includes(about) && path.endsWith('/messageRules'),
      after: 2,
    });
    const child = startPass(kill.stage, id);
    await whileAlive(
      child,
      until('a write is on its way', () => fault.struck === 1),
      'its write',
    );
    await killLiving(kill.stage, child, 'a write under way');
    await finishPass(kill.stage, id);
    expect(await held(target)).toEqual(await held(source));
    letGo.resolve();
    await until('the write has landed', async () => (await target.rules()).length > RULE_COUNT);
    expect((await pass(kill.bench, entry, 'delta')).status).toBe('completed');
    // Nothing marks a rule as ours, so nothing of it is removed.
    expect(await target.rules()).toHaveLength(RULE_COUNT + 1);
    const check = verifyResult(await pass(kill.bench, entry, 'verify'));
    expect(check).toMatchObject({ missing: 0, different: 0, duplicated: 1 });
  }, 120_000);
});

const JOINS = /^POST .*\/members\//;
const OWNS = /^POST .*\/owners\//;
const LEAVES = /^DELETE .*\/members\//;
const OWNS_NO_MORE = /^DELETE .*\/owners\//;
/** Whom the target's people have added. */
const OWN = 'grace';

interface Crew {
  readonly entry: number;
  /** Which of the source's group somebody is in. */
  put(name: string, ...lists: readonly ('members' | 'owners')[]): void;
  expectSame(): Promise<void>;
  dies(request: RegExp, options?: AtRequest): Kill;
}

/** Two groups, of which one has people: owners, who needn't be members, and members. */
async function crew(name: string): Promise<Crew> {
  const [here, there] = ['contoso.example', 'fabrikam.example'].map((domain) => {
    const owner = domain === 'contoso.example' ? 'alice' : OWN;
    return DirectGroup.create(server, `${name}@${domain}`, name, [`${owner}@${domain}`]);
  }) as [DirectGroup, DirectGroup];
  const put: Crew['put'] = (person, ...lists) => {
    const id = server.tenant('contoso.example').user(`${person}@contoso.example`)?.id ?? '';
    for (const list of ['members', 'owners'] as const)
      if (lists.includes(list)) here.group[list].add(id);
      else here.group[list].delete(id);
  };
  put('bjorn', 'owners');
  put('chloe', 'members', 'owners');
  put('daiki', 'members');
  put('elena', 'members');
  const group = (domain: string): Endpoint => ({
    ...microsoft365Endpoint(server, `${name}@${domain}`),
    itemType: 'group',
  });
  const entry = await addEntry(kill.bench, group('contoso.example'), group('fabrikam.example'));
  for (const person of ['alice', 'bjorn', 'chloe', 'daiki', 'elena'])
    await mapping(kill.bench, entry, `${person}@contoso.example`, `${person}@fabrikam.example`);
  const named = (of: DirectGroup, list: 'members' | 'owners'): string[] =>
    of.people(list).map((address) => address.split('@')[0] ?? '');
  return {
    entry,
    put,
    // Other suites talk to the same simulator at the same time.
    dies: (request: RegExp, options: AtRequest = {}): Kill =>
      atRequest(server, request, { ...options, about: there.group.id, name: 'a membership' }),
    async expectSame() {
      const owners = named(here, 'owners');
      expect(named(there, 'owners').sort()).toEqual([...owners, OWN].sort());
      // There whoever owns it is in it.
      expect(named(there, 'members').sort()).toEqual([...new Set([...named(here, 'members'), ...owners, OWN])].sort());
      await kill.expectSettled(entry);
      expect(server.failures).toEqual([]);
    },
  };
}

const ONLY_MEMBERS = { kinds: { setting: false, file: false, message: false, listItem: false } };
const membersOf = ({ books }: { readonly books: unknown }): Json => (books as Json).kinds.member;

describe.concurrent('members of a group, exactly once into Microsoft 365', () => {
  test('killed as somebody comes, before they own it, as they leave, and between two lists', async () => {
    const { entry, put, dies, expectSame } = await crew('crew');
    const first = await passWithKills(
      kill.stage,
      entry,
      'initial',
      [dies(JOINS), dies(OWNS, { takesEffect: false }), dies(OWNS), { at: 'after-acknowledgement', nth: 1 }],
      ONLY_MEMBERS,
    );
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(membersOf(first)).toMatchObject({ seen: 5, created: 5, failed: 0, uncertain: 0, skipped: 0 });
    await expectSame();

    put('daiki');
    put('chloe', 'members');
    put('elena', 'members', 'owners');
    const changed = await passWithKills(
      kill.stage,
      entry,
      'delta',
      [dies(OWNS), dies(OWNS_NO_MORE, { takesEffect: false }), dies(LEAVES)],
      { ...ONLY_MEMBERS, deletions: 'propagate' },
    );
    expect(changed).toMatchObject({ status: 'completed', error: null });
    expect(membersOf(changed)).toMatchObject({ created: 0, failed: 0, uncertain: 0, skipped: 0 });
    await expectSame();
  }, 120_000);

  test.runIf(LONG)(
    'killed at each of its requests in turn, and as roles change',
    async () => {
      const { entry, put, dies, expectSame } = await crew('fleet');
      const anywhere = (count: number): readonly Kill[] =>
        times(count, (n) => dies(/\/groups\//, { skip: n % 30, takesEffect: n % 3 !== 0 }));
      const first = await passWithKills(kill.stage, entry, 'initial', anywhere(90), ONLY_MEMBERS);
      expect(first).toMatchObject({ status: 'completed', error: null });
      await expectSame();
      put('daiki', 'owners');
      put('bjorn', 'members');
      put('elena');
      const kills = [...times(6, (n) => dies(/^(?:POST|DELETE) /, { takesEffect: n % 2 === 0 })), ...anywhere(30)];
      const settings = { ...ONLY_MEMBERS, deletions: 'propagate' };
      const changed = await passWithKills(kill.stage, entry, 'delta', kills, settings);
      expect(changed).toMatchObject({ status: 'completed', error: null });
      await expectSame();
    },
    600_000,
  );
});

test('enough kills hit a living process', () => {
  expect(kill.report.hits).toBeGreaterThanOrEqual(LONG ? 40 : 14);
});
