import { ChangeLog, Random } from '@sterna/simulator-kit';
import type { Drive } from '../drive/drive.ts';
import type { Actor } from '../drive/item.ts';
import type { Group } from '../groups/group.ts';
import { groupsOf } from '../groups/store.ts';
import { createSite, sitesOf } from '../sites/sites.ts';
import { Ids } from '../state/ids.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { Tenant } from '../state/tenant.ts';
import { DEFAULT_TEAMS_BEHAVIOUR, type TeamsBehaviour } from './behaviour.ts';
import type { Channel, MembershipType, Migration } from './channel.ts';
import type { ChannelMessage } from './message.ts';
import { newSettings, type Operation, type OperationType, type Team } from './team.ts';

export interface NewChannel {
  readonly displayName: string;
  readonly description?: string | null;
  readonly membershipType?: MembershipType;
  readonly isFavoriteByDefault?: boolean | null;
  readonly isGeneral?: boolean;
  readonly members?: ReadonlyMap<string, 'owner' | 'member'>;
  readonly createdAt: number;
  readonly migration?: Migration;
}

/** The teams of one tenant. */
export class Teams {
  /** One for all teams of the tenant; tests change it. */
  readonly behaviour: TeamsBehaviour = { ...DEFAULT_TEAMS_BEHAVIOUR };
  readonly ids: Ids;
  readonly #tenant: Tenant;
  readonly #byId = new Map<string, Team>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
    this.ids = new Ids(new Random(`${tenant.id}/teams`));
    groupsOf(tenant).onRemove((group) => {
      this.#byId.delete(group.id);
    });
  }

  get all(): readonly Team[] {
    return [...this.#byId.values()];
  }

  byId(id: string): Team | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** Gives the group a team with the channel General. */
  create(group: Group, createdAt: number, migration?: string): Team {
    const team: Team = {
      id: group.id,
      group,
      createdAt,
      isArchived: false,
      migration,
      ...newSettings(),
      channels: new Map(),
      deletedNames: new Map(),
      operations: new Map(),
    };
    this.#byId.set(team.id, team);
    group.resourceProvisioningOptions = ['Team'];
    // Owners of a team are members of its group too.
    for (const owner of group.owners) groupsOf(this.#tenant).addMember(group, owner, createdAt);
    this.addChannel(team, {
      displayName: 'General',
      description: group.description,
      isGeneral: true,
      createdAt,
      ...(migration === undefined ? {} : { migration: { app: migration, after: createdAt } }),
    });
    return team;
  }

  addChannel(team: Team, wanted: NewChannel): Channel {
    const membershipType = wanted.membershipType ?? 'standard';
    const channel: Channel = {
      id: `19:${this.ids.token(32).replace(/[-_]/g, 'x').toLowerCase()}@thread.tacv2`,
      teamId: team.id,
      isGeneral: wanted.isGeneral ?? false,
      displayName: wanted.displayName,
      description: wanted.description ?? null,
      isFavoriteByDefault: wanted.isFavoriteByDefault ?? null,
      membershipType,
      createdAt: wanted.createdAt,
      originalCreatedAt: null,
      migration: wanted.migration,
      isArchived: false,
      members: new Map(wanted.members ?? []),
      tabs: [],
      files: this.#makeFolder(team, wanted.displayName, membershipType, wanted.createdAt),
      messages: new Map(),
      log: new ChangeLog(),
    };
    team.channels.set(channel.id, channel);
    return channel;
  }

  /** Its messages are gone, its files stay, and its name stays taken. */
  removeChannel(team: Team, channel: Channel, at: number): void {
    team.channels.delete(channel.id);
    team.deletedNames.set(channel.displayName.toLowerCase(), at);
  }

  /** Also the name of a deleted channel, for a while. */
  nameTaken(team: Team, name: string, now: number, except?: Channel): boolean {
    const lower = name.toLowerCase();
    const deletedAt = team.deletedNames.get(lower);
    if (deletedAt !== undefined && deletedAt + this.behaviour.namesReservedMs > now) return true;
    return [...team.channels.values()].some(
      (channel) => channel !== except && channel.displayName.toLowerCase() === lower,
    );
  }

  /** The owners that a private or shared channel has; a standard one has its team's. */
  membersOf(team: Team, channel: Channel): ReadonlyMap<string, 'owner' | 'member'> {
    return channel.membershipType === 'standard' ? teamMembers(team) : channel.members;
  }

  begin(team: Team, type: OperationType, target: { id: string; path: string }, at: number): Operation {
    const operation: Operation = {
      id: this.ids.guid(),
      type,
      createdAt: at,
      pollsLeft: this.behaviour.operationPolls,
      targetId: target.id,
      targetPath: target.path,
    };
    team.operations.set(operation.id, operation);
    return operation;
  }

  /** A new message, or a reply, as it is read from now on. */
  put(channel: Channel, message: ChannelMessage, at: number): void {
    channel.messages.set(message.id, message);
    this.touch(channel, message, at);
  }

  /** Notes a change for delta, which tells messages without their replies. */
  touch(channel: Channel, message: ChannelMessage, at: number): void {
    const parent = message.replyToId === null ? undefined : channel.messages.get(message.replyToId);
    if (parent === undefined) channel.log.touch(message.id, at);
    else if (this.behaviour.repliesTouchParents) {
      parent.modifiedAt = Math.max(parent.modifiedAt, message.modifiedAt);
      channel.log.touch(parent.id, at);
    }
  }

  #makeFolder(team: Team, name: string, type: MembershipType, at: number): Channel['files'] {
    const folderName = name.replace(/["*:<>?/\\|#%&{}~+]/g, '_').replace(/[. ]+$/, '');
    let drive: Drive | undefined;
    if (type === 'standard') drive = sitesOf(this.#tenant).ofGroup(team.id)?.library;
    else {
      const { group } = team;
      drive = createSite(this.#tenant, {
        name: `${group.mailNickname}-${folderName.replace(/[^A-Za-z0-9]/g, '')}`,
        displayName: `${group.displayName}-${name}`,
        group: { id: group.id, displayName: group.displayName, email: group.mail ?? '' },
        template: 'teamChannel',
        at,
      }).library;
    }
    if (drive === undefined) return undefined;
    const known = drive.child(drive.root, folderName);
    const by: Actor = { application: { id: '', displayName: 'Microsoft Teams' } };
    const folder = known ?? drive.createFolder(drive.root, folderName, 'fail', { by, at }).folder;
    return { drive, folder };
  }
}

export const teamsOf = perTenant((tenant) => new Teams(tenant));

/** The team's people are its group's. */
export function teamMembers(team: Team): Map<string, 'owner' | 'member'> {
  const { members, owners } = team.group;
  return new Map([...members].map((id) => [id, owners.has(id) ? 'owner' : 'member']));
}
