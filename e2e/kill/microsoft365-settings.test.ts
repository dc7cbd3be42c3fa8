import { connectors } from '@sterna/connectors';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, pass, queuePass, verifyResult } from '../support/direct-pass.ts';
import { CATEGORIES, Graph, type Json, RULES } from '../support/graph.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { until } from '../support/until.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
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
  /** The next request of the kind to the target is the process's last; `takesEffect`: it is answered all the same. */
  dies(request: RegExp, options?: { readonly takesEffect?: boolean; readonly skip?: number }): Kill;
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
    dies: (request, { takesEffect = true, skip = 0 } = {}) => ({
      name: `${takesEffect ? 'after' : 'before'} ${request === WRITE ? 'a write' : 'a request'}`,
      by: (child) =>
        new Promise((resolve) => {
          let left = skip;
          server.faults.inject({
            fault: { kind: 'reset' },
            when: ({ method, target: path }) => {
              if (left < 0 || !path.includes(user.id) || !request.test(`${method} ${path}`)) return false;
              left -= 1;
              if (left >= 0) return false;
              child.kill('SIGKILL');
              resolve();
              return !takesEffect;
            },
          });
        }),
    }),
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

describe('mailbox settings, exactly once into Microsoft 365', () => {
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
    const { source, target, entry } = await scene('chloe');
    const id = await queuePass(kill.bench, entry, 'initial');
    const letGo = Promise.withResolvers<void>();
    const fault = server.faults.inject({
      fault: { kind: 'hold', until: letGo.promise },
      when: ({ method, target: path }) => method === 'POST' && path.endsWith('/messageRules'),
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

test('enough kills hit a living process', () => {
  expect(kill.report.hits).toBeGreaterThanOrEqual(LONG ? 20 : 8);
});
