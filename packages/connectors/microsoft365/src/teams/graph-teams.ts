/** https://learn.microsoft.com/en-us/graph/api/resources/channel */
export interface GraphChannel {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | null;
  readonly membershipType?: string | null;
  readonly createdDateTime?: string | null;
  readonly webUrl?: string | null;
  /** `inProgress`: messages of the past can be written, and its people can't use it. */
  readonly migrationMode?: string | null;
  readonly isArchived?: boolean | null;
}

interface Identity {
  readonly id?: string | null;
  readonly displayName?: string | null;
}

export interface GraphIdentitySet {
  readonly user?: Identity | null;
  readonly application?: Identity | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/chatmessage */
export interface GraphMessage {
  readonly id: string;
  readonly replyToId?: string | null;
  readonly etag?: string | null;
  /** `message`, or what Teams says by itself: somebody was added. */
  readonly messageType?: string | null;
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly lastEditedDateTime?: string | null;
  readonly deletedDateTime?: string | null;
  readonly subject?: string | null;
  readonly importance?: string | null;
  readonly from?: GraphIdentitySet | null;
  readonly body?: { readonly contentType?: string | null; readonly content?: string | null } | null;
  readonly attachments?: readonly GraphAttachment[] | null;
  readonly mentions?: readonly GraphMention[] | null;
  readonly reactions?: readonly GraphReaction[] | null;
  readonly replies?: readonly GraphMessage[] | null;
  readonly 'replies@odata.nextLink'?: string;
}

export interface GraphAttachment {
  readonly id?: string | null;
  /** `reference`: a file. */
  readonly contentType?: string | null;
  readonly contentUrl?: string | null;
  readonly content?: string | null;
  readonly name?: string | null;
}

export interface GraphMention {
  readonly id?: number | null;
  readonly mentionText?: string | null;
  readonly mentioned?: GraphIdentitySet | null;
}

export interface GraphReaction {
  readonly reactionType: string;
  readonly createdDateTime?: string | null;
  readonly user?: GraphIdentitySet | null;
}

export const MESSAGE_RIGHTS = { read: 'ChannelMessage.Read.All', write: 'Teamwork.Migrate.All' } as const;
export const CHANNEL_RIGHTS = {
  read: 'Channel.ReadBasic.All',
  write: 'Channel.Create',
  rename: 'ChannelSettings.ReadWrite.All',
} as const;
export const CHANNEL_MEMBER_RIGHTS = { read: 'ChannelMember.Read.All', write: 'ChannelMember.ReadWrite.All' } as const;
/** Making one takes TeamsTab.Create at least; changing it, this: https://learn.microsoft.com/en-us/graph/api/channel-patch-tabs */
export const CHANNEL_TAB_RIGHTS = { read: 'TeamsTab.Read.All', write: 'TeamsTab.ReadWrite.All' } as const;
