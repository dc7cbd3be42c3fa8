import type { Microsoft365 } from '../server.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { type Channel, type MembershipType, migrationOf } from './channel.ts';
import { composed, type Said } from './compose.ts';
import type { ChannelMessage, MessageIdentity } from './message.ts';
import { type Teams, teamsOf } from './store.ts';
import type { Team } from './team.ts';

/** A message as its channel holds it, replies among them. */
export interface DirectChannelMessage {
  readonly id: string;
  readonly replyTo: string | null;
  readonly createdAt: number;
  /** Address of the author; the name of a bot; undefined for what the system wrote. */
  readonly from: string | undefined;
  readonly subject: string | null;
  readonly importance: string;
  readonly content: string;
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  /** `like by alice@contoso.example` */
  readonly reactions: readonly string[];
  readonly attachments: ChannelMessage['attachments'];
  readonly mentions: ChannelMessage['mentions'];
  readonly pictures: readonly Buffer[];
}

/** A team as somebody in it sees it, past Graph: for tests to fill, to change and to look at. */
export class DirectTeam {
  readonly team: Team;
  readonly #server: Microsoft365;
  readonly #tenant: Tenant;
  readonly #teams: Teams;
  readonly #user: DirectoryUser;

  /** @param address who acts */
  constructor(server: Microsoft365, address: string, displayName: string) {
    this.#server = server;
    this.#tenant = server.tenant(address.split('@')[1] as string);
    this.#teams = teamsOf(this.#tenant);
    const user = this.#tenant.user(address);
    const team = this.#teams.all.find(({ group }) => group.displayName === displayName);
    if (user === undefined || team === undefined) throw new Error(`no user ${address}, or no team ${displayName}`);
    this.#user = user;
    this.team = team;
  }

  channel(name: string): Channel {
    const channel = [...this.team.channels.values()].find(({ displayName }) => displayName === name);
    if (channel === undefined) throw new Error(`no channel ${name}`);
    return channel;
  }

  makeChannel(displayName: string, membershipType: MembershipType = 'standard'): Channel {
    const members = membershipType === 'standard' ? [] : ([[this.#user.id, 'owner']] as const);
    const createdAt = this.#server.clock.now();
    return this.#teams.addChannel(this.team, { displayName, membershipType, members: new Map(members), createdAt });
  }

  removeChannel(name: string): void {
    this.#teams.removeChannel(this.team, this.channel(name), this.#server.clock.now());
  }

  /** @returns the message's id */
  say(
    channel: string,
    content: string,
    more: Partial<Omit<Said, 'content'>> = {},
    at = this.#server.clock.now(),
  ): string {
    const of = this.channel(channel);
    const message = composed(of, { from: this.#me, content, ...more }, at);
    this.#teams.put(of, message, this.#server.clock.now());
    return message.id;
  }

  reply(channel: string, to: string, content: string, at = this.#server.clock.now()): string {
    return this.say(channel, content, { replyTo: this.#message(channel, to) }, at);
  }

  edit(channel: string, id: string, content: string): void {
    const message = this.#message(channel, id);
    message.body = { ...message.body, content };
    message.editedAt = this.#server.clock.now();
    this.#changed(channel, message);
  }

  remove(channel: string, id: string): void {
    const message = this.#message(channel, id);
    message.deletedAt = this.#server.clock.now();
    this.#changed(channel, message);
  }

  react(channel: string, id: string, reactionType: string): void {
    const message = this.#message(channel, id);
    message.reactions.push({ reactionType, displayName: null, at: this.#server.clock.now(), by: this.#me });
    this.#changed(channel, message);
  }

  /** Oldest first; those of a migration that isn't over too. */
  messages(channel: string): readonly DirectChannelMessage[] {
    return [...this.channel(channel).messages.values()]
      .sort((a, b) => a.createdAt - b.createdAt)
      .map((message) => ({
        id: message.id,
        replyTo: message.replyToId,
        createdAt: message.createdAt,
        from: message.from === null ? undefined : this.#nameOf(message.from),
        subject: message.subject,
        importance: message.importance,
        content: message.body.content,
        isEdited: message.editedAt !== null,
        isDeleted: message.deletedAt !== null,
        reactions: message.reactions.map(({ reactionType, by }) => `${reactionType} by ${this.#nameOf(by)}`),
        attachments: message.attachments,
        mentions: message.mentions,
        pictures: [...message.hosted.values()].map(({ bytes }) => bytes),
      }));
  }

  /** Names of channels that are in migration mode. */
  get migrating(): readonly string[] {
    return [...this.team.channels.values()]
      .filter((channel) => migrationOf(channel) !== undefined)
      .map(({ displayName }) => displayName);
  }

  get #me(): MessageIdentity {
    return { kind: 'user', id: this.#user.id, displayName: this.#user.displayName };
  }

  #nameOf({ kind, id, displayName }: MessageIdentity): string {
    const user = this.#tenant.user(id) ?? this.#tenant.guests.get(id);
    return kind === 'user' && user !== undefined ? user.mail : (displayName ?? id);
  }

  #message(channel: string, id: string): ChannelMessage {
    const message = this.channel(channel).messages.get(id);
    if (message === undefined) throw new Error(`no message ${id}`);
    return message;
  }

  #changed(channel: string, message: ChannelMessage): void {
    const now = this.#server.clock.now();
    message.modifiedAt = now;
    this.#teams.touch(this.channel(channel), message, now);
  }
}
