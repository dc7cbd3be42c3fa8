import type { ProvisionLine } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import { grantedRights } from '../graph/granted-rights.ts';
import { found, missing } from './lines.ts';
import type { Place } from './place.ts';

/** An application permission, and what can't be done without it. */
interface Right {
  readonly right: string;
  /** Any of these does as well. */
  readonly or?: readonly string[];
  /** Words: “find the people”. */
  readonly to: string;
}

const PEOPLE: Right = {
  right: 'User.Read.All',
  or: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  to: 'find people',
};
const GROUPS: Right = {
  right: 'Group.ReadWrite.All',
  or: ['Directory.ReadWrite.All'],
  to: 'make groups and add their members',
};
const FILES: Right = {
  right: 'Files.ReadWrite.All',
  or: ['Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All'],
  to: 'bring files',
};
const OF_TEAMS: readonly Right[] = [
  { right: 'Team.Create', or: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'], to: 'make teams' },
  { right: 'Channel.Create', or: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'], to: 'make channels' },
  { right: 'ChannelMember.ReadWrite.All', to: 'add members to private and shared channels' },
  {
    right: 'TeamSettings.ReadWrite.All',
    or: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
    to: 'bring the settings of teams',
  },
  { right: 'Teamwork.Migrate.All', to: 'bring what was said in channels' },
];
const SITES: Right = {
  right: 'Sites.Manage.All',
  or: ['Sites.FullControl.All'],
  to: 'make lists and columns',
};

const RIGHTS: Readonly<Partial<Record<ItemType, readonly Right[]>>> = {
  group: [PEOPLE, GROUPS, FILES],
  team: [PEOPLE, GROUPS, FILES, ...OF_TEAMS],
  site: [PEOPLE, FILES, SITES],
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
  const wanted = new Set([request.itemType, ...more].flatMap((type) => RIGHTS[type] ?? []));
  const lacking = [...wanted].filter(({ right, or = [] }) => ![right, ...or].some((one) => granted.includes(one)));
  if (lacking.length === 0) return [found('permissions of the app')];
  return lacking.map(({ right, to }) =>
    missing(`permission ${right}`, {
      reason: `The app doesn’t have it, so it can’t ${to}.`,
      fix: `Grant the app registration the application permission ${right} and have an administrator consent.`,
    }),
  );
}
