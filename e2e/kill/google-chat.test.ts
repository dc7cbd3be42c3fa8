import { connectors } from '@sterna/connectors';
import { Random } from '@sterna/sample-mailbox';
import { DirectChat, type Google } from '@sterna/simulator-google';
import { DirectGroup, DirectTeam, type Microsoft365, teamsOf } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Endpoint, notes, pass, passOutcome, queuePass } from '../support/direct-pass.ts';
import { googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';
import { type AtRequest, atRequest } from './at-request.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { askToStop, finishPass, type Kill, passWithKills, runAndKill } from './harness.ts';
import { atRandom, times } from './scenarios/points.ts';

// biome-ignore lint/suspicious/noExplicitAny: books, looked at by tests
type Json = any;

const [SOURCE, TARGET] = ['contoso.example', 'lamna.example'] as const;
const PEOPLE = ['alice', 'bjorn', 'chloe'] as const;
/** And the spaces that they become, with what stands behind the team's name. */
const CHANNELS = { General: '', Plans: ': Plans' } as const;
const POSTS = 4;
const MINUTE = 60_000;
const TIMEOUT_MS = 600_000;
/** What no space has a place for. */
const INTO_CHAT = { kinds: { setting: false, file: false, listItem: false } };

const kill = new BareStage([...connectors.values()]);
let microsoft: Microsoft365;
beforeAll(async () => {
  [microsoft] = await Promise.all([startMicrosoft365({ empty: true }), kill.open()]);
  kill.later(() => microsoft.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

interface Scene {
  /** Of this scene alone: a request doesn't say whose it is. */
  readonly google: Google;
  readonly entry: number;
  readonly here: DirectTeam;
  /** By name of the channel. */
  there(): ReadonlyMap<string, DirectChat>;
  /** What the team says, and what of it the spaces have: channel, moment, author, words, moment of what it answers, reactions. */
  said(): string[];
  heard(): string[];
  expectExactlyOnce(): Promise<void>;
}

/** Of an address, or of a reaction `👍 by ADDRESS`, without what differs between the two. */
const plain = (text: string): string => text.replace(/@.*/, '').replace('heart', '❤️').replace('like', '👍');

/** A team with two channels that people talk in, of which one is its owner; and a name that no space has. */
async function scene(name: string): Promise<Scene> {
  const google = await startGoogle({ empty: true });
  kill.later(() => google.stop());
  const addresses = PEOPLE.map((person) => `${person}@${SOURCE}`);
  const { group } = DirectGroup.create(microsoft, `${name}@${SOURCE}`, name, addresses.slice(0, 1));
  for (const address of addresses) group.members.add(microsoft.tenant(SOURCE).user(address)?.id ?? '');
  teamsOf(microsoft.tenant(SOURCE)).create(group, microsoft.clock.now());
  const [here = never(), ...others] = addresses.map((address) => new DirectTeam(microsoft, address, name));
  here.makeChannel('Plans');
  const speakers = [here, ...others];
  const began = microsoft.clock.now() - 1_000 * MINUTE;
  for (const [c, channel] of Object.keys(CHANNELS).entries())
    for (let n = 0; n < POSTS; n++) {
      const speaker = speakers[n % speakers.length] as DirectTeam;
      const at = began + (c * 100 + n * 3) * MINUTE + n;
      const id = speaker.say(channel, `<p>${channel} ${n}</p>`, {}, at);
      if (n % 2 === 0) here.reply(channel, id, `<p>Answer to ${channel} ${n}</p>`, at + MINUTE);
      here.react(channel, id, 'heart');
      others[0]?.react(channel, id, 'like');
    }
  const entry = await addEntry(
    kill.bench,
    { ...microsoft365Endpoint(microsoft, `${name}@${SOURCE}`), itemType: 'team' },
    chat(google, name),
  );
  for (const person of PEOPLE) await mapping(kill.bench, entry, `${person}@${SOURCE}`, `${person}@${TARGET}`);

  const there = (): ReadonlyMap<string, DirectChat> => {
    const all = DirectChat.all(google, TARGET);
    return new Map(
      Object.entries(CHANNELS).map(([channel, suffix]) => [channel, all.get(`${name}${suffix}`) ?? never()]),
    );
  };
  const lines = (
    channel: string,
    messages: readonly {
      readonly id: string;
      readonly createdAt: number;
      readonly from: string | undefined;
      readonly replyTo?: string | null | undefined;
      readonly words: string;
      readonly reactions: readonly string[];
    }[],
  ): string[] => {
    const moments = new Map(messages.map(({ id, createdAt }) => [id, createdAt]));
    return messages.map(({ createdAt, from = '', words, replyTo, reactions }) =>
      [channel, createdAt, plain(from), words, moments.get(replyTo ?? ''), ...reactions.map(plain).sort()].join(' | '),
    );
  };
  const said = (): string[] =>
    Object.keys(CHANNELS).flatMap((channel) =>
      lines(
        channel,
        here
          .messages(channel)
          .filter(({ from }) => from !== undefined)
          .map((one) => ({ ...one, words: one.content.replaceAll(/<[^>]*>/g, '') })),
      ),
    );
  const heard = (): string[] =>
    [...there()].flatMap(([channel, { messages }]) =>
      lines(
        channel,
        messages.map((one) => ({ ...one, words: one.markup.replaceAll(/[\u2060\u2063]/g, '') })),
      ),
    );
  return {
    google,
    entry,
    here,
    there,
    said,
    heard,
    async expectExactlyOnce() {
      await kill.expectSettled(entry);
      expect(heard()).toEqual(said());
      expectPeople(google, name, there());
      await kill.expectNoSuspects(entry);
      expect([...microsoft.failures, ...google.failures]).toEqual([]);
    },
  };
}

/** The spaces that there are, each no longer imported, with each person once and in their role. */
function expectPeople(google: Google, name: string, spaces: ReadonlyMap<string, DirectChat>): void {
  const named = [...DirectChat.all(google, TARGET).keys()].filter((one) => one.split(':')[0] === name);
  expect(named.sort()).toEqual(Object.values(CHANNELS).map((suffix) => `${name}${suffix}`));
  for (const { isImported, members } of spaces.values()) {
    expect(isImported).toBe(false);
    expect(members).toEqual([
      `ROLE_MANAGER alice@${TARGET}`,
      `ROLE_MEMBER bjorn@${TARGET}`,
      `ROLE_MEMBER chloe@${TARGET}`,
    ]);
  }
}

const chat = (google: Google, address: string): Endpoint => ({
  ...googleEndpoint(google, address, { admin: `alice@${TARGET}` }),
  itemType: 'team',
});

const never = (): never => {
  throw new Error('it isn’t there');
};

type Dies = (request: RegExp, options?: AtRequest) => Kill;
const SPACE = /^POST \/v1\/spaces\?/;
const POST = /^POST .*\/messages\?/;
const REACTION = /^POST .*\/reactions/;
const COMPLETION = /^POST .*:completeImport/;
const MEMBER = /^POST .*\/members/;
const ROLE = /^PATCH .*\/members/;

async function scenario(name: string, kills: (dies: Dies) => Iterable<Kill>): Promise<void> {
  const { google, entry, expectExactlyOnce } = await scene(name);
  const dies: Dies = (request, options) => atRequest(google, request, options);
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills(dies), INTO_CHAT);
  expect(outcome.error).toBeNull();
  expect(outcome).toMatchObject({ status: 'completed', books: { balanced: true } });
  expect((outcome.books as Json).kinds).toMatchObject({
    post: { seen: 2 * POSTS + 4, created: 2 * POSTS + 4, failed: 0, uncertain: 0 },
    member: { seen: 3, created: 3, failed: 0, uncertain: 0 },
  });
  await expectExactlyOnce();
}

describe('exactly once from a team to spaces that are being imported', () => {
  test.concurrent(
    'killed as spaces are made and posts are written, between a post and its reactions, and while that is settled',
    () =>
      scenario('posts', (dies) => [
        dies(SPACE, { skip: 1, name: 'a space' }),
        dies(POST, { skip: 1, name: 'a post' }),
        dies(REACTION, { takesEffect: false, name: 'a reaction' }),
        { at: 'after-acknowledgement', nth: 1 },
        { at: 'during-recovery', nth: 1 },
      ]),
    TIMEOUT_MS,
  );

  test.concurrent(
    'killed as an import is completed, as people are added, and before they have their role',
    () =>
      scenario('people', (dies) => [
        dies(COMPLETION, { name: 'a completion' }),
        dies(MEMBER, { name: 'a member' }),
        dies(ROLE, { takesEffect: false, skip: 1, name: 'a role' }),
        dies(MEMBER, { takesEffect: false, skip: 1, name: 'a member' }),
      ]),
    TIMEOUT_MS,
  );

  test.concurrent(
    'killed, stopped and finished: what came is in the books once, its people are in, and the rest is told',
    async () => {
      const { google, entry, there, said, heard } = await scene('halted');
      const id = await queuePass(kill.bench, entry, 'initial', INTO_CHAT);
      const atPost = atRequest(google, POST, { skip: 5, name: 'a post' });
      expect(await runAndKill(kill.stage, id, atPost)).toBe(true);
      await askToStop(kill.stage, id);
      await finishPass(kill.stage, id);
      expect(await passOutcome(kill.bench, id)).toMatchObject({ status: 'stopped', error: null });
      expect([...there().values()].map(({ isImported }) => isImported)).toEqual([true, true]);

      const finished = await pass(kill.bench, entry, 'finish');
      expect(finished).toMatchObject({ status: 'completed', result: { finished: ['Plans', 'halted'], refused: [] } });
      const came = heard();
      expect(came).toHaveLength(6);
      const delta = await pass(kill.bench, entry, 'delta', INTO_CHAT);
      expect(delta).toMatchObject({ status: 'completed with failures', error: null, books: { balanced: true } });
      const { post, member } = (delta.books as Json).kinds;
      expect([post.created + post.unchanged, post.failed, post.uncertain]).toEqual([6, 2 * POSTS - 2, 0]);
      expect(member).toMatchObject({ created: 3, failed: 0 });
      expect(heard()).toEqual(came);
      // All but the reactions that the last one was to get.
      expect(said().slice(0, 5)).toEqual(came.slice(0, 5));
      expect(said()[5]).toContain(came[5]);
      expectPeople(google, 'halted', there());
      const told = (await notes(kill.bench, entry)).map(({ code }) => code);
      // What answers one that didn't come has nothing to answer.
      expect(told.filter((code) => code === 'space-completed')).toHaveLength(POSTS);
      await kill.expectSettled(entry);
    },
    TIMEOUT_MS,
  );

  test.skipIf(!LONG)(
    'many points, random moments, and each of its requests in turn',
    async () => {
      const points = ['before-intent-commit', 'after-intent-commit', 'after-acknowledgement', 'before-close'] as const;
      for (const at of points)
        await scenario(at, () => times(at === 'before-close' ? 2 : 8, (n) => ({ at, nth: 1 + (n % 3) })));
      await scenario('random', () => atRandom(40, new Random(32)));
      await scenario('requests', (dies) =>
        times(120, (n) => dies(/ \/v1\//, { skip: n % 40, takesEffect: n % 3 !== 0 })),
      );
      await scenario('writes', (dies) =>
        times(80, (n) => dies(/^(?:POST|PATCH) \/v1\//, { skip: n % 2, takesEffect: n % 3 !== 0 })),
      );
    },
    TIMEOUT_MS,
  );

  test('at least 9 kills hit a living process', () => {
    expect(kill.report.hits).toBeGreaterThanOrEqual(9);
  });
});
