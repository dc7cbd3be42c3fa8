import { picture, type Random, SENTENCES, type Size, SUBJECTS } from '@sterna/simulator-kit';
import { Content } from '../drive/content.ts';
import { webUrl } from '../drive/json.ts';
import type { Group } from '../groups/group.ts';
import { plannerOf } from '../planner/store.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import type { Channel, MembershipType } from '../teams/channel.ts';
import { composed, type Said } from '../teams/compose.ts';
import type { ChannelMessage, MessageIdentity } from '../teams/message.ts';
import { type Teams, teamsOf } from '../teams/store.ts';
import { generalOf, type Team } from '../teams/team.ts';
import { addGroup, peopleOf, seedPlan } from './groups.ts';
import type { Seeder } from './seeder.ts';

const SEEDED = Date.UTC(2026, 7, 3, 9);
const DAY = 24 * 3600 * 1000;

/** Teams, plain messages in each channel, tasks in each plan. */
const COUNTS: Record<Size, readonly [teams: number, messages: number, tasks: number]> = {
  small: [2, 6, 4],
  medium: [6, 40, 10],
  large: [30, 300, 40],
};

const NAMES = ['Marketing', 'Forschung & Entwicklung', 'Launch 2026', 'ヘルプデスク', 'Board'];

const CHANNELS: readonly (readonly [name: string, type: MembershipType])[] = [
  ['Announcements', 'standard'],
  ['Q&A – Fragen', 'standard'],
  ['Budget', 'private'],
  ['Partners', 'shared'],
];

/** Teams with channels of each kind, tabs, files, and messages of every kind, at contoso. */
export const seedTeams: Seeder = (_cloud, tenant, random, size) => {
  if (tenant.domain.startsWith('fabrikam')) return;
  const [count, messages, tasks] = COUNTS[size];
  const people = peopleOf(tenant);
  for (let n = 0; n < count; n++) {
    const displayName = NAMES[n] ?? `Team ${n + 1}`;
    const mailNickname = n === 0 ? 'marketing' : `team${n + 1}`;
    const some = people.filter((_, at) => (at + n) % 3 !== 2);
    new TeamSeeding(tenant, random, { nth: n, displayName, mailNickname, people: some }).fill(messages, tasks);
  }
};

export interface SampleTeam extends Pick<Group, 'displayName' | 'mailNickname'> {
  /** The first two own it. */
  readonly people: readonly DirectoryUser[];
  /** Of the teams of a tenant: not all are set alike, and only the first has a guest. */
  readonly nth: number;
}

/** Fills one team. */
export class TeamSeeding {
  readonly #tenant: Tenant;
  readonly #teams: Teams;
  readonly #random: Random;
  readonly #people: readonly DirectoryUser[];
  readonly #guest: MessageIdentity | undefined;
  readonly #team: Team;

  constructor(tenant: Tenant, random: Random, { nth, people, ...called }: SampleTeam) {
    this.#tenant = tenant;
    this.#teams = teamsOf(tenant);
    this.#random = random;
    this.#people = people;
    const [guest] = [...tenant.guests.values()];
    this.#guest = nth === 0 && guest !== undefined ? identity(guest) : undefined;
    const [first, second] = this.#people as [DirectoryUser, DirectoryUser];
    const group = addGroup(tenant, random, {
      ...called,
      visibility: nth % 2 === 0 ? 'Private' : 'Public',
      owners: [first.id, second.id],
      members: [...this.#people.map(({ id }) => id), ...(this.#guest === undefined ? [] : [this.#guest.id])],
    });
    group.photo = { type: 'image/png', width: 64, height: 64, bytes: picture(64, [60, 80, (nth * 50) % 256]) };
    this.#team = this.#teams.create(group, group.createdAt + DAY);
    if (nth % 2 === 0) {
      this.#team.memberSettings.allowDeleteChannels = false;
      this.#team.messagingSettings.allowTeamMentions = false;
      this.#team.funSettings.giphyContentRating = 'strict';
      this.#team.guestSettings.allowCreateUpdateChannels = true;
    }
  }

  get team(): Team {
    return this.#team;
  }

  fill(messages: number, tasks: number): void {
    const team = this.#team;
    const [first, second, third] = this.#people as [DirectoryUser, DirectoryUser, DirectoryUser];
    const general = generalOf(team);
    const channels = CHANNELS.map(([displayName, membershipType], at) =>
      this.#teams.addChannel(team, {
        displayName,
        membershipType,
        description: at === 0 ? 'What everybody should know.' : null,
        isFavoriteByDefault: at === 0,
        createdAt: team.createdAt + (at + 1) * DAY,
        members:
          membershipType === 'standard'
            ? new Map()
            : new Map([
                [first.id, 'owner'],
                [second.id, 'member'],
                [third.id, 'member'],
              ]),
      }),
    );
    const planId = seedPlan(
      plannerOf(this.#tenant),
      team.group,
      this.#people,
      this.#random,
      tasks,
      `${team.group.displayName} plan`,
    );
    this.#tabs(general, planId);
    this.#everyKind(general);
    for (const channel of [general, ...channels]) {
      this.#file(channel, 'Notes.txt', `Notes of ${channel.displayName}\n`);
      this.#chatter(channel, messages);
    }
  }

