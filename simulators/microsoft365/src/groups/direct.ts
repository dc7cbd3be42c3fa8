import type { Microsoft365 } from '../server.ts';
import { type Conversation, conversationsOf, type Participant, type Post, type Thread } from './conversation.ts';
import type { Group } from './group.ts';
import { addSite } from './site.ts';
import { groupsOf } from './store.ts';

/** What somebody says in a group's mailbox. */
export interface SaidInGroup {
  readonly from: Participant;
  readonly html: string;
  readonly at: number;
  readonly attachments?: readonly Omit<Post['attachments'][number], 'id' | 'modifiedAt'>[];
}

/** A Microsoft 365 group past Graph: for tests to fill, to change and to look at. */
export class DirectGroup {
  readonly group: Group;
  readonly #server: Microsoft365;
  readonly #domain: string;

  /** @param address of the group, or its mail nickname before the tenant's domain */
  constructor(server: Microsoft365, address: string) {
    const [nickname, domain = ''] = address.split('@');
    const group = groupsOf(server.tenant(domain)).all.find(({ mailNickname }) => mailNickname === nickname);
    if (group === undefined) throw new Error(`no group ${address}`);
    this.group = group;
    this.#server = server;
    this.#domain = domain;
  }

  /** With its site, and the first of the owners as a member. */
  static create(server: Microsoft365, address: string, displayName: string, owners: readonly string[]): DirectGroup {
    const [mailNickname = '', domain = ''] = address.split('@');
    const tenant = server.tenant(domain);
    const ids = owners.map((owner) => tenant.user(owner)?.id ?? owner);
    const made = groupsOf(tenant).create(
      {
        displayName,
        mailNickname,
        groupTypes: ['Unified'],
        mailEnabled: true,
        securityEnabled: false,
        resourceBehaviorOptions: ['WelcomeEmailDisabled'],
        owners: ids,
        members: ids,
      },
      server.clock.now(),
    );
    addSite(tenant, made, server.clock.now());
    return new DirectGroup(server, address);
  }

  get conversations(): readonly Conversation[] {
    return conversationsOf(this.#server.tenant(this.#domain), this.group).all;
  }

  /** Begins a conversation, as a mail to the group does. */
  begin(topic: string, said: SaidInGroup): Thread {
    const { ids } = this.#server.cloud;
    const to = { name: this.group.displayName, address: this.group.mail ?? '' };
    const id = ids.mutable();
    const thread: Thread = { id, topic, isLocked: false, toRecipients: [to], ccRecipients: [], posts: [] };
    conversationsOf(this.#server.tenant(this.#domain), this.group).all.push({
      id: ids.mutable(),
      topic,
      threads: [thread],
    });
    this.answer(thread, said);
    return thread;
  }

  answer(thread: Thread, { from, html, at, attachments = [] }: SaidInGroup): void {
    const { ids } = this.#server.cloud;
    thread.posts.push({
      id: ids.mutable(),
      createdAt: at,
      receivedAt: at,
      from,
      body: { contentType: 'html', content: html },
      categories: [],
      newParticipants: [],
      attachments: attachments.map((one) => ({ ...one, id: ids.mutable(), modifiedAt: at })),
      inReplyTo: thread.posts.at(-1)?.id,
    });
  }

  /** Addresses of users and guests. */
  people(kind: 'members' | 'owners'): readonly string[] {
    const groups = groupsOf(this.#server.tenant(this.#domain));
    return [...this.group[kind]].flatMap((id) => {
      const found = groups.object(id);
      return found?.kind === 'user' ? found.user.mail : [];
    });
  }
}
