import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import {
  DirectGroup,
  DirectTeam,
  type GroupsBehaviour,
  groupsOf,
  MIGRATION_APP,
  type Microsoft365,
  type PlannerBehaviour,
  plannerOf,
  type TeamsBehaviour,
  teamsOf,
} from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { casesOf, expectEverySwitch, expectMet, type FlipCase, type Flips, watched } from '../support/switches.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

type Behaviour = TeamsBehaviour & GroupsBehaviour & PlannerBehaviour;
type Way = 'team';
const ways = ['team'] as const;
const LONG = process.env.STERNA_TEST_LONG !== undefined;

const FLIPS: Flips<Behaviour, Way> = {
  operationPolls: { other: [3], ways },
  migrationChannelStatus: {
    other: [202],
    ways,
    unmet: 'channels are made as any other, and opened when they are there',
  },
  startMigrationTwice: {
    other: ['accepted'],
    ways,
    unmet: 'what was left in that mode is given back before it is opened',
  },
  importedVisibleAtOnce: { other: [false], ways },
  importKeepsMentions: { other: [false], ways },
  importKeepsReactions: { other: [true], ways },
  hasMigrationMode: { other: [false], ways },
  migratesEveryChannel: { other: [false], ways },
  attachmentsInText: { other: [false], ways, unmet: 'a post names what is attached to it' },
  largestText: { other: [64 * 1024], ways },
  deltaWindowMs: { other: [0], ways, unmet: 'channels are listed as a whole' },
  repliesTouchParents: { other: [false], ways },
  namesReservedMs: { other: [0], ways, unmet: 'no channel was deleted; preprocess has tests of its own' },
  postsByApps: { other: [true], ways, unmet: 'what is said in a group is never written into its mailbox' },
  teamsAfterMs: { other: [1], ways, unmet: 'the team is there; preprocess has tests of its own' },
  memberListsBehind: { other: [1, 3], ways },
  staleETag: { other: [409, 'taken'], ways, unmet: 'nobody else changes the plan meanwhile' },
  assignsOutsiders: { other: [false], ways },
};

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'] as const;
const PEOPLE = ['alice', 'bjorn', 'chloe'];
const CHANNELS = ['General', 'Secret', 'Partners'];

