import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, readable, sorted } from './ask.ts';
import { groupObject } from './shared-groups.ts';

/** Settings that Google's own page calls deprecated: they follow the others. */
const CURRENT =
  /^(?:whoCan(?:Join|ViewMembership|ViewGroup|DiscoverGroup|PostMessage|LeaveGroup|ContactOwner|Moderate(?:Members|Content)|AssistContent)|allow(?:ExternalMembers|WebPosting)|membersCanPostAsTheGroup|default_sender|messageModerationLevel|spamModerationLevel|replyTo|includeCustomFooter|customFooterText|includeInGlobalAddressList|isArchived|archiveOnly|favoriteRepliesOnTop|enableCollaborativeInbox)$/;

/** What a Google group is, by its address: its name, who may do what, other addresses, members. */
export async function groupObjects(ask: Ask, address: string): Promise<GoldenObject[]> {
  const path = `/admin/directory/v1/groups/${encodeURIComponent(address)}`;
  const group = await ask.json(path);
  const access = await ask.json(`/groups/v1/groups/${encodeURIComponent(address)}?alt=json`);
  const members = await ask.all(`${path}/members?maxResults=200`);
  return [
    groupObject(group.id, {
      name: group.name,
      text: readable(group.description),
      visibility: visibilityOf(access),
    }),
    {
      kind: 'setting',
      id: `${group.id} access`,
      key: 'access',
      name: 'Who may do what',
      properties: {
        access: sorted(
          Object.entries(access).flatMap(([name, value]) => (CURRENT.test(name) ? `${name} ${value}` : [])),
        ),
        answersTo: String(access.customReplyTo ?? '').toLowerCase(),
      },
    },
    ...(group.aliases ?? []).map(
      (alias: string): GoldenObject => ({
        kind: 'setting',
        // As the books name it.
        id: `alias:${alias.toLowerCase()}`,
        key: `alias ${alias.toLowerCase()}`,
        name: `Alias ${alias.toLowerCase()}`,
        properties: {},
      }),
    ),
    ...members.map(
      ({ id, email, role }: Json): GoldenObject => ({
        kind: 'member',
        id,
        key: String(email).toLowerCase(),
        name: String(email).toLowerCase(),
        properties: { who: String(email).toLowerCase(), role: String(role).toLowerCase() },
      }),
    ),
  ];
}

/** Of a public one anybody in the organization may join; a hidden one isn't found by others. */
function visibilityOf({ whoCanJoin, whoCanDiscoverGroup }: Json): string {
  if (/^(?:ANYONE|ALL_IN_DOMAIN)_CAN_JOIN$/.test(whoCanJoin)) return 'public';
  return whoCanDiscoverGroup === 'ALL_MEMBERS_CAN_DISCOVER' ? 'hidden' : 'private';
}
