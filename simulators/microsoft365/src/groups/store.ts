import { ChangeLog, Random } from '@sterna/simulator-kit';
import { Ids } from '../state/ids.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { DEFAULT_GROUPS_BEHAVIOUR, type GroupsBehaviour } from './behaviour.ts';
import { type Group, isUnified, type MailboxOptions, type Visibility } from './group.ts';
import { notify } from './notices.ts';

export interface NewGroup {
  readonly displayName: string;
  readonly mailNickname: string;
  readonly groupTypes: readonly string[];
  readonly mailEnabled: boolean;
  readonly securityEnabled: boolean;
  readonly description?: string | null;
  readonly visibility?: Visibility | null;
  readonly resourceBehaviorOptions?: readonly string[];
  readonly classification?: string | null;
  readonly preferredLanguage?: string | null;
  readonly theme?: string | null;
  readonly owners?: readonly string[];
  readonly members?: readonly string[];
}

/** What can be a member or an owner. */
export type DirectoryObject =
  | { readonly kind: 'user'; readonly user: DirectoryUser }
  | { readonly kind: 'group'; readonly group: Group };

/** The groups of one tenant. */
export class Groups {
  /** One for all groups of the tenant; tests change it. */
  readonly behaviour: GroupsBehaviour = { ...DEFAULT_GROUPS_BEHAVIOUR };
  readonly log = new ChangeLog();
  readonly tenant: Tenant;
  readonly ids: Ids;
  readonly #byId = new Map<string, Group>();
  /** By group, kind and person: how many listings don't show them yet. */
  readonly #behind = new Map<string, number>();
  readonly #onRemove: ((group: Group, at: number) => void)[] = [];

  constructor(tenant: Tenant) {
    this.tenant = tenant;
    // Its own numbers: what other areas make doesn't depend on how many groups there are.
    this.ids = new Ids(new Random(`${tenant.id}/groups`));
  }

  /** Plans and teams go with their group. */
  onRemove(action: (group: Group, at: number) => void): void {
    this.#onRemove.push(action);
  }

  get all(): readonly Group[] {
    return [...this.#byId.values()];
  }

  byId(id: string): Group | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** A user, guest or group by id. */
  object(id: string): DirectoryObject | undefined {
    const user = this.tenant.user(id) ?? this.tenant.guests.get(id.toLowerCase());
    if (user !== undefined) return { kind: 'user', user };
    const group = this.byId(id);
    return group && { kind: 'group', group };
  }

  nicknameTaken(nickname: string): boolean {
    const lower = nickname.toLowerCase();
    return this.all.some(({ mailNickname }) => mailNickname.toLowerCase() === lower);
  }

  create(given: NewGroup, at: number): Group {
    const mail = given.mailEnabled ? `${given.mailNickname}@${this.tenant.domain}` : null;
    const group: Group = {
      id: this.ids.guid(),
      displayName: given.displayName,
      description: given.description ?? null,
      mailNickname: given.mailNickname,
      mail,
      mailEnabled: given.mailEnabled,
      securityEnabled: given.securityEnabled,
      groupTypes: given.groupTypes,
      visibility: given.visibility ?? (given.groupTypes.includes('Unified') ? 'Public' : null),
      proxyAddresses: mail === null ? [] : [`SMTP:${mail}`],
      resourceBehaviorOptions: given.resourceBehaviorOptions ?? [],
      resourceProvisioningOptions: [],
      classification: given.classification ?? null,
      preferredLanguage: given.preferredLanguage ?? null,
      theme: given.theme ?? null,
      createdAt: at,
      members: new Set(),
      owners: new Set(given.owners ?? []),
      photo: undefined,
      mailbox: newMailboxOptions(),
    };
    this.#byId.set(group.id, group);
    for (const member of given.members ?? []) this.addMember(group, member, at);
    this.log.touch(group.id, at);
    return group;
  }

  remove(group: Group, at: number): void {
    for (const action of this.#onRemove) action(group, at);
    this.#byId.delete(group.id);
    for (const other of this.all) {
      if (other.members.delete(group.id) || other.owners.delete(group.id)) this.touch(other, at);
    }
    this.log.remove(group.id, at);
  }

  touch(group: Group, at: number): void {
    this.log.touch(group.id, at);
  }

  /** Somebody was added through Graph, and listings are behind. */
  fallBehind(group: Group, kind: 'members' | 'owners', id: string): void {
    const { memberListsBehind } = this.behaviour;
    if (memberListsBehind > 0) this.#behind.set(`${group.id} ${kind} ${id}`, memberListsBehind);
  }

  /** Whom a listing shows; each one brings the next ones nearer to what is so. */
  shown(group: Group, kind: 'members' | 'owners'): ReadonlySet<string> {
    const shown = new Set<string>();
    for (const id of group[kind]) {
      const key = `${group.id} ${kind} ${id}`;
      const left = this.#behind.get(key) ?? 0;
      if (left === 0) shown.add(id);
      else if (left === 1) this.#behind.delete(key);
      else this.#behind.set(key, left - 1);
    }
    return shown;
  }

  /** @returns false when it is one already */
  addMember(group: Group, id: string, at: number): boolean {
    if (group.members.has(id)) return false;
    group.members.add(id);
    const welcomes = isUnified(group) && !group.resourceBehaviorOptions.includes('WelcomeEmailDisabled');
    if (welcomes) notify(this.tenant, at, 'group-welcome', group.id, [id]);
    this.touch(group, at);
    return true;
  }

  addOwner(group: Group, id: string, at: number): boolean {
    if (group.owners.has(id)) return false;
    group.owners.add(id);
    this.touch(group, at);
    return true;
  }

  /** All that are in the group, through groups in it too. */
  transitiveMembers(group: Group): DirectoryObject[] {
    const found = new Map<string, DirectoryObject>();
    const walk = (of: Group) => {
      for (const id of of.members) {
        const object = this.object(id);
        if (object === undefined || found.has(id)) continue;
        found.set(id, object);
        if (object.kind === 'group') walk(object.group);
      }
    };
    walk(group);
    return [...found.values()];
  }
}

export const groupsOf = perTenant((tenant) => new Groups(tenant));

function newMailboxOptions(): MailboxOptions {
  return {
    allowExternalSenders: false,
    autoSubscribeNewMembers: false,
    hideFromAddressLists: false,
    hideFromOutlookClients: false,
  };
}
