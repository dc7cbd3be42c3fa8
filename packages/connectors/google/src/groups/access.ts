import type { BlueprintAccess } from '@sterna/connector-kit';
import type { GroupAccess, GroupSetting } from '@sterna/content';
import type { GoogleClient } from '../api/client.ts';
import { segment } from '../api/client.ts';
import { ACCESS_SCOPES } from './group.ts';

/** Of the Groups Settings API, where all are texts: https://developers.google.com/workspace/admin/groups-settings/v1/reference/groups */
export type AccessFields = Readonly<Record<string, string | undefined>>;

/** Those that mean something today; the API calls the others deprecated, and they follow these. */
const OPTIONS = [
  'whoCanJoin',
  'whoCanViewMembership',
  'whoCanViewGroup',
  'whoCanDiscoverGroup',
  'whoCanPostMessage',
  'whoCanLeaveGroup',
  'whoCanContactOwner',
  'whoCanModerateMembers',
  'whoCanModerateContent',
  'whoCanAssistContent',
  'allowExternalMembers',
  'allowWebPosting',
  'membersCanPostAsTheGroup',
  'default_sender',
  'messageModerationLevel',
  'spamModerationLevel',
  'replyTo',
  'includeCustomFooter',
  'customFooterText',
  'sendMessageDenyNotification',
  'defaultMessageDenyNotificationText',
  'includeInGlobalAddressList',
  'isArchived',
  'archiveOnly',
  'primaryLanguage',
  'favoriteRepliesOnTop',
  'enableCollaborativeInbox',
] as const;

const SYSTEM = 'google';

/** @throws SternaError config `api-off` where the project doesn't use the API; auth | transient | throttled */
export async function readAccess(access: GoogleClient, email: string): Promise<AccessFields> {
  const { body } = await access.send<AccessFields>({
    method: 'GET',
    path: `/groups/v1/groups/${segment(email)}`,
    // Without it, it answers in Atom.
    query: { alt: 'json' },
    doing: 'reading the settings of the group',
    right: ACCESS_SCOPES[0],
  });
  return body;
}

export async function writeAccess(access: GoogleClient, email: string, fields: AccessFields): Promise<void> {
  await access.send({
    method: 'PATCH',
    path: `/groups/v1/groups/${segment(email)}`,
    query: { alt: 'json' },
    body: fields,
    doing: 'changing the settings of the group',
    right: ACCESS_SCOPES[0],
    repeatable: true,
  });
}

export function accessSetting(fields: AccessFields): GroupAccess {
  const { customReplyTo } = fields;
  return {
    type: 'group-access',
    system: SYSTEM,
    options: Object.fromEntries(OPTIONS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]))),
    ...(customReplyTo ? { answersTo: { address: customReplyTo.toLowerCase() } } : {}),
  };
}

/** @returns undefined for the words of another system */
export function accessFields({ system, options, answersTo }: BlueprintAccess): AccessFields | undefined {
  if (system !== SYSTEM) return undefined;
  const fields = Object.fromEntries(
    OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  // A group that is archived is closed by that alone, and one that isn't can't be closed so.
  if (fields.whoCanPostMessage === 'NONE_CAN_POST') delete fields.whoCanPostMessage;
  return { ...fields, ...(answersTo === undefined ? {} : { customReplyTo: answersTo }) };
}

export const inWords = ({ system, options, answersTo }: GroupAccess): BlueprintAccess => ({
  system,
  options,
  ...(answersTo === undefined ? {} : { answersTo: answersTo.address }),
});

type Visibility = NonNullable<GroupSetting['visibility']>;

/**
 * As Microsoft 365 has it: of a public group anybody in the organization may read what is said and join, of a private one
 * its members alone; one that is hidden isn't found by others.
 */
export function visibilityOf({ whoCanJoin, whoCanDiscoverGroup }: AccessFields): Visibility {
  if (whoCanJoin === 'ANYONE_CAN_JOIN' || whoCanJoin === 'ALL_IN_DOMAIN_CAN_JOIN') return 'public';
  return whoCanDiscoverGroup === 'ALL_MEMBERS_CAN_DISCOVER' ? 'hidden' : 'private';
}

export const FIELDS_OF: Readonly<Record<Visibility, AccessFields>> = {
  public: {
    whoCanJoin: 'ALL_IN_DOMAIN_CAN_JOIN',
    whoCanViewGroup: 'ALL_IN_DOMAIN_CAN_VIEW',
    whoCanViewMembership: 'ALL_IN_DOMAIN_CAN_VIEW',
    whoCanDiscoverGroup: 'ALL_IN_DOMAIN_CAN_DISCOVER',
  },
  private: {
    whoCanJoin: 'CAN_REQUEST_TO_JOIN',
    whoCanViewGroup: 'ALL_MEMBERS_CAN_VIEW',
    whoCanDiscoverGroup: 'ALL_IN_DOMAIN_CAN_DISCOVER',
  },
  hidden: {
    whoCanJoin: 'INVITED_CAN_JOIN',
    whoCanViewGroup: 'ALL_MEMBERS_CAN_VIEW',
    whoCanViewMembership: 'ALL_MEMBERS_CAN_VIEW',
    whoCanDiscoverGroup: 'ALL_MEMBERS_CAN_DISCOVER',
  },
};
