import { stateOf } from '@sterna/simulator-kit';
import type { Group } from '../state/domain.ts';

/** Of the Groups Settings API: all are texts, `true` and `false` too. */
export type AccessSettings = Record<string, string>;

const NOBODY_BELOW = ['ALL_MEMBERS', 'OWNERS_AND_MANAGERS', 'OWNERS_ONLY', 'NONE'] as const;
const BOOLEAN = ['true', 'false'] as const;

/** The words that each setting takes: https://developers.google.com/workspace/admin/groups-settings/v1/reference/groups */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  whoCanJoin: ['ANYONE_CAN_JOIN', 'ALL_IN_DOMAIN_CAN_JOIN', 'INVITED_CAN_JOIN', 'CAN_REQUEST_TO_JOIN'],
  whoCanViewMembership: ['ALL_IN_DOMAIN_CAN_VIEW', 'ALL_MEMBERS_CAN_VIEW', 'ALL_MANAGERS_CAN_VIEW'],
  whoCanViewGroup: ['ANYONE_CAN_VIEW', 'ALL_IN_DOMAIN_CAN_VIEW', 'ALL_MEMBERS_CAN_VIEW', 'ALL_MANAGERS_CAN_VIEW'],
  whoCanDiscoverGroup: ['ANYONE_CAN_DISCOVER', 'ALL_IN_DOMAIN_CAN_DISCOVER', 'ALL_MEMBERS_CAN_DISCOVER'],
  whoCanPostMessage: [
    'NONE_CAN_POST',
    'ALL_MANAGERS_CAN_POST',
    'ALL_MEMBERS_CAN_POST',
    'ALL_OWNERS_CAN_POST',
    'ALL_IN_DOMAIN_CAN_POST',
    'ANYONE_CAN_POST',
  ],
  whoCanLeaveGroup: ['ALL_MANAGERS_CAN_LEAVE', 'ALL_MEMBERS_CAN_LEAVE', 'NONE_CAN_LEAVE'],
  whoCanContactOwner: [
    'ALL_IN_DOMAIN_CAN_CONTACT',
    'ALL_MANAGERS_CAN_CONTACT',
    'ALL_MEMBERS_CAN_CONTACT',
    'ANYONE_CAN_CONTACT',
    'ALL_OWNERS_CAN_CONTACT',
  ],
  whoCanModerateMembers: NOBODY_BELOW,
  whoCanModerateContent: NOBODY_BELOW,
  whoCanAssistContent: ['ALL_MEMBERS', 'OWNERS_AND_MANAGERS', 'MANAGERS_ONLY', 'OWNERS_ONLY', 'NONE'],
  messageModerationLevel: ['MODERATE_ALL_MESSAGES', 'MODERATE_NON_MEMBERS', 'MODERATE_NEW_MEMBERS', 'MODERATE_NONE'],
  spamModerationLevel: ['ALLOW', 'MODERATE', 'SILENTLY_MODERATE', 'REJECT'],
  replyTo: [
    'REPLY_TO_CUSTOM',
    'REPLY_TO_SENDER',
    'REPLY_TO_LIST',
    'REPLY_TO_OWNER',
    'REPLY_TO_IGNORE',
    'REPLY_TO_MANAGERS',
  ],
  default_sender: ['DEFAULT_SELF', 'GROUP'],
  allowExternalMembers: BOOLEAN,
  allowWebPosting: BOOLEAN,
  archiveOnly: BOOLEAN,
  isArchived: BOOLEAN,
  membersCanPostAsTheGroup: BOOLEAN,
  includeCustomFooter: BOOLEAN,
  includeInGlobalAddressList: BOOLEAN,
  sendMessageDenyNotification: BOOLEAN,
  favoriteRepliesOnTop: BOOLEAN,
  enableCollaborativeInbox: BOOLEAN,
};

/** Texts, and how long they may be. */
export const TEXTS: Readonly<Record<string, number>> = {
  primaryLanguage: 35,
  customReplyTo: 320,
  customFooterText: 1_000,
  defaultMessageDenyNotificationText: 10_000,
};

/** Of a group that was just made: the API's own page shows them, and the Admin console. */
const AS_MADE: AccessSettings = {
  whoCanJoin: 'CAN_REQUEST_TO_JOIN',
  whoCanViewMembership: 'ALL_MEMBERS_CAN_VIEW',
  whoCanViewGroup: 'ALL_MEMBERS_CAN_VIEW',
  whoCanDiscoverGroup: 'ALL_IN_DOMAIN_CAN_DISCOVER',
  whoCanPostMessage: 'ANYONE_CAN_POST',
  whoCanLeaveGroup: 'ALL_MEMBERS_CAN_LEAVE',
  whoCanContactOwner: 'ANYONE_CAN_CONTACT',
  whoCanModerateMembers: 'OWNERS_AND_MANAGERS',
  whoCanModerateContent: 'OWNERS_AND_MANAGERS',
  whoCanAssistContent: 'NONE',
  messageModerationLevel: 'MODERATE_NONE',
  spamModerationLevel: 'MODERATE',
  replyTo: 'REPLY_TO_IGNORE',
  default_sender: 'DEFAULT_SELF',
  allowExternalMembers: 'false',
  allowWebPosting: 'true',
  archiveOnly: 'false',
  isArchived: 'true',
  membersCanPostAsTheGroup: 'false',
  includeCustomFooter: 'false',
  includeInGlobalAddressList: 'true',
  sendMessageDenyNotification: 'false',
  favoriteRepliesOnTop: 'true',
  enableCollaborativeInbox: 'false',
  primaryLanguage: 'en',
  customReplyTo: '',
  customFooterText: '',
  defaultMessageDenyNotificationText: '',
};

/** Those of a group, which tests may change. */
export const accessOf = stateOf((_: Group): AccessSettings => ({ ...AS_MADE }));
