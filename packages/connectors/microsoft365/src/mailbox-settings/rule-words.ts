/** Where the vocabularies of rules meet: Graph's names, and ours (packages/content setting.ts). */
const CONDITION_LISTS = {
  senderContains: 'fromContains',
  recipientContains: 'recipientContains',
  subjectContains: 'subjectContains',
  bodyContains: 'bodyContains',
  bodyOrSubjectContains: 'subjectOrBodyContains',
  headerContains: 'headerContains',
  categories: 'categories',
} as const;

const CONDITION_PEOPLE = { fromAddresses: 'from', sentToAddresses: 'to' } as const;

const ADDRESSED = {
  sentToMe: 'to',
  sentOnlyToMe: 'only-to',
  sentCcMe: 'cc',
  sentToOrCcMe: 'to-or-cc',
  notSentToMe: 'not-to',
} as const;

const IS = {
  isApprovalRequest: 'approval-request',
  isAutomaticForward: 'automatic-forward',
  isAutomaticReply: 'automatic-reply',
  isEncrypted: 'encrypted',
  isMeetingRequest: 'meeting-request',
  isMeetingResponse: 'meeting-response',
  isNonDeliveryReport: 'non-delivery-report',
  isPermissionControlled: 'permission-controlled',
  isReadReceipt: 'read-receipt',
  isSigned: 'signed',
  isVoicemail: 'voicemail',
} as const;

const FLAGGED = {
  any: 'any',
  call: 'call',
  doNotForward: 'do-not-forward',
  followUp: 'follow-up',
  fyi: 'fyi',
  forward: 'forward',
  noResponseNecessary: 'no-response-necessary',
  read: 'read',
  reply: 'reply',
  replyToAll: 'reply-to-all',
  review: 'review',
} as const;

const ACTION_PEOPLE = {
  forwardTo: 'forwardTo',
  forwardAsAttachmentTo: 'forwardAsAttachmentTo',
  redirectTo: 'redirectTo',
} as const;

const ACTION_FOLDERS = { moveToFolder: 'moveTo', copyToFolder: 'copyTo' } as const;

export const RULE_WORDS = {
  conditionLists: CONDITION_LISTS,
  conditionPeople: CONDITION_PEOPLE,
  addressed: ADDRESSED,
  is: IS,
  flagged: FLAGGED,
  actionPeople: ACTION_PEOPLE,
  actionFolders: ACTION_FOLDERS,
} as const;

/** Of a size that has no upper end: 2 GB in kilobytes, more than any message. */
export const MOST_KB = 2_097_151;

export const swapped = (words: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(words).map(([one, other]) => [other, one]));
