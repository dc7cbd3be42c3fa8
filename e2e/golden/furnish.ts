/** What no sample organization has: spaces of Google Chat in which people talk, and Google groups with all that a group can have. */
import { accessOf, DirectChat, type Domain, type Google, type Group, type GroupMember } from '@sterna/simulator-google';
import type { Wanted } from './simulators.ts';

const T0 = Date.UTC(2024, 2, 1, 9);
const MINUTE = 60_000;
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108', 'hex');

/** Every way of saying something, as Chat marks it. */
const SAYINGS: readonly string[] = [
  'Good morning, everybody',
  'This is *bold*, _slanted_ and ~struck out~; 2 * 3 * 4 = 24, snake_case_name stays',
  'See <https://example.com/a?b=1&c=2|the page> & `code` <3, or https://example.com/bare',
  '* one\n* two & three\n\nAnd a line after an empty one',
  '```\nconst answer = 6 * 7;\n  indented();\n```',
  'Grüße 請求書 🎉 — “quoted”, it’s <b>not</b> markup',
  'Line one\nLine two\nLine three',
];

/** @returns what the spaces of each are called by: `NAME`, `NAME: Plans`, `NAME: Crew` */
export function talk(server: Google, { domain, count, rounds }: NonNullable<Wanted['spaces']>): readonly string[] {
  const [alice = '', bjorn = '', chloe = '', ...others] = [...server.domain(domain).users.values()].map(
    ({ primaryEmail }) => primaryEmail,
  );
  const names = Array.from({ length: count }, (_, n) => `Harbour ${n + 1}`);
  for (const [n, name] of names.entries()) {
    const at = T0 + n * 1_000;
    const description = { description: `What ${name} talks about` };
    for (const [channel, people] of [
      [name, [bjorn, chloe, ...others.slice(0, 2)]],
      [`${name}: Plans`, [bjorn, chloe, ...others.slice(0, 2)]],
      // Others are in it than in the first one.
      [`${name}: Crew`, [bjorn]],
    ] as const) {
      const space = DirectChat.create(server, alice, channel, at);
      Object.assign(space.space, description);
      for (const one of people) space.join(one);
      for (let round = 0; round < rounds; round += 1)
        discuss(server, space, { alice, bjorn, people: [alice, ...people] }, at + round * 86_400_000);
    }
  }
  return names;
}

function discuss(
  server: Google,
  space: DirectChat,
  { alice, bjorn, people }: { readonly alice: string; readonly bjorn: string; readonly people: readonly string[] },
  start: number,
): void {
  let at = start;
  const next = (): number => {
    at += MINUTE + 123;
    return at;
  };
  const said = SAYINGS.map((markup, n) => space.say(markup, { by: people[n % people.length] as string, at: next() }));
  const [first = '', second = '', third = ''] = said;
  const id = server.cloud.findUser(bjorn)?.user.id;
  const asked = space.say(`<users/${id}>, could you look?`, { by: alice, at: next() });
  space.say('Yes, _tomorrow_', { by: bjorn, at: next(), replyTo: asked });
  space.say('Thank you', { by: alice, at: next(), replyTo: asked });
  space.say('An answer to the first', { by: bjorn, at: next(), replyTo: first });
  space.react(first, '👍', bjorn);
  space.react(first, '🎉', alice);
  space.edit(second, 'This was said better');
  space.say('Look at it', {
    by: bjorn,
    at: next(),
    attachments: [
      { name: 'dot.png', contentType: 'image/png', bytes: PICTURE },
      { name: `notes ${at}.txt`, contentType: 'text/plain', bytes: Buffer.from('Remember the milk') },
    ],
    driveFiles: [{ name: 'Budget', contentType: 'application/vnd.google-apps.spreadsheet', id: '1AbCdEf' }],
  });
  space.say('', { by: alice, at: next(), attachments: [{ name: 'p.png', contentType: 'image/png', bytes: PICTURE }] });
  space.say('Build is *green*', { app: 'Builder', at: next() });
  space.say(`${'A long text. '.repeat(400)}The end.`, { by: alice, at: next() });
  space.say('What was it?', { by: bjorn, at: next(), replyTo: third });
  space.remove(third);
  space.remove(space.say('Never mind', { by: alice, at: next() }));
}

/** Groups of one domain with members of every sort; the other domain has none. @returns what stands before the @ */
export function furnishGroups(
  server: Google,
  { from, into, count }: NonNullable<Wanted['groups']>,
): { readonly groups: readonly string[]; readonly aliases: readonly string[] } {
  for (const domain of [from, into]) server.domain(domain).groups.clear();
  const made = Array.from({ length: count }, (_, n) => addGroup(server, server.domain(from), `crew${n + 1}`, n));
  const local = (address: string): string => address.split('@')[0] as string;
  return { groups: made.map(({ email }) => local(email)), aliases: made.flatMap(({ aliases }) => aliases.map(local)) };
}

const JOINING = ['ANYONE_CAN_JOIN', 'ALL_IN_DOMAIN_CAN_JOIN', 'INVITED_CAN_JOIN', 'CAN_REQUEST_TO_JOIN'];
const POSTING = ['ALL_MEMBERS_CAN_POST', 'ANYONE_CAN_POST', 'ALL_MANAGERS_CAN_POST'];

function addGroup(server: Google, domain: Domain, localPart: string, n: number): Group {
  const people = [...domain.users.values()];
  const member = (at: number, role: GroupMember['role']): GroupMember[] => {
    const user = people[at % people.length];
    return user === undefined ? [] : [{ id: user.id, email: user.primaryEmail, role, type: 'USER' }];
  };
  const group: Group = {
    id: `0${server.cloud.ids.base32hex(14)}`,
    email: `${localPart}@${domain.name}`,
    name: `Crew ${n + 1} & friends`,
    description: n % 3 === 2 ? '' : `Grüße: what crew ${n + 1} does`,
    aliases: n % 2 === 0 ? [`${localPart}.help@${domain.name}`] : [],
    members: [
      ...member(0, 'OWNER'),
      ...member(1, 'MANAGER'),
      ...[2, 3, 4, 5].flatMap((at) => member(at + (n % 2), 'MEMBER')),
    ],
  };
  const access = accessOf(group);
  Object.assign(access, {
    whoCanJoin: JOINING[n % JOINING.length],
    whoCanPostMessage: POSTING[n % POSTING.length],
    allowExternalMembers: n % 2 === 0 ? 'true' : 'false',
    replyTo: n % 2 === 0 ? 'REPLY_TO_CUSTOM' : 'REPLY_TO_LIST',
    ...(n % 2 === 0 ? { customReplyTo: people[1]?.primaryEmail } : {}),
    includeCustomFooter: 'true',
    customFooterText: `Sent to crew ${n + 1}`,
  });
  if (n % 2 === 0)
    group.members.push({ id: `77${n}`, email: 'partner@elsewhere.example', role: 'MEMBER', type: 'USER' });
  const [inner] = domain.groups.values();
  if (inner !== undefined) group.members.push({ id: inner.id, email: inner.email, role: 'MEMBER', type: 'GROUP' });
  domain.groups.set(group.id, group);
  return group;
}
