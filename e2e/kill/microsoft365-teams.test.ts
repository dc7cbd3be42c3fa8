import { connectors } from '@sterna/connectors';
import { Random } from '@sterna/sample-mailbox';
import { DirectGroup, DirectTeam, type Microsoft365, plannerOf, teamsOf } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Endpoint, pass, passOutcome, queuePass } from '../support/direct-pass.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { until } from '../support/until.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { atRequest } from './at-request.ts';
import { BareStage, LONG } from './bare-stage.ts';
import {
  askToStop,
  finishPass,
  type Kill,
  killLiving,
  passWithKills,
  runAndKill,
  startPass,
  whileAlive,
} from './harness.ts';
import { atRandom, times } from './scenarios/points.ts';

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'] as const;
const PEOPLE = ['alice', 'bjorn', 'chloe'] as const;
const CHANNELS = ['General', 'Announcements'] as const;
const POSTS = 5;
const TASKS = 6;
const MINUTE = 60_000;
const TIMEOUT_MS = 600_000;

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

interface Scene {
  readonly entry: number;
  readonly here: DirectTeam;
  readonly there: DirectTeam;
  expectExactlyOnce(): Promise<void>;
}

/** A team with two channels that people talk in and a plan, and one of the same name that nobody has used. */
async function scene(name: string): Promise<Scene> {
  const [here, there] = [SOURCE, TARGET].map((domain) => {
    const owners = PEOPLE.map((person) => `${person}@${domain}`);
    const { group } = DirectGroup.create(server, `${name}@${domain}`, name, owners);
    teamsOf(server.tenant(domain)).create(group, server.clock.now());
    return new DirectTeam(server, `alice@${domain}`, name);
  }) as [DirectTeam, DirectTeam];
  here.makeChannel('Announcements');
  const planner = plannerOf(server.tenant(SOURCE));
  const by = { user: undefined, app: 'somebody' };
  const plan = planner.addPlan(here.team.group, 'Plan', by, server.clock.now());
  const bucket = planner.addBucket(plan, 'To do');
  for (let n = 1; n <= TASKS; n++) {
    // Two that say the same are two.
    const task = planner.addTask(plan, `Task ${Math.ceil(n / 2)}`, by, server.clock.now());
    task.bucketId = bucket.id;
    task.details.description = 'What is to be done';
  }
  const speakers = PEOPLE.map((person) => new DirectTeam(server, `${person}@${SOURCE}`, name));
  const began = server.clock.now() - 1_000 * MINUTE;
  for (const [c, channel] of CHANNELS.entries())
    for (let n = 0; n < POSTS; n++) {
      const speaker = speakers[n % speakers.length] as DirectTeam;
      const at = began + (c * 100 + n * 3) * MINUTE;
      const id = speaker.say(channel, `<p>${channel} ${n}</p>`, {}, at);
      if (n % 2 === 0) here.reply(channel, id, `<p>Answer to ${channel} ${n}</p>`, at + MINUTE);
    }
  const team = (domain: string): Endpoint => ({
    ...microsoft365Endpoint(server, `${name}@${domain}`),
    itemType: 'team',
  });
  const entry = await addEntry(kill.bench, team(SOURCE), team(TARGET));
  for (const person of PEOPLE) await mapping(kill.bench, entry, `${person}@${SOURCE}`, `${person}@${TARGET}`);

  const said = (of: DirectTeam): string[] =>
    CHANNELS.flatMap((channel) =>
      of
        .messages(channel)
        .map(({ createdAt, from, content, replyTo }) =>
          [channel, createdAt, from?.split('@')[0], content, replyTo].join(' | '),
        ),
    ).sort();
  const planned = (domain: string, of: DirectTeam): string[] => {
    const all = plannerOf(server.tenant(domain));
    return all
      .plansOf(of.team.group)
      .flatMap((one) => all.tasksOf(one).map(({ title, details }) => `${one.title} ${title} ${details.description}`))
      .sort();
  };
  return {
    entry,
    here,
    there,
    async expectExactlyOnce() {
      await kill.expectSettled(entry);
      expect(said(there)).toEqual(said(here));
      expect(planned(TARGET, there)).toEqual(planned(SOURCE, here));
      expect(there.migrating).toEqual([]);
      await kill.expectNoSuspects(entry);
      expect(server.failures).toEqual([]);
    },
  };
}

