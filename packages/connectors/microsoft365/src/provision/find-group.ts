import type { BlueprintMember } from '@sterna/connector-kit';
import { quoted, segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { GROUP_PROPERTIES, GROUP_RIGHTS, type GraphGroup } from '../groups/group.ts';
import { type DirectoryPerson, isGuest, PERSON_PROPERTIES, personOf } from '../groups/people.ts';
import type { Place } from './place.ts';

export interface FoundGroup extends GraphGroup {
  readonly mailNickname?: string | null;
  /** `WelcomeEmailDisabled`: new members get no mail. Set at creation alone. */
  readonly resourceBehaviorOptions?: readonly string[] | null;
}

export const SELECTED = { $select: `${GROUP_PROPERTIES},mailNickname,resourceBehaviorOptions` };

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isGroupId = (address: string): boolean => GUID.test(address);

export const isUnified = ({ groupTypes = [] }: GraphGroup): boolean => groupTypes.includes('Unified');
export const isTeam = ({ resourceProvisioningOptions }: GraphGroup): boolean =>
  resourceProvisioningOptions?.includes('Team') === true;

/** By its address or id. */
export async function groupAt(place: Place, address: string): Promise<FoundGroup | undefined> {
  if (!isGroupId(address)) return groupWith(place, 'mail', address);
  try {
    const { body } = await place.client.send<FoundGroup>({
      ...asking(place),
      method: 'GET',
      path: `/groups/${segment(address)}`,
      query: SELECTED,
    });
    return body;
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown;
    return undefined;
  }
}

export async function groupWith(
  place: Place,
  property: 'mail' | 'mailNickname',
  value: string,
): Promise<FoundGroup | undefined> {
  const query = { ...SELECTED, $filter: `${property} eq ${quoted(value)}` };
  const [group] = await place.client.all<FoundGroup>({ ...asking(place), method: 'GET', path: '/groups', query });
  return group;
}

const asking = ({ directory }: Place) =>
  ({ doing: 'looking the group up', right: GROUP_RIGHTS.read, budget: directory }) as const;

export interface DirectoryObject extends DirectoryPerson {
  readonly '@odata.type'?: string;
}

export type PeopleOfGroup = Readonly<Record<'owners' | 'members', readonly DirectoryObject[]>>;

/** Who is in a group and who owns it; owners needn't be members. */
export async function peopleOf(
  { client, directory }: Pick<Place, 'client' | 'directory'>,
  groupId: string,
): Promise<PeopleOfGroup> {
  const list = (of: 'owners' | 'members') =>
    client.all<DirectoryObject>({
      method: 'GET',
      path: `/groups/${segment(groupId)}/${of}`,
      query: { $select: PERSON_PROPERTIES, $top: 999 },
      doing: `listing the ${of} of the group`,
      right: GROUP_RIGHTS.read,
      budget: directory,
    });
  const [owners, members] = await Promise.all([list('owners'), list('members')]);
  return { owners, members };
}

/** Each once: as an owner where they are both. */
export async function membersOf(place: Place, groupId: string): Promise<BlueprintMember[]> {
  const { owners, members } = await peopleOf(place, groupId);
  const isOwner = new Set(owners.map(({ id }) => id));
  return [...owners, ...members.filter(({ id }) => !isOwner.has(id))].flatMap((one) => {
    const role = isOwner.has(one.id) ? 'owner' : 'member';
    if (one['@odata.type'] === '#microsoft.graph.group')
      return { address: one.mail || one.displayName || one.id, role, isGroup: true } as const;
    place.people.remember(one);
    const person = personOf(one);
    // An app or a device: nobody who could be found elsewhere.
    if (person === undefined) return [];
    return { ...person, role, ...(isGuest(one) ? { isGuest: true as const } : {}) };
  });
}
