import type { Connection } from '../connect.ts';
import { segment } from '../graph/client.ts';
import { GROUP_RIGHTS } from './find-group.ts';
import { type DirectoryPerson, PERSON_PROPERTIES } from './people.ts';

/** What lists of members hold: people, groups, apps, devices. */
export interface DirectoryObject extends DirectoryPerson {
  readonly '@odata.type'?: string;
}

export type PeopleOfGroup = Readonly<Record<'owners' | 'members', readonly DirectoryObject[]>>;
type Asking = Pick<Connection, 'client' | 'directory'>;

export const isGroup = (one: DirectoryObject): boolean => one['@odata.type'] === '#microsoft.graph.group';

export const objectsOf = (
  { client, directory }: Asking,
  groupId: string,
  of: 'owners' | 'members',
): Promise<readonly DirectoryObject[]> =>
  client.all<DirectoryObject>({
    method: 'GET',
    path: `/groups/${segment(groupId)}/${of}`,
    query: { $select: PERSON_PROPERTIES, $top: 999 },
    doing: `listing the ${of} of the group`,
    right: GROUP_RIGHTS.read,
    budget: directory,
  });

/** Who is in a group and who owns it; owners needn't be members. */
export async function peopleOf(connection: Asking, groupId: string): Promise<PeopleOfGroup> {
  const [owners, members] = await Promise.all([
    objectsOf(connection, groupId, 'owners'),
    objectsOf(connection, groupId, 'members'),
  ]);
  return { owners, members };
}

/** Each once: as an owner where they are both. */
export function eachOnce({
  owners,
  members,
}: PeopleOfGroup): readonly { readonly one: DirectoryObject; readonly role: 'owner' | 'member' }[] {
  const isOwner = new Set(owners.map(({ id }) => id));
  return [
    ...owners.map((one) => ({ one, role: 'owner' as const })),
    ...members.filter(({ id }) => !isOwner.has(id)).map((one) => ({ one, role: 'member' as const })),
  ];
}
