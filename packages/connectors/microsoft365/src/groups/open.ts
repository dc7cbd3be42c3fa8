import {
  type ListedObjects,
  ListedReader,
  ListedWriter,
  type ListedWriting,
  listedCapabilities,
} from '@sterna/cloud-http';
import type { Capabilities, OpenRequest, Session } from '@sterna/connector-kit';
import { type ContentKind, SternaError } from '@sterna/core';
import type { Connection } from '../connect.ts';
import { openConversations } from '../conversations/part.ts';
import { RIGHTS } from '../drive/drive-api.ts';
import { type DriveSession, openDriveAt } from '../drive/part.ts';
import { isWanted, type OpenedPart } from '../part.ts';
import { PLANNER_RIGHTS } from '../planner/graph-planner.ts';
import { openPlans } from '../planner/part.ts';
import { ChannelFolders } from '../teams/channel-folders.ts';
import { Channels } from '../teams/channels.ts';
import { CHANNEL_MEMBER_RIGHTS, CHANNEL_RIGHTS, CHANNEL_TAB_RIGHTS, MESSAGE_RIGHTS } from '../teams/graph-teams.ts';
import { openPosts } from '../teams/part.ts';
import { Tabs } from '../teams/tabs.ts';
import { openTeamDrives } from '../teams/team-drives.ts';
import { TeamFiles } from '../teams/team-files.ts';
import { TeamMembers } from '../teams/team-members.ts';
import { TeamSettings } from '../teams/team-settings.ts';
import { GROUP_RIGHTS } from './find-group.ts';
import { type GroupContext, groupContextOf } from './group.ts';
import { Members, MemberWriting } from './members.ts';
import { PEOPLE_RIGHT } from './people.ts';
import { MOST_PICTURE_BYTES } from './picture.ts';
import { GroupSettings } from './settings.ts';
import { TEAM_SETTINGS_RIGHTS } from './team.ts';

/** Application permissions, and what they are for. */
export interface PartRights {
  readonly read: string;
  readonly write: string;
  /** Words: “plans”. */
  readonly of: string;
}

/** What the parts of a team share. */
interface TeamOf {
  readonly channels: Channels;
  readonly folders: ChannelFolders;
  /** The group's own files. */
  library(): Promise<DriveSession>;
}

interface Part {
  readonly key: string;
  readonly kind: ContentKind;
  readonly rights: readonly PartRights[];
  /** Of a team those too. */
  readonly teamRights?: readonly PartRights[];
  open(context: GroupContext, team: TeamOf): Session | Promise<Session>;
}

/** What no group of Microsoft 365 has a place for. */
const LEFT_OUT: Capabilities['leavesOut'] = {
  'group-access': {
    text: 'Who may post, join and see is told one by one in the source; a Microsoft 365 group is public, private or hidden, as its name and visibility say.',
    fix: 'Set what is missing of it in Exchange’s admin center: who may send to the group, and whether senders from outside may.',
  },
  'group-alias': {
    text: 'Graph can’t give a group another address.',
    fix: 'Add it in Exchange’s PowerShell: Set-UnifiedGroup with -EmailAddresses @{Add=…}.',
  },
};
/** Whoever owns the group is added to two lists. */
const MEMBERSHIPS = { memberRoles: ['owner', 'member'], inSteps: true } as const;

