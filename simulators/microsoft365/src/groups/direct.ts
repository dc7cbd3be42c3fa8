import type { Microsoft365 } from '../server.ts';
import { type Conversation, conversationsOf } from './conversation.ts';
import type { Group } from './group.ts';
import { addSite } from './site.ts';
import { groupsOf } from './store.ts';

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

  /** Addresses of users and guests. */
  people(kind: 'members' | 'owners'): readonly string[] {
    const groups = groupsOf(this.#server.tenant(this.#domain));
    return [...this.group[kind]].flatMap((id) => {
      const found = groups.object(id);
      return found?.kind === 'user' ? found.user.mail : [];
    });
  }
}
