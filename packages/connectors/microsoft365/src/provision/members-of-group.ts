import type { BlueprintMember } from '@sterna/connector-kit';
import { isGuest, personOf } from '../groups/people.ts';
import { eachOnce, isGroup, peopleOf } from '../groups/people-of-group.ts';
import type { Place } from './place.ts';

export async function membersOf(place: Place, groupId: string): Promise<BlueprintMember[]> {
  return eachOnce(await peopleOf(place, groupId)).flatMap(({ one, role }) => {
    if (isGroup(one)) return { address: one.mail || one.displayName || one.id, role, isGroup: true } as const;
    place.people.remember(one);
    const person = personOf(one);
    // An app or a device: nobody who could be found elsewhere.
    if (person === undefined) return [];
    return { ...person, role, ...(isGuest(one) ? { isGuest: true as const } : {}) };
  });
}
