import { eventually, found, made, missing, refusedLine } from '@sterna/cloud-http';
import type { ProvisionLine } from '@sterna/connector-kit';
import { BATCH_SIZE, type BatchItem, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { GROUP_RIGHTS } from '../groups/find-group.ts';
import { type PeopleOfGroup, peopleOf } from '../groups/people-of-group.ts';
import type { GroupInPlace } from './make-group.ts';
import type { KnownMember } from './people-of-target.ts';
import type { Place } from './place.ts';

export const counted = (count: number): string => `${count} ${count === 1 ? 'member' : 'members'}`;

/** Adds those who aren't in the group yet; an owner is a member too, as a team wants it. */
export async function* ensureMembers(
  place: Place,
  inPlace: GroupInPlace,
  wanted: readonly KnownMember[],
): AsyncGenerator<ProvisionLine> {
  try {
    yield* ensure(place, inPlace, wanted);
  } catch (thrown) {
    yield refusedLine('members', thrown);
  }
}

/** Seconds before further looks: not every part of the directory knows a new group at once. */
const WAITS = [2, 5, 10];

async function peopleNow(place: Place, { group, isNew }: GroupInPlace): Promise<PeopleOfGroup> {
  if (!isNew) return peopleOf(place, group.id);
  const people = await eventually(place.client, WAITS, () =>
    peopleOf(place, group.id).catch((thrown) => {
      if (statusOf(thrown) !== 404) throw thrown;
      return undefined;
    }),
  );
  return people ?? { owners: [], members: [] };
}

async function* ensure(
  place: Place,
  inPlace: GroupInPlace,
  wanted: readonly KnownMember[],
): AsyncGenerator<ProvisionLine> {
  const { group, isNew } = inPlace;
  const there = await peopleNow(place, inPlace);
  const ids = { members: idsOf(there.members), owners: idsOf(there.owners) };
  const lacking = wanted.filter(({ id, role }) => !ids.members.has(id) || (role === 'owner' && !ids.owners.has(id)));
  if (lacking.length < wanted.length) yield found(counted(wanted.length - lacking.length));
  if (lacking.length === 0) return;
  const isQuiet = isNew || group.resourceBehaviorOptions?.includes('WelcomeEmailDisabled') === true;
  if (!isQuiet) {
    yield missing(`${counted(lacking.length)}: ${lacking.map(({ address }) => address).join(', ')}`, {
      reason: 'This group, which was there before, welcomes new members by mail; so they weren’t added.',
      fix: `Add them in Exchange’s PowerShell: Set-UnifiedGroup ${group.mailNickname} -UnifiedGroupWelcomeMessageEnabled:$false, then Add-UnifiedGroupLinks ${group.mailNickname} -LinkType Members -Links with their addresses.`,
    });
    return;
  }
  for (let at = 0; at < lacking.length; at += BATCH_SIZE)
    yield* await add(place, group.id, lacking.slice(at, at + BATCH_SIZE), ids);
}

const idsOf = (people: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(people.map(({ id }) => id));

type Kind = 'members' | 'owners';

async function add(
  { client, directory }: Place,
  groupId: string,
  some: readonly KnownMember[],
  there: Readonly<Record<Kind, ReadonlySet<string>>>,
): Promise<ProvisionLine[]> {
  const refused = new Map<string, unknown>();
  for (const kind of ['members', 'owners'] as const) {
    const those = some.filter(({ id, role }) => (kind === 'members' || role === 'owner') && !there[kind].has(id));
    if (those.length === 0) continue;
    const items = those.map(
      ({ id }): BatchItem => ({
        method: 'POST',
        path: `/groups/${segment(groupId)}/${kind}/$ref`,
        body: { '@odata.id': `${client.graph}/v1.0/directoryObjects/${id}` },
        // Somebody who is there already is refused, so this can be sent again.
        repeatable: true,
      }),
    );
    const doing = `adding to the ${kind} of the group`;
    const results = await batch(client, items, { doing, right: GROUP_RIGHTS.write, budget: directory });
    for (const [at, result] of results.entries())
      if ('error' in result) refused.set((those[at] as KnownMember).id, result.error);
  }
  // A lost answer's second try says that they are there.
  const now = refused.size > 0 ? await peopleOf({ client, directory }, groupId) : undefined;
  return some.map(({ id, address, role }) => {
    const what = `${role} ${address}`;
    const isThere = now !== undefined && [...now.members, ...now.owners].some((one) => one.id === id);
    const isDoubt = refused.has(id) && !(isThere && statusOf(refused.get(id)) === 400);
    return isDoubt ? refusedLine(what, refused.get(id)) : made(what);
  });
}
