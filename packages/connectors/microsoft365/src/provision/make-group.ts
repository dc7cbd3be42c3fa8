import { failed, found, made, refusedLine } from '@sterna/cloud-http';
import type { Blueprint, ProvisionLine } from '@sterna/connector-kit';
import {
  GROUP_RIGHTS,
  type GraphGroup,
  groupAt,
  groupWith,
  isGroupId,
  isUnified,
  SELECTED,
} from '../groups/find-group.ts';
import type { KnownMember } from './people-of-target.ts';
import type { Place } from './place.ts';

/** How many owners a create may name: https://learn.microsoft.com/en-us/graph/api/group-post-groups */
const REFERENCES = 20;

/**
 * Set at creation alone: https://learn.microsoft.com/en-us/graph/group-set-options. Nobody is welcomed by mail, and nobody
 * gets the events of the group's calendar by mail when they are migrated.
 */
const QUIET = ['WelcomeEmailDisabled', 'SubscribeMembersToCalendarEventsDisabled'];

const VISIBILITIES = { public: 'Public', private: 'Private', hidden: 'HiddenMembership' } as const;

export interface WantedGroup {
  readonly nickname: string;
  /** What the group is to be reached by; absent: whatever the tenant gives it. */
  readonly address?: string;
}

/** What was there, or is there now. */
export interface GroupInPlace {
  readonly group: GraphGroup;
  readonly isNew: boolean;
}

/** Of an entry's target address. */
export const groupWantedAt = (address: string): WantedGroup => ({
  nickname: address.split('@')[0] ?? address,
  address,
});

/**
 * Finds the group by its address, else by the nickname that the address begins with; else makes it.
 *
 * @returns undefined where it can't be had; the line says why
 */
export async function* ensureGroup(
  place: Place,
  wanted: WantedGroup,
  blueprint: Blueprint,
  people: readonly KnownMember[],
): AsyncGenerator<ProvisionLine, GroupInPlace | undefined> {
  const { nickname, address = nickname } = wanted;
  const what = `group ${address}`;
  try {
    const there = await find(place, wanted);
    if (there !== undefined) {
      yield refusal(what, wanted, there) ?? found(what);
      return isUnified(there) ? { group: there, isNew: false } : undefined;
    }
    if (isGroupId(address)) {
      yield failed(what, {
        reason: 'The target has no group of this id, and an id can’t be chosen.',
        fix: 'Give the entry an address as its target: the group is made under that.',
      });
      return undefined;
    }
    const group = await make(place, nickname, blueprint, people);
    yield refusal(what, wanted, group) ?? made(what);
    return { group, isNew: true };
  } catch (thrown) {
    yield refusedLine(what, thrown);
    return undefined;
  }
}

/** A group that was made under another address than it was to have is found by its nickname. */
const find = async (place: Place, { nickname, address }: WantedGroup): Promise<GraphGroup | undefined> =>
  (address === undefined ? undefined : await groupAt(place, address)) ??
  (isGroupId(nickname) ? undefined : await groupWith(place, 'mailNickname', nickname));

/** Why the group isn't what the entry wants. */
function refusal(what: string, { address }: WantedGroup, group: GraphGroup): ProvisionLine | undefined {
  if (!isUnified(group))
    return failed(what, {
      reason: 'The address is that of another kind of group: a security group or a distribution list.',
      fix: 'Give the entry another target address, or remove that group.',
    });
  const isAnother = address !== undefined && !isGroupId(address) && group.mail?.toLowerCase() !== address.toLowerCase();
  if (!isAnother) return undefined;
  return failed(what, {
    reason: `The group is there, but its address is ${group.mail ?? 'not known yet'}.`,
    fix: `Change it in Exchange’s PowerShell: Set-UnifiedGroup ${group.mailNickname} -PrimarySmtpAddress ${address}; or give the entry that target address.`,
  });
}

async function make(
  { client, directory }: Place,
  mailNickname: string,
  { name, description, visibility = 'private' }: Blueprint,
  people: readonly KnownMember[],
): Promise<GraphGroup> {
  const owners = people.filter(({ role, isGuest }) => role === 'owner' && isGuest !== true).slice(0, REFERENCES);
  const { body } = await client.send<GraphGroup>({
    method: 'POST',
    path: '/groups',
    query: SELECTED,
    body: {
      displayName: name || mailNickname,
      ...(description === undefined ? {} : { description }),
      mailNickname,
      mailEnabled: true,
      securityEnabled: false,
      groupTypes: ['Unified'],
      visibility: VISIBILITIES[visibility],
      resourceBehaviorOptions: QUIET,
      ...(owners.length === 0
        ? {}
        : { 'owners@odata.bind': owners.map(({ id }) => `${client.graph}/v1.0/users/${id}`) }),
    },
    doing: 'making the group',
    right: GROUP_RIGHTS.write,
    budget: directory,
  });
  return { ...body, resourceBehaviorOptions: QUIET };
}
