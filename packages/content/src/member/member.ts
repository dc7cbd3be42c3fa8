import { SternaError } from '@sterna/core';
import { type JsonKind, jsonCodec, jsonPivot } from '../json/json-pivot.ts';
import { type Person, personAtTarget, personMeaning } from '../person.ts';
import type { ContentNote } from '../pivot.ts';

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

const MANAGER_IS_OWNER: ContentNote = {
  code: 'manager-is-owner',
  text: 'They manage the group; the target knows owners and members alone, so they are an owner there.',
};

const MEMBER: JsonKind<Member> = {
  type: 'member',
  what: 'membership',
  needed: { who: 'object', role: 'string' },
  hasNaturalKey: true,
  keyOf: ({ who }) => personMeaning(who),
  meaningOf: ({ who, role }) => ({ who: personMeaning(who), role }),
  titleOf: ({ who, role }) => (role === 'member' ? who.address : `${who.address} (${role})`),
  prepare(member, { mapping, memberRoles }) {
    const object = { ...member, who: personAtTarget(member.who, mapping) };
    if (memberRoles?.includes(member.role) ?? true) return { object, notes: [] };
    // Less would take away what they look after.
    return { object: { ...object, role: 'owner' as const }, notes: [MANAGER_IS_OWNER] };
  },
};

export const { read: readMember, write: writeMember } = jsonCodec<Member>(MEMBER);

/** Two memberships of one person can't be; with the conflict option `rename` the target's stays. */
export const memberPivot = jsonPivot(MEMBER);

/** A group that nobody owns nobody can look after: services keep the last one. */
export const lastOwnerKept = (): SternaError =>
  new SternaError('object', 'last-owner-kept', 'The last owner of a group stays in it.', {
    fix: 'Make somebody else an owner first, or remove this one by hand.',
  });