async function scenario(name: string, kills: Iterable<Kill>): Promise<void> {
  const { entry, here, expectExactlyOnce } = await scene(name);
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills, {});
  expect(outcome.error).toBeNull();
  expect([outcome.status, outcome.books.balanced]).toEqual(['completed', true]);
  await expectExactlyOnce();
  const id = here.say('General', '<p>One more thing</p>');
  here.reply('General', id, '<p>Which one?</p>');
  const delta = await passWithKills(kill.stage, entry, 'delta', [{ at: 'after-acknowledgement', nth: 1 }], {});
  expect([delta.status, delta.books.balanced]).toEqual(['completed', true]);
  await expectExactlyOnce();
}

describe('exactly once from team to team', () => {
  test.concurrent(
    'acknowledged and not settled, and killed while that is settled',
    async () => {
      await scenario('kills', [
        { at: 'after-intent-commit', nth: 5 },
        { at: 'after-acknowledgement', nth: 3 },
        { at: 'during-recovery', nth: 1 },
        { at: 'after-settle-commit', nth: 2 },
      ]);
    },
    TIMEOUT_MS,
  );

  test.concurrent(
    'killed while a post is on its way: the channel stays locked until the next pass, and the post comes once',
    async () => {
      const { entry, there, expectExactlyOnce } = await scene('late');
      const { id: team } = there.team.group;
      const id = await queuePass(kill.bench, entry, 'initial', {});
      const letGo = Promise.withResolvers<void>();
      const fault = server.faults.inject({
        fault: { kind: 'hold', until: letGo.promise },
        when: ({ method, target }: { method: string; target: string }) =>
          method === 'POST' && target.includes(team) && /\/messages$/.test(target),
        after: 2,
      });
      const child = startPass(kill.stage, id);
      await whileAlive(
        child,
        until('a post is on its way', () => fault.struck === 1),
        'its post',
      );
      await killLiving(kill.stage, child, 'a post under way');
      expect(there.migrating.length).toBeGreaterThan(0);
      letGo.resolve();
      await finishPass(kill.stage, id);
      expect((await pass(kill.bench, entry, 'delta', {})).status).toBe('completed');
      await expectExactlyOnce();
    },
    TIMEOUT_MS,
  );

  test.concurrent(
    'killed, stopped while Teams keeps the channel, and finished: it is given back, and a later pass brings the rest once',
    async () => {
      const { entry, there, expectExactlyOnce } = await scene('halted');
      const { id: about } = there.team.group;
      const id = await queuePass(kill.bench, entry, 'initial', {});
      const atPost = atRequest(server, /\/messages$/, { about, skip: 2, name: 'a post' });
      expect(await runAndKill(kill.stage, id, atPost)).toBe(true);
      await askToStop(kill.stage, id);
      const kept = server.faults.inject({
        fault: { kind: 'answer', status: 403, code: 'Forbidden' },
        when: ({ target }: { target: string }) => target.includes(about) && target.endsWith('/completeMigration'),
        times: Number.POSITIVE_INFINITY,
      });
      await finishPass(kill.stage, id);
      expect(await passOutcome(kill.bench, id)).toMatchObject({ status: 'stopped', error: null });
      expect(await pass(kill.bench, entry, 'finish')).toMatchObject({
        status: 'completed with failures',
        result: { finished: [], refused: ['General'] },
      });
      expect(there.migrating).toEqual(['General']);
      kept.end();
      expect(await pass(kill.bench, entry, 'finish')).toMatchObject({
        status: 'completed',
        result: { finished: ['General'], refused: [] },
      });
      expect(there.migrating).toEqual([]);
      const rest = await pass(kill.bench, entry, 'delta', {});
      expect(rest).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
      await expectExactlyOnce();
    },
    TIMEOUT_MS,
  );

  test.skipIf(!LONG)(
    'many points, and random moments',
    async () => {
      const points = ['before-intent-commit', 'after-intent-commit', 'after-acknowledgement', 'before-close'] as const;
      for (const at of points)
        await scenario(
          at,
          times(at === 'before-close' ? 2 : 8, (n) => ({ at, nth: 1 + (n % 5) })),
        );
      await scenario('random', atRandom(40, new Random(84)));
    },
    TIMEOUT_MS,
  );

  test('at least 6 kills hit a living process', () => {
    expect(kill.report.hits).toBeGreaterThanOrEqual(6);
  });
});
