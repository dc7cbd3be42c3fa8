import { type JsonKind, jsonCodec, jsonPivot } from '../json/json-pivot.ts';
import { type Person, personAtTarget, personMeaning } from '../person.ts';

/**
 * That somebody belongs to a group, a team or a channel: the container says to which. A change of role is a new version of
 * the same membership.
 */
export interface Member {
  readonly type: 'member';
  readonly who: Person;
  /** A group that is a member, with all of its own. Absent: a person. */
  readonly isGroup?: true;
  /** Of another organization, as far as the source tells. */
  readonly isExternal?: true;
  readonly role: 'owner' | 'manager' | 'member';
}

const MEMBER: JsonKind<Member> = {
  type: 'member',
  what: 'membership',
  needed: { who: 'object', role: 'string' },
  hasNaturalKey: true,
  keyOf: ({ who }) => personMeaning(who),
  meaningOf: ({ who, role }) => ({ who: personMeaning(who), role }),
  titleOf: ({ who, role }) => (role === 'member' ? who.address : `${who.address} (${role})`),
  prepare: (member, { mapping }) => ({ object: { ...member, who: personAtTarget(member.who, mapping) }, notes: [] }),
};

export const { read: readMember, write: writeMember } = jsonCodec<Member>(MEMBER);

/** Two memberships of one person can't be; with the conflict option `rename` the target's stays. */
export const memberPivot = jsonPivot(MEMBER);
