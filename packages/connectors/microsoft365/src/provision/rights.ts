import { found, missing } from '@sterna/cloud-http';
import type { ProvisionLine } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import { RIGHTS as FILES } from '../drive/drive-api.ts';
import { grantedRights } from '../graph/granted-rights.ts';
import { GROUP_RIGHTS } from '../groups/find-group.ts';
import { groupRights } from '../groups/open.ts';
import { PEOPLE_RIGHT } from '../groups/people.ts';
import { MAKE_TEAM_RIGHT, TEAM_SETTINGS_RIGHTS } from '../groups/team.ts';
import { SITE_RIGHTS } from '../sites/site-context.ts';
import { CHANNEL_RIGHTS, CHANNEL_TAB_RIGHTS } from '../teams/graph-teams.ts';
import { LOOK_AT_TEAM_RIGHT } from './make-team.ts';
import type { Place } from './place.ts';

/** An application permission, and what can't be done without it. */
interface Right {
  readonly right: string;
  /** Words: “bring files”. */
  readonly to: string;
}

/** What does as well, beyond a permission itself. Graph's pages name both. */
const ALTERNATIVES: Readonly<Record<string, readonly string[]>> = {
  [PEOPLE_RIGHT]: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  [GROUP_RIGHTS.write]: ['Directory.ReadWrite.All'],
  [FILES.write]: ['Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All'],
  [SITE_RIGHTS.manage]: ['Sites.FullControl.All'],
  [LOOK_AT_TEAM_RIGHT]: [TEAM_SETTINGS_RIGHTS.write, GROUP_RIGHTS.write, 'Directory.ReadWrite.All'],
  [MAKE_TEAM_RIGHT]: [GROUP_RIGHTS.write, 'Directory.ReadWrite.All'],
  [CHANNEL_RIGHTS.read]: [
    'ChannelSettings.Read.All',
    'ChannelSettings.ReadWrite.All',
    GROUP_RIGHTS.read,
    GROUP_RIGHTS.write,
    'Directory.ReadWrite.All',
  ],
  [CHANNEL_RIGHTS.write]: [GROUP_RIGHTS.write, 'Directory.ReadWrite.All'],
  [CHANNEL_TAB_RIGHTS.write]: [GROUP_RIGHTS.write, 'Directory.ReadWrite.All'],
  [TEAM_SETTINGS_RIGHTS.write]: [GROUP_RIGHTS.write, 'Directory.ReadWrite.All'],
};

/** What the parts of a session look and write with, as they say it themselves: what was written is read back, too. */
const toBring = (isTeam: boolean): readonly Right[] =>
  groupRights(isTeam).flatMap(({ read, write, of }) => [
    ...(write === read.replace('.Read.', '.ReadWrite.') ? [] : [{ right: read, to: `read ${of}` }]),
    ...(write === read ? [] : [{ right: write, to: `bring ${of}` }]),
  ]);

const RIGHTS: Readonly<Partial<Record<ItemType, readonly Right[]>>> = {
  group: toBring(false),
  team: [
    ...toBring(true),
    { right: LOOK_AT_TEAM_RIGHT, to: 'look teams up' },
    { right: MAKE_TEAM_RIGHT, to: 'make teams' },
  ],
  site: [
    { right: PEOPLE_RIGHT, to: 'find people' },
    { right: FILES.write, to: 'bring files' },
    { right: SITE_RIGHTS.manage, to: 'make lists and columns' },
  ],
};

/**
 * What the app lacks to make an entry of this type and to bring its contents. A token that doesn't tell its permissions is
 * no reason to stop: what is refused is told then.
 *
 * @throws SternaError auth
 */
export async function rightLines({ tokens, request }: Place, more: readonly ItemType[]): Promise<ProvisionLine[]> {
  const granted = grantedRights(await tokens.token(request.signal));
  if (granted === undefined) return [];
  const all = [request.itemType, ...more].flatMap((type) => RIGHTS[type] ?? []);
  const wanted = new Map(all.map((one) => [one.right, one]));
  const lacking = [...wanted.values()].filter(
    ({ right }) => ![right, ...(ALTERNATIVES[right] ?? [])].some((one) => granted.includes(one)),
  );
  if (lacking.length === 0) return [found('permissions of the app')];
  return lacking.map(({ right, to }) =>
    missing(`permission ${right}`, {
      reason: `The app doesn’t have it, so it can’t ${to}.`,
      fix: `Grant the app registration the application permission ${right} and have an administrator consent.`,
    }),
  );
}