  #tabs(channel: Channel, planId: string): void {
    const add = (
      displayName: string,
      teamsAppId: string,
      contentUrl: string,
      websiteUrl: string,
      entityId: string | null = null,
    ) =>
      channel.tabs.push({
        id: this.#teams.ids.guid(),
        displayName,
        teamsAppId,
        configuration: { entityId, contentUrl, websiteUrl, removeUrl: null },
      });
    const report = this.#file(channel, 'Report.docx', 'A report.');
    const library = channel.files === undefined ? '' : webUrl(channel.files.drive, channel.files.drive.root);
    add(
      'Our website',
      'com.microsoft.teamspace.tab.web',
      'https://www.contoso.example/',
      'https://www.contoso.example/',
    );
    const plan = `https://tasks.office.com/${this.#tenant.id}/Home/PlannerFrame?page=7&planId=${planId}`;
    add('Plan', 'com.microsoft.teamspace.tab.planner', plan, plan, planId);
    add('Report', 'com.microsoft.teamspace.tab.file.staticviewer.word', report.url, report.url, report.guid);
    add('Library', 'com.microsoft.teamspace.tab.files.sharepoint', library, library, '');
  }

  /** A message of each kind, in an order that a reader can follow. */
  #everyKind(channel: Channel): void {
    const [alice, bjorn, chloe] = this.#people.map(identity) as [MessageIdentity, MessageIdentity, MessageIdentity];
    let at = channel.createdAt + 3 * DAY;
    const say = (said: Said) => {
      at += this.#random.integer(60_000, 7_200_000);
      return this.#put(channel, said, at);
    };
    say({
      from: null,
      content: '<systemEventMessage/>',
      eventDetail: {
        '@odata.type': '#microsoft.graph.membersAddedEventMessageDetail',
        visibleHistoryStartDateTime: '0001-01-01T00:00:00Z',
        members: [
          {
            '@odata.type': '#microsoft.graph.teamworkUserIdentity',
            id: bjorn.id,
            displayName: null,
            userIdentityType: 'aadUser',
          },
        ],
        initiator: {
          application: null,
          device: null,
          user: {
            '@odata.type': '#microsoft.graph.teamworkUserIdentity',
            id: alice.id,
            displayName: null,
            userIdentityType: 'aadUser',
          },
        },
      },
    });
    const plain = say({ from: alice, content: 'Welcome, everybody.\nSecond line & more <3', contentType: 'text' });
    say({ from: bjorn, content: '<p>Thanks!</p>', replyTo: plain });
    say({ from: chloe, content: '<p>Merci beaucoup 🎉</p>', replyTo: plain });
    say({
      from: alice,
      subject: 'Formatted',
      importance: 'high',
      content:
        '<p><strong>Bold</strong>, <em>italic</em>, <s>gone</s>, <a href="https://contoso.example/?a=1&amp;b=2">a link</a></p><ul><li>one</li><li>zwei</li></ul><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table><pre>code();</pre>',
    });
    say({ from: bjorn, subject: 'At once', importance: 'urgent', content: '<p>Please look at this now.</p>' });
    const mentioning = say({
      from: chloe,
      content: `<p><at id="0">${bjorn.displayName}</at> and <at id="1">${channel.displayName}</at>: see <at id="2">${this.#team.group.displayName}</at></p>`,
      mentions: [
        { id: 0, mentionText: bjorn.displayName ?? '', mentioned: bjorn },
        {
          id: 1,
          mentionText: channel.displayName,
          mentioned: { kind: 'conversation', id: channel.id, displayName: channel.displayName, type: 'channel' },
        },
        {
          id: 2,
          mentionText: this.#team.group.displayName,
          mentioned: {
            kind: 'conversation',
            id: this.#team.id,
            displayName: this.#team.group.displayName,
            type: 'team',
          },
        },
      ],
    });
    say({
      from: bjorn,
      content: `<p><at id="0">${chloe.displayName}</at> seen.</p>`,
      replyTo: mentioning,
      mentions: [{ id: 0, mentionText: chloe.displayName ?? '', mentioned: chloe }],
    });
    say({
      from: alice,
      content: '<p>Who likes it?</p>',
      reactions: [
        { reactionType: 'like', displayName: 'Like', at: at + 60_000, by: bjorn },
        { reactionType: 'heart', displayName: 'Heart', at: at + 120_000, by: chloe },
        { reactionType: '🚀', displayName: 'Launch', at: at + 180_000, by: alice },
      ],
    });
    this.#picture(channel, say, bjorn);
    const file = this.#file(channel, 'Offer 2026 #1.txt', 'Our offer.\n');
    say({
      from: chloe,
      content: `<p>Here it is.</p><attachment id="${file.guid}"></attachment>`,
      attachments: [
        { ...NO_ATTACHMENT, id: file.guid, contentType: 'reference', contentUrl: file.url, name: 'Offer 2026 #1.txt' },
      ],
    });
    const card = '11111111111111111111111111111111';
    say({
      from: { kind: 'application', id: '0d000000-0000-4000-a000-000000000b07', displayName: 'Reminder bot' },
      content: `<attachment id="${card}"></attachment>`,
      attachments: [
        {
          ...NO_ATTACHMENT,
          id: card,
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: '{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock","text":"Stand-up"}]}',
        },
      ],
    });
    say({
      from: alice,
      content: `<attachment id="${plain.id}"></attachment><p>As I said.</p>`,
      attachments: [
        {
          ...NO_ATTACHMENT,
          id: plain.id,
          contentType: 'messageReference',
          content: JSON.stringify({
            messageId: plain.id,
            messagePreview: 'Welcome, everybody.',
            messageSender: { user: { id: alice.id } },
          }),
        },
      ],
    });
    const edited = say({ from: bjorn, content: '<p>Corrected since</p>' });
    edited.editedAt = edited.createdAt + 600_000;
    edited.modifiedAt = edited.editedAt;
    const deleted = say({ from: chloe, content: '<p>Never mind</p>' });
    say({ from: alice, content: '<p>But I saw it.</p>', replyTo: deleted });
    deleted.deletedAt = deleted.createdAt + 900_000;
    deleted.modifiedAt = deleted.deletedAt;
    say({
      from: { kind: 'user', id: 'dead0000-0000-4000-a000-00000000dead', displayName: 'Gone Since' },
      content: '<p>By somebody who left.</p>',
    });
    if (this.#guest !== undefined) say({ from: this.#guest, content: '<p>From outside.</p>' });
    say({ from: bjorn, subject: 'Long', content: `<p>${'All that there is to say. '.repeat(900)}</p>` });
  }

  #picture(channel: Channel, say: (said: Said) => ChannelMessage, from: MessageIdentity): void {
    const id = Buffer.from(`id=x_${this.#teams.ids.token(22)},type=1`).toString('base64url');
    const message = say({
      from,
      content: '',
      hosted: new Map([[id, { id, contentType: 'image/png', bytes: picture(24, [20, 160, 90]) }]]),
    });
    const path = `teams/${this.#team.id}/channels/${channel.id}/messages/${message.id}`;
    const src = `https://graph.microsoft.com/v1.0/${path}/hostedContents/${id}/$value`;
    message.body = {
      contentType: 'html',
      content: `<p>Look:</p><img src="${src}" width="24" height="24" alt="green"/>`,
    };
  }

  /** Messages with replies, over years. */
  #chatter(channel: Channel, count: number): void {
    const authors = channel.membershipType === 'standard' ? this.#people : this.#people.slice(0, 3);
    const begun = channel.createdAt + 30 * DAY;
    const step = Math.max(60_000, Math.floor((SEEDED - begun) / (count + 1)));
    let last: ChannelMessage | undefined;
    for (let n = 1; n <= count; n++) {
      const replyTo = n % 3 === 1 ? undefined : last;
      const said = this.#put(
        channel,
        {
          from: identity(this.#random.pick(authors)),
          content: `<p>${this.#random.pick(SENTENCES)}</p>`,
          subject: replyTo === undefined && n % 2 === 1 ? this.#random.pick(SUBJECTS) : null,
          replyTo,
        },
        begun + n * step + this.#random.integer(0, 59_999),
      );
      if (replyTo === undefined) last = said;
    }
  }

  #put(channel: Channel, said: Said, at: number): ChannelMessage {
    const message = composed(channel, said, at);
    this.#teams.put(channel, message, at);
    return message;
  }

  #file(channel: Channel, name: string, text: string): { guid: string; url: string } {
    if (channel.files === undefined) throw new Error('the channel has no folder');
    const { drive, folder } = channel.files;
    const [owner] = this.#people as [DirectoryUser];
    const by = { user: { id: owner.id, displayName: owner.displayName, email: owner.mail } };
    const { file } = drive.writeFile(folder, name, Content.of(text), 'replace', { by, at: SEEDED });
    return { guid: file.guid, url: webUrl(drive, file) };
  }
}

const NO_ATTACHMENT = { contentUrl: null, content: null, name: null, thumbnailUrl: null, teamsAppId: null };

function identity({ id, displayName }: DirectoryUser): MessageIdentity {
  return { kind: 'user', id, displayName };
}
