import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container } from '@sterna/connector-kit';
import {
  type GroupSetting,
  hashOf,
  readSetting,
  type Setting,
  settingGroup,
  type TeamSetting,
  writeSetting,
} from '@sterna/content';
import { SternaError } from '@sterna/core';
import { containerGone } from '../outlook/gone.ts';
import { aliasesOf, GROUP_RIGHTS, type GraphGroup, SELECTED, visibilityOf } from './find-group.ts';
import type { GroupContext } from './group.ts';
import { readPicture, writePicture } from './picture.ts';
import { makeTeam, TEAM_SETTINGS_RIGHTS, teamPath } from './team.ts';

/** Groups of a team’s options: https://learn.microsoft.com/en-us/graph/api/resources/team */
const OPTION_GROUPS = ['memberSettings', 'guestSettings', 'messagingSettings', 'funSettings'] as const;
type GraphTeam = Readonly<Partial<Record<(typeof OPTION_GROUPS)[number], Readonly<Record<string, unknown>> | null>>> & {
  readonly id?: string;
  readonly isArchived?: boolean | null;
};

const GROUP: Container = { id: 'group', path: [settingGroup('group')], kind: 'setting' };
const TEAM: Container = { id: 'team', path: [settingGroup('team')], kind: 'setting' };

/**
 * Every Microsoft 365 group has a calendar, and Graph shows it to people alone
 * (https://learn.microsoft.com/en-us/graph/api/group-list-events: application permissions aren't supported). So that nobody
 * takes it for migrated, it is an object that is passed over.
 */
const CALENDAR: Listed = {
  id: 'calendar',
  version: '-',
  body: Buffer.alloc(0),
  passedOver: new SternaError(
    'object',
    'group-calendar-not-readable',
    'Microsoft lets no app read the calendar of a group: what is in it isn’t migrated.',
    {
      fix: 'Let a member copy its events to the calendar of the new group in Outlook, or into a mailbox that is migrated.',
    },
  ),
};

/** What a group is called and who sees it, its picture, its other addresses as a source, and what the people of its team may do. */
export class GroupSettings implements ListedObjects, ListedWriting {
  readonly kind = 'setting';
  readonly #context: GroupContext;

  constructor(context: GroupContext) {
    this.#context = context;
  }

  async containers(): Promise<readonly Container[]> {
    return this.#context.isTeam ? [GROUP, TEAM] : [GROUP];
  }

