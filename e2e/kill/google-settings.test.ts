import { connectors } from '@sterna/connectors';
import type { Domain, Google, Group } from '@sterna/simulator-google';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Endpoint } from '../support/direct-pass.ts';
import { furnishGmail, GMAIL_SETTINGS, type GmailSettings, gmailSettings } from '../support/gmail-settings.ts';
import { googleEndpoint } from '../support/google.ts';
import { mapping } from '../support/mapping.ts';
import { startGoogle } from '../support/watched-simulators.ts';
import { type AtRequest, atRequest } from './at-request.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { type Kill, passWithKills } from './harness.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
type Json = any;

const kill = new BareStage([...connectors.values()]);
let server: Google;
beforeAll(async () => {
  [server] = await Promise.all([startGoogle({ empty: true }), kill.open()]);
  kill.later(() => server.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

/** The source is only read. */
const WRITE = /^(?:POST|PUT|PATCH|DELETE) .*\/users\/me\/settings\//;
const MADE = /^POST .*\/settings\/filters/;
const GONE = /^DELETE .*\/settings\/filters\//;

const DEPUTY = 'deputy@nordwind.example';
/** Whom the deputy is at the target: somebody else than the owner. */
const secondOf = (owner: string): string => `${owner === 'alice' ? 'bjorn' : 'alice'}@lamna.example`;

const dies = (request: RegExp, options: AtRequest = {}): Kill =>
  atRequest(server, request, { ...options, name: request === WRITE ? 'a write' : 'a request' });

interface Scene {
  readonly source: GmailSettings;
  readonly target: GmailSettings;
  readonly entry: number;
  /** One of a rule's two filters is there. */
  isHalf(): boolean;
  expectSame(): Promise<void>;
}

/**
 * What a mailbox is set to, labels by their names, people by who they are at the target. Of filters what they do, each as
 * often as it is done: criteria may be in other words.
 */
function held({ settings, filters, labelNames }: GmailSettings, second: string): Json {
  const { vacation, language, autoForwarding } = settings;
  const text = JSON.stringify({
    vacation,
    language,
    autoForwarding,
    signatures: [...settings.sendAs.values()].map(({ signature }) => signature),
    delegates: [...settings.delegates.keys()],
    filters: filters()
      .flatMap(({ action }) => [
        ...labelNames(action.addLabelIds),
        ...labelNames(action.removeLabelIds).map((name) => `-${name}`),
        ...(action.forward === undefined ? [] : [action.forward]),
      ])
      .sort(),
  });
  return JSON.parse(text.replaceAll(DEPUTY, second));
}

async function scene(name: string): Promise<Scene> {
  const [from, to] = [`${name}@nordwind.example`, `${name}@lamna.example`];
  const second = secondOf(name);
  const [source, target] = [furnishGmail(server, from), gmailSettings(server, to)];
  // One rule, and two filters wherever it is: Gmail takes one label of the user's in each.
  for (const label of ['Red', 'Blue'])
    source.filter({ subject: 'order' }, { addLabelIds: [source.label(`Keywords/${label}`)] });
  target.settings.forwardingAddresses.set(second, { forwardingEmail: second, verificationStatus: 'accepted' });
  const entry = await addEntry(kill.bench, googleEndpoint(server, from), googleEndpoint(server, to));
  await mapping(kill.bench, entry, DEPUTY, second);
  return {
    source,
    target,
    entry,
    isHalf: () => target.filters().filter(({ criteria }) => criteria.subject === 'order').length === 1,
    async expectSame() {
      expect(held(target, second)).toEqual(held(source, second));
      await kill.expectSettled(entry);
      expect(server.failures).toEqual([]);
    },
  };
}

const settingsOf = ({ books }: { readonly books: unknown }): Json => (books as Json).kinds.setting;

describe('mailbox settings, exactly once into Google', () => {
  test('killed within a rule of two filters, between the new filter and the old one, and at other writes', async () => {
    const { source, target, entry, isHalf, expectSame } = await scene('alice');
    const first = await passWithKills(kill.stage, entry, 'initial', [
      dies(WRITE, { takesEffect: false }),
      dies(MADE, { takesEffect: false, when: isHalf }),
      dies(MADE, { when: isHalf }),
      dies(WRITE, { skip: 1 }),
      { at: 'after-acknowledgement', nth: 1 },
    ]);
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(settingsOf(first)).toMatchObject({ seen: GMAIL_SETTINGS + 1, failed: 0, uncertain: 0, skipped: 0 });
    await expectSame();
    await kill.expectVerified(entry);

    const [boss, , , starred] = source.filters();
    source.settings.filters.delete(boss.id);
    source.filter(boss.criteria, { addLabelIds: ['TRASH'] });
    source.settings.vacation = { enableAutoReply: false, restrictToContacts: false, restrictToDomain: false };
    source.settings.filters.delete(starred.id);
    const kept = target.filters().map(({ id }) => id);
    const changed = await passWithKills(kill.stage, entry, 'delta', [dies(MADE), dies(GONE), dies(GONE)], {
      deletions: 'propagate',
    });
    expect(changed).toMatchObject({ status: 'completed', error: null });
    expect(settingsOf(changed)).toMatchObject({ created: 0, failed: 0, uncertain: 0, skipped: 0 });
    expect(target.settings.vacation).toMatchObject({ enableAutoReply: false });
    target.settings.vacation = source.settings.vacation;
    await expectSame();
    // What didn't change was left alone.
    expect(target.filters().filter(({ id }) => kept.includes(id))).toHaveLength(4);
  }, 120_000);

  test.runIf(LONG)(
    'killed at each of its requests in turn',
    async () => {
      const { entry, expectSame } = await scene('bjorn');
      const first = await passWithKills(
        kill.stage,
        entry,
        'initial',
        Array.from({ length: 120 }, (_, n) => dies(/ \/gmail\//, { skip: n % 30, takesEffect: n % 3 !== 0 })),
      );
      expect(first).toMatchObject({ status: 'completed', error: null });
      expect(settingsOf(first)).toMatchObject({ seen: GMAIL_SETTINGS + 1, failed: 0, uncertain: 0, skipped: 0 });
      await expectSame();
      await kill.expectVerified(entry);
    },
    600_000,
  );
});

const GROUP_MEMBERS = ['alice', 'bjorn', 'chloe', 'elena'] as const;
const MEMBER_WRITE = /^(?:POST|PATCH|DELETE) .*\/members/;

const rolesOf = ({ members }: Group): string[] =>
  members.map(({ email, role }) => `${role} ${email.split('@')[0]}`).sort();

/** Two groups, of which one has people. */
async function crew() {
  const [from, to] = ['nordwind.example', 'lamna.example'].map((name) => server.domain(name)) as [Domain, Domain];
  const [source, target] = [from, to].map((domain) => {
    const found = domain.group(`support@${domain.name}`);
    if (found === undefined) throw new Error('no group');
    found.members.splice(0);
    return found;
  }) as [Group, Group];
  for (const [n, name] of GROUP_MEMBERS.entries()) {
    const { id, primaryEmail: email } = from.named(name);
    source.members.push({ id, email, role: n === 0 ? 'OWNER' : n === 1 ? 'MANAGER' : 'MEMBER', type: 'USER' });
  }
  const group = ({ email }: Group): Endpoint => ({
    ...googleEndpoint(server, email, { admin: `alice@${email.split('@')[1]}` }),
    itemType: 'group',
  });
  const entry = await addEntry(kill.bench, group(source), group(target));
  for (const name of [...GROUP_MEMBERS, 'support'])
    await mapping(kill.bench, entry, `${name}@${from.name}`, `${name}@${to.name}`);
  return {
    entry,
    source,
    target,
    async expectSame() {
      expect(rolesOf(target)).toEqual(rolesOf(source));
      await kill.expectSettled(entry);
      await kill.expectVerified(entry);
      expect(server.failures).toEqual([]);
    },
  };
}

const membersOf = ({ books }: { readonly books: unknown }): Json => (books as Json).kinds.member;

describe('members of a group, exactly once into Google', () => {
  test('killed while somebody comes, and while somebody leaves', async () => {
    const { entry, source, target, expectSame } = await crew();
    const first = await passWithKills(kill.stage, entry, 'initial', [dies(MEMBER_WRITE, { skip: 1 })]);
    expect(first).toMatchObject({ status: 'completed', error: null });
    expect(membersOf(first)).toMatchObject({ seen: 4, failed: 0, uncertain: 0, skipped: 0 });
    expect(rolesOf(target)).toEqual(rolesOf(source));

    // Somebody whom the target's people have added stays, whatever dies.
    const own = { id: '77', email: 'own@lamna.example', role: 'MEMBER', type: 'USER' } as const;
    target.members.push(own);
    source.members.splice(2, 1);
    const kills = [dies(/^DELETE .*\/members/)];
    const changed = await passWithKills(kill.stage, entry, 'delta', kills, { deletions: 'propagate' });
    expect(changed).toMatchObject({ status: 'completed', error: null });
    expect(membersOf(changed)).toMatchObject({ created: 0, failed: 0, uncertain: 0 });
    expect(target.members).toContain(own);
    target.members.splice(target.members.indexOf(own), 1);
    await expectSame();
  }, 120_000);

  test.runIf(LONG)(
    'killed at each of its requests in turn, and as roles change',
    async () => {
      const { entry, source, expectSame } = await crew();
      const anywhere = (count: number): Kill[] =>
        Array.from({ length: count }, (_, n) =>
          dies(/ \/(?:admin|groups)\//, { skip: n % 20, takesEffect: n % 3 !== 0 }),
        );
      const first = await passWithKills(kill.stage, entry, 'initial', anywhere(60));
      expect(first).toMatchObject({ status: 'completed', error: null });
      await expectSame();
      for (const member of source.members) if (member.role === 'MANAGER') member.role = 'MEMBER';
      const kills = [dies(MEMBER_WRITE, { takesEffect: false }), dies(/^PATCH .*\/members/), ...anywhere(10)];
      const changed = await passWithKills(kill.stage, entry, 'delta', kills);
      expect(changed).toMatchObject({ status: 'completed', error: null });
      await expectSame();
    },
    600_000,
  );
});

test('at least 6 kills hit a living process', () => {
  expect(kill.report.hits).toBeGreaterThanOrEqual(LONG ? 20 : 6);
});