const PARTS: readonly Part[] = [
  {
    key: 'settings',
    kind: 'setting',
    rights: [{ ...GROUP_RIGHTS, of: 'groups' }],
    teamRights: [
      { ...TEAM_SETTINGS_RIGHTS, of: 'the settings of teams' },
      { ...CHANNEL_TAB_RIGHTS, of: 'tabs' },
    ],
    open(context, { channels, folders }) {
      const settings = new GroupSettings(context);
      const evidence = {
        settings: 'name, description, visibility and picture; aliases are told; of a team what its people may do',
      };
      if (!context.isTeam) return listedSession(context, settings, settings, evidence, { leavesOut: LEFT_OUT });
      const team = new TeamSettings(settings, new Tabs(context, channels, new TeamFiles(context, folders)));
      const withTabs = { ...evidence, tabs: 'websites, files, libraries and plans' };
      return listedSession(context, team, team, withTabs, { leavesOut: LEFT_OUT });
    },
  },
  {
    key: 'members',
    kind: 'member',
    rights: [
      { ...GROUP_RIGHTS, of: 'groups' },
      { read: PEOPLE_RIGHT, write: PEOPLE_RIGHT, of: 'people' },
    ],
    teamRights: [
      { ...CHANNEL_RIGHTS, of: 'channels' },
      { ...CHANNEL_MEMBER_RIGHTS, of: 'members of private and shared channels' },
    ],
    open(context, { channels }) {
      const members = new Members(context);
      const writing = new MemberWriting(context, members);
      const evidence = { members: 'owners and members; groups within the group are told, and not added' };
      if (!context.isTeam) return listedSession(context, members, writing, evidence, MEMBERSHIPS);
      const team = new TeamMembers(context, channels, members, writing);
      return listedSession(context, team, team, evidence, MEMBERSHIPS);
    },
  },
  {
    key: 'files',
    kind: 'file',
    rights: [{ ...RIGHTS, of: 'files' }],
    async open(context, { folders, library }) {
      return context.isTeam ? openTeamDrives(context, folders, await library()) : library();
    },
  },
  {
    key: 'conversations',
    kind: 'message',
    // Those of groups and files.
    rights: [],
    open: (context, { library }) => openConversations(context, async () => (await library()).drive),
  },
  { key: 'plans', kind: 'listItem', rights: [{ ...PLANNER_RIGHTS, of: 'plans' }], open: openPlans },
  {
    key: 'posts',
    kind: 'post',
    rights: [],
    teamRights: [{ ...MESSAGE_RIGHTS, of: 'what was said in channels' }],
    open: (context, { channels, folders }) => openPosts(context, channels, folders),
  },
];

/** All that an entry takes, each permission to write once. */
export function groupRights(isTeam: boolean): readonly PartRights[] {
  const all = PARTS.flatMap(({ rights, teamRights = [] }) => (isTeam ? [...rights, ...teamRights] : rights));
  return [...new Map(all.map((one) => [one.write, one])).values()];
}

/**
 * A Microsoft 365 group, or the team that it is.
 *
 * @throws SternaError config `group-not-found` | `drive-not-found`; auth | transient | throttled
 */
export async function openGroup(
  connection: Connection,
  request: Pick<OpenRequest, 'address' | 'itemType' | 'kinds' | 'role' | 'installation'>,
): Promise<readonly OpenedPart[]> {
  const context = await groupContextOf(connection, request);
  const wanted = PARTS.filter(({ kind }) => isWanted([kind], request) && (kind !== 'post' || context.isTeam));
  const channels = new Channels(context);
  let opened: Promise<DriveSession> | undefined;
  const library = (): Promise<DriveSession> => {
    opened ??= openDriveAt(context, `${context.path}/drive`, libraryMissing(context.address));
    return opened;
  };
  const team = { channels, folders: new ChannelFolders(channels), library };
  return Promise.all(
    wanted.map(async ({ key, kind, open }) => ({ key, kinds: [kind], session: await open(context, team) })),
  );
}

/** A picture is told as base64, in JSON. */
const MOST_BYTES = Math.ceil((MOST_PICTURE_BYTES * 4) / 3) + 64 * 1024;

function listedSession(
  { role, id }: GroupContext,
  objects: ListedObjects,
  writing: ListedWriting,
  evidence: Readonly<Record<string, string>>,
  more: Partial<Capabilities> = {},
): Session {
  return {
    capabilities: { ...listedCapabilities(objects.kind, MOST_BYTES, evidence), ...more },
    reader: new ListedReader(objects),
    ...(role === 'write' ? { writer: new ListedWriter(objects, writing) } : {}),
    identity: `microsoft365:group:${id}`,
    quota: async () => undefined,
    close: async () => undefined,
    destroy: () => undefined,
  };
}

const libraryMissing = (address: string): SternaError =>
  new SternaError('config', 'drive-not-found', `The group ${address} has no files yet.`, {
    field: 'address',
    fix: 'Its site is made some minutes after the group, or when somebody first opens it: try again then.',
  });