  async list(container: string): Promise<readonly Listed[]> {
    if (container === GROUP.id) {
      const picture = await readPicture(this.#context);
      const group = await this.#group();
      return [
        listed(groupSetting(group)),
        ...(picture === undefined ? [] : [listed(picture)]),
        // Of a target they are nothing that could be written, overwritten or taken away.
        ...(this.#context.role === 'read' ? [...aliasesOf(group).map(listedAlias), CALENDAR] : []),
      ];
    }
    if (container !== TEAM.id) throw containerGone('group', undefined);
    const team = await this.#team();
    const setting = team && teamSetting(team);
    // What is as Teams makes a team is no setting: nobody has chosen it.
    return setting === undefined || isAsMade(setting) ? [] : [listed(setting)];
  }

  async ensureContainer(path: readonly string[]) {
    const found = (await this.containers()).find((one) => one.path.join('/') === path.join('/'));
    if (found !== undefined) return { container: found, notes: [] };
    throw new SternaError('config', 'kind-not-held', `The target holds no settings called ${path.join('/')}.`, {
      field: 'kinds.setting',
      fix: 'Switch settings off, or migrate a team into a team.',
    });
  }

  /** A group has its settings always; a team that isn't there is made. */
  async create(container: string, body: Buffer) {
    const setting = readSetting(body);
    const isOfTeam = container === TEAM.id || (setting.type === 'group-picture' && this.#context.isTeam);
    if (isOfTeam && (await this.#team()) === undefined) await makeTeam(this.#context);
    await this.#set(setting);
    return { id: setting.type };
  }

  async replace(_container: string, _now: Listed, body: Buffer) {
    await this.#set(readSetting(body));
    return [];
  }

  async remove(): Promise<void> {
    throw new SternaError('object', 'setting-not-removable', 'This setting can be changed, but not be removed.', {
      fix: 'Change it in the target by hand.',
    });
  }

  async #set(setting: Setting): Promise<void> {
    const { client, path, directory: budget } = this.#context;
    if (setting.type === 'group') {
      const body = groupFields(setting);
      const doing = 'changing the group';
      await client.send({ method: 'PATCH', path, body, doing, right: GROUP_RIGHTS.write, budget });
    } else if (setting.type === 'team') {
      const body = teamFields(setting);
      const doing = 'changing the settings of the team';
      await client.send({
        method: 'PATCH',
        path: teamPath(this.#context.id),
        body,
        doing,
        right: TEAM_SETTINGS_RIGHTS.write,
        budget,
      });
    } else if (setting.type === 'group-picture') await writePicture(this.#context, setting);
    else throw new SternaError('bug', 'internal', `A ${setting.type} is no setting of a group.`);
  }

  async #group(): Promise<GraphGroup> {
    const { client, path, directory: budget } = this.#context;
    const doing = 'reading the group';
    return (
      await client.send<GraphGroup>({ method: 'GET', path, query: SELECTED, doing, right: GROUP_RIGHTS.read, budget })
    ).body;
  }

  async #team(): Promise<GraphTeam | undefined> {
    const { client, directory: budget } = this.#context;
    const { status, body } = await client.send<GraphTeam>({
      method: 'GET',
      path: teamPath(this.#context.id),
      doing: 'reading the team',
      right: TEAM_SETTINGS_RIGHTS.read,
      budget,
      expected: [404],
    });
    return status === 404 ? undefined : body;
  }
}

/** Of a new team. Source: learn.microsoft.com/en-us/graph/api/team-put-teams. */
const AS_MADE: TeamSetting['options'] = {
  'memberSettings.allowAddRemoveApps': true,
  'memberSettings.allowCreatePrivateChannels': true,
  'memberSettings.allowCreateUpdateChannels': true,
  'memberSettings.allowCreateUpdateRemoveConnectors': true,
  'memberSettings.allowCreateUpdateRemoveTabs': true,
  'memberSettings.allowDeleteChannels': true,
  'guestSettings.allowCreateUpdateChannels': false,
  'guestSettings.allowDeleteChannels': false,
  'messagingSettings.allowChannelMentions': true,
  'messagingSettings.allowOwnerDeleteMessages': true,
  'messagingSettings.allowTeamMentions': true,
  'messagingSettings.allowUserDeleteMessages': true,
  'messagingSettings.allowUserEditMessages': true,
  'funSettings.allowCustomMemes': true,
  'funSettings.allowGiphy': true,
  'funSettings.allowStickersAndMemes': true,
  'funSettings.giphyContentRating': 'moderate',
};

const isAsMade = ({ options }: TeamSetting): boolean =>
  Object.entries(options).every(([name, value]) => AS_MADE[name] === value);

const listed = (setting: Setting, id: string = setting.type): Listed => {
  const body = writeSetting(setting);
  return { id, version: hashOf(body), body };
};

const listedAlias = (address: string): Listed =>
  listed({ type: 'group-alias', address: { address } }, `alias:${address}`);

function groupSetting(group: GraphGroup): GroupSetting {
  const { displayName, description } = group;
  const seen = visibilityOf(group);
  return {
    type: 'group',
    name: displayName ?? '',
    ...(description ? { description } : {}),
    ...(seen === undefined ? {} : { visibility: seen }),
  };
}

/** Hidden membership can be chosen when a group is made alone. */
function groupFields({ name, description, visibility }: GroupSetting): object {
  return {
    displayName: name,
    ...(description === undefined ? {} : { description }),
    ...(visibility === 'public' ? { visibility: 'Public' } : visibility === 'private' ? { visibility: 'Private' } : {}),
  };
}

function teamSetting(team: GraphTeam): TeamSetting {
  const options: Record<string, string | boolean> = {};
  for (const group of OPTION_GROUPS)
    for (const [name, value] of Object.entries(team[group] ?? {}))
      if (typeof value === 'boolean' || typeof value === 'string') options[`${group}.${name}`] = value;
  return { type: 'team', options };
}

function teamFields({ options }: TeamSetting): object {
  const fields: Record<string, Record<string, string | boolean>> = {};
  for (const [name, value] of Object.entries(options)) {
    const [group = '', option = ''] = name.split('.');
    if (!OPTION_GROUPS.some((one) => one === group) || !/^\w+$/.test(option)) continue;
    fields[group] = { ...fields[group], [option]: value };
  }
  return fields;
}
