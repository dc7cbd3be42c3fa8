import { ARCHIVE_SCOPES } from './archive-scopes.ts';
import { GROUP_SCOPES } from './find-group.ts';
import { ACCESS_SCOPES } from './group.ts';

/** What a group takes of its administrator, and what can't be done without it. */
export const GROUP_NEEDS = [
  { scopes: GROUP_SCOPES, of: 'groups and their members' },
  { scopes: { read: ACCESS_SCOPES, write: ACCESS_SCOPES }, of: 'settings of groups' },
  { scopes: { read: [], write: ARCHIVE_SCOPES }, of: 'conversations of groups' },
] as const;
