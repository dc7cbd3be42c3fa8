/**
 * Read-only properties that the description doesn't mark as computed, by type; from the properties table of each type's
 * page, learn.microsoft.com/graph/api/resources/TYPE.
 */
export const READ_ONLY: Readonly<Record<string, readonly string[]>> = {
  entity: ['id'],
  outlookItem: ['changeKey', 'createdDateTime', 'lastModifiedDateTime'],
  message: [
    'bodyPreview',
    'conversationId',
    'conversationIndex',
    'hasAttachments',
    'isDraft',
    'parentFolderId',
    'receivedDateTime',
    'sentDateTime',
    'uniqueBody',
    'webLink',
  ],
  mailFolder: ['childFolderCount', 'parentFolderId', 'totalItemCount', 'unreadItemCount'],
  attachment: ['lastModifiedDateTime'],
  event: [
    'bodyPreview',
    'hasAttachments',
    'iCalUId',
    'isCancelled',
    'onlineMeeting',
    'seriesMasterId',
    'type',
    'webLink',
  ],
  contact: ['parentFolderId'],
  contactFolder: ['parentFolderId'],
  todoTask: ['createdDateTime', 'hasAttachments', 'lastModifiedDateTime'],
  todoTaskList: ['isOwner', 'isShared', 'wellknownListName'],
  baseItem: ['createdBy', 'createdDateTime', 'eTag', 'lastModifiedBy', 'lastModifiedDateTime', 'webUrl'],
  driveItem: ['cTag', 'deleted', 'sharepointIds', 'size', 'webDavUrl'],
  baseSitePage: ['publishingState'],
  columnDefinition: ['isDeletable', 'isSealed', 'sourceContentType', 'type'],
  list: ['sharepointIds', 'system'],
  listItem: ['deleted', 'sharepointIds'],
  site: ['root', 'sharepointIds', 'siteCollection'],
  messageRule: ['hasError', 'isReadOnly'],
  group: ['createdDateTime', 'mail', 'proxyAddresses', 'renewedDateTime', 'resourceProvisioningOptions'],
  conversation: ['hasAttachments', 'lastDeliveredDateTime', 'preview', 'uniqueSenders'],
  conversationThread: ['hasAttachments', 'isLocked', 'lastDeliveredDateTime', 'preview', 'uniqueSenders'],
  post: ['conversationId', 'conversationThreadId', 'from', 'hasAttachments', 'receivedDateTime', 'sender'],
  plannerPlan: ['createdBy', 'createdDateTime'],
  plannerTask: [
    'activeChecklistItemCount',
    'checklistItemCount',
    'completedBy',
    'completedDateTime',
    'createdBy',
    'createdDateTime',
    'hasDescription',
    'referenceCount',
  ],
  team: ['internalId', 'isArchived', 'summary', 'tenantId', 'webUrl'],
  channel: ['email', 'isArchived', 'migrationMode', 'originalCreatedDateTime', 'summary', 'tenantId', 'webUrl'],
  conversationMember: ['displayName', 'email', 'tenantId', 'userId'],
  teamsTab: ['webUrl'],
  chatMessage: [
    'channelIdentity',
    'chatId',
    'deletedDateTime',
    'etag',
    'eventDetail',
    'lastEditedDateTime',
    'lastModifiedDateTime',
    'messageHistory',
    'replyToId',
    'webUrl',
  ],
};

/**
 * Types whose id is the client's to give, as an extended property is told by its id, and sections of a page are numbered.
 * Sources: learn.microsoft.com/graph/api/resources/extended-properties-overview, …/sitepage-create.
 */
export const CLIENT_IDS: readonly string[] = [
  'horizontalSection',
  'horizontalSectionColumn',
  'multiValueLegacyExtendedProperty',
  'singleValueLegacyExtendedProperty',
  'standardWebPart',
  'textWebPart',
];

/** Something that is right, though the description doesn't have it. */
export interface Exception {
  /** Matches the fault as it would be told: `GET /users/…: …`. */
  readonly fault: RegExp;
  readonly why: string;
  readonly page: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    fault:
      /occurrenceId: microsoft\.graph\.event has no such property|query: microsoft\.graph\.event has no 'occurrenceId'/,
    why: 'v1.0 answers it for instances, and its description lacks it (github.com/microsoftgraph/msgraph-metadata/issues/827)',
    page: 'learn.microsoft.com/graph/api/event-get',
  },
  {
    fault: /\/importMime/,
    why: 'importMime is in beta only; the description is of v1.0',
    page: 'learn.microsoft.com/graph/api/mailfolder-importmime?view=graph-rest-beta',
  },
  {
    fault: /POST \/users\/[^/]+\/(mailFolders\/[^/]+\/)?messages: body is not JSON/,
    why: 'MIME is sent as text/plain, in base64',
    page: 'learn.microsoft.com/graph/outlook-send-mime-message',
  },
  {
    fault: /microsoft\.graph\.fieldValueSet has no such property/,
    why: 'a list item has the columns of its list; the description knows none of them',
    page: 'learn.microsoft.com/graph/api/resources/fieldvalueset',
  },
  {
    fault: /titleArea\.\w+: microsoft\.graph\.titleArea has no such property/,
    why: 'an open type: the page’s own examples have more in it than the description',
    page: 'learn.microsoft.com/graph/api/sitepage-create',
  },
  {
    fault:
      /\/(?:lists|items|pages)\b.*(?:createdBy|lastModifiedBy|checkedOutBy)\.user\.email: microsoft\.graph\.identity has no such property/,
    why: 'an open type: the examples of list items and pages have people’s addresses',
    page: 'learn.microsoft.com/graph/api/listitem-get',
  },
  {
    fault: /\/contentTypes: body: base\.id: microsoft\.graph\.contentType has it read-only/,
    why: 'the id says which type the new one is made from',
    page: 'learn.microsoft.com/graph/api/site-post-contenttypes',
  },
  {
    fault: /owner\.group: microsoft\.graph\.identitySet has no such property/,
    why: 'an open type; the library of a group’s site is owned by the group',
    page: 'learn.microsoft.com/graph/api/drive-get',
  },
  {
    fault: /\/invite: reply: value\[\d+\]\.error: microsoft\.graph\.permission has no such property/,
    why: 'how an API of OneDrive tells that a part of a request failed (207); for invite this is an assumption',
    page: 'learn.microsoft.com/graph/api/site-unfollow',
  },
];
