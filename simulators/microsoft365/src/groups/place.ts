import type { Call } from '../http/call.ts';
import { noSuchObject } from './errors.ts';
import type { Group } from './group.ts';
import { type Groups, groupsOf } from './store.ts';

/** Of the groups as such: settings, members, photos. */
export const READ_GROUPS = ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
export const WRITE_GROUPS = ['Group.ReadWrite.All', 'Directory.ReadWrite.All'];
export const READ_MEMBERS = [...READ_GROUPS, 'GroupMember.Read.All', 'GroupMember.ReadWrite.All'];
export const WRITE_MEMBERS = [...WRITE_GROUPS, 'GroupMember.ReadWrite.All'];

/** The group that the path names. Throws 404. */
export function groupOf(call: Call): Group {
  const group = groups(call).byId(call.parameter('group'));
  if (group === undefined) throw noSuchObject(call.parameter('group'));
  return group;
}

export function groups(call: Call): Groups {
  return groupsOf(call.tenant);
}