let dir: string;
let bench: Bench;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-switches-team');
  bench = await openBench(join(dir, 'data'), [microsoft365Connector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

function makeTeam(server: Microsoft365, domain: string, people: readonly string[]): DirectTeam {
  const { group } = DirectGroup.create(server, `small@${domain}`, 'Small', [`alice@${domain}`]);
  for (const name of people)
    groupsOf(server.tenant(domain)).addMember(group, server.tenant(domain).named(name).id, server.clock.now());
  teamsOf(server.tenant(domain)).create(group, server.clock.now());
  return new DirectTeam(server, `alice@${domain}`, 'Small');
}

function fill(server: Microsoft365, here: DirectTeam): void {
  here.makeChannel('Secret', 'private');
  here.makeChannel('Partners', 'shared');
  const at = server.clock.now() - 100_000_000;
  const bjorn = server.tenant(SOURCE).named('bjorn');
  for (const [n, channel] of CHANNELS.entries()) {
    const mentioned = { kind: 'user' as const, id: bjorn.id, displayName: bjorn.displayName };
    const text = `<p>Hello <at id="0">Björn</at> in ${channel}</p><attachment id="a"></attachment>`;
    const file = { id: 'a', contentType: 'reference', contentUrl: 'https://elsewhere.example/a', name: 'a' };
    const attachments = [{ ...file, content: null, thumbnailUrl: null, teamsAppId: null }];
    const id = here.say(
      channel,
      text,
      { mentions: [{ id: 0, mentionText: 'Björn', mentioned }], attachments },
      at + n * 1_000,
    );
    here.reply(channel, id, `<p>Answer in ${channel}</p>`, at + n * 1_000 + 1);
    here.react(channel, id, 'like');
  }
  const planner = plannerOf(server.tenant(SOURCE));
  const by = { user: bjorn.id, app: MIGRATION_APP.id };
  const plan = planner.addPlan(here.team.group, 'Launch', by, at);
  const bucket = planner.addBucket(plan, 'To do');
  for (const title of ['One', 'Two']) {
    const task = planner.addTask(plan, title, by, at);
    task.bucketId = bucket.id;
    task.assignments.set(bjorn.id, { orderHint: ' !', assignedAt: at, assignedBy: by } as never);
  }
}

const plain = (html: string): string => html.replaceAll(/<[^>]*>/g, '').trim();
const said = (team: DirectTeam, channels: readonly string[]): string[] =>
  channels.flatMap((channel) =>
    team.messages(channel).map(({ content, createdAt }) => `${channel} ${createdAt} ${plain(content)}`),
  );
const planned = (server: Microsoft365, domain: string, { team: { group } }: DirectTeam): string[] => {
  const planner = plannerOf(server.tenant(domain));
  return planner
    .plansOf(group)
    .flatMap((plan) =>
      planner.tasksOf(plan).map((one) => `${plan.title} ${one.title} ${one.percentComplete} ${one.assignments.size}`),
    )
    .sort();
};

async function run({ switches, ...looked }: FlipCase<Behaviour, Way>): Promise<void> {
  const server = await startMicrosoft365({ empty: true });
  try {
    const here = makeTeam(server, SOURCE, PEOPLE);
    const there = makeTeam(server, TARGET, []);
    fill(server, here);
    // A killed pass left the first channel so.
    there.channel('General').migration = { app: MIGRATION_APP.id, after: server.clock.now() };
    const looks = [SOURCE, TARGET].flatMap((domain) => {
      const tenant = server.tenant(domain);
      const of = [teamsOf(tenant), groupsOf(tenant), plannerOf(tenant)].map(({ behaviour }) => behaviour);
      return of.map((behaviour) =>
        watched(behaviour, Object.fromEntries(Object.entries(switches).filter(([name]) => name in behaviour))),
      );
    });
    const entry = await addEntry(bench, microsoft365Endpoint(server, `small@${SOURCE}`), {
      ...microsoft365Endpoint(server, `small@${TARGET}`),
      itemType: 'team',
    });
    for (const name of PEOPLE) await mapping(bench, entry, `${name}@${SOURCE}`, `${name}@${TARGET}`);
    // Where a channel can't be opened, its posts are pages.
    const isPage = (channel: string): boolean =>
      switches.hasMigrationMode === false || (switches.migratesEveryChannel === false && channel !== 'General');
    const channels = CHANNELS.filter((channel) => !isPage(channel));
    const expectAlike = (): void => {
      expect(said(there, channels)).toEqual(said(here, channels));
      expect(said(there, CHANNELS.filter(isPage))).toEqual([]);
      expect(there.migrating).toEqual([]);
      expect(planned(server, TARGET, there)).toEqual(planned(server, SOURCE, here));
      expect(there.team.group.members.size).toBe(here.team.group.members.size);
    };

    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    expectAlike();
    const again = await pass(bench, entry, 'delta');
    expect(again.books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });

    const id = here.say('General', '<p>Later</p>');
    here.reply('Secret', here.messages('Secret')[0]?.id ?? '', '<p>Later, too</p>');
    here.reply('General', id, '<p>And answered</p>');
    const [task] = [...plannerOf(server.tenant(SOURCE)).tasks.values()];
    if (task !== undefined) {
      task.percentComplete = 50;
      task.version += 1;
    }
    const second = await pass(bench, entry, 'delta');
    expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    expect(second.books.total).toMatchObject({ created: 3, failed: 0 });
    expectAlike();
    const verified = verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }));
    expect(verified).toMatchObject({ missing: 0, duplicated: 0, different: 0 });
    expect((await notes(bench, entry)).filter(({ kind }) => kind === 'failure' || kind === 'suspect')).toEqual([]);
    expectMet(looks, looked);
    expect(server.failures).toEqual([]);
  } finally {
    await server.stop();
  }
}

test('every switch has its line', async () => {
  const server = await startMicrosoft365({ empty: true });
  const tenant = server.tenant(SOURCE);
  const of = [teamsOf(tenant), groupsOf(tenant), plannerOf(tenant)].map(({ behaviour }) => behaviour);
  expectEverySwitch(FLIPS, Object.assign({}, ...of) as Behaviour);
  await server.stop();
});

// Each is a team of its own: what is sure of them is in the tests of teams.
for (const one of casesOf(FLIPS, { team: {} }))
  test.runIf(LONG)(`a team goes right, whatever Microsoft does: ${one.name}`, () => run(one), 60_000);
