import type { Paged } from '../api/client.ts';

const AUTH = 'https://www.googleapis.com/auth/';

/** Scopes of the Chat API, by who acts with them. */
export const CHAT_SCOPES = {
  /** The administrator: finds spaces, sees who is in them, and makes those that are imported. */
  admin: {
    read: [`${AUTH}chat.admin.spaces.readonly`, `${AUTH}chat.admin.memberships.readonly`],
    write: [`${AUTH}chat.admin.spaces.readonly`, `${AUTH}chat.admin.memberships`, `${AUTH}chat.import`],
  },
  /** Somebody who is in the space: nobody else may read what is said there. */
  member: [`${AUTH}chat.messages.readonly`],
  /** Whoever said it, in a space that is being imported. */
  author: [`${AUTH}chat.import`],
} as const;

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces */
export interface ChatSpace {
  /** `spaces/ID` */
  readonly name: string;
  readonly displayName?: string;
  readonly spaceType?: string;
  readonly createTime?: string;
  readonly importMode?: boolean;
  readonly spaceUri?: string;
  readonly spaceDetails?: { readonly description?: string };
}

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/User */
export interface ChatUser {
  /** `users/ID`, the id being that of the directory. */
  readonly name?: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly type?: string;
}

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.members */
export interface ChatMembership {
  readonly name: string;
  readonly state?: string;
  readonly role?: string;
  readonly member?: ChatUser;
  readonly groupMember?: { readonly name?: string };
  /** `INTERNAL`: of the organization that has the space. */
  readonly affiliation?: string;
}

export interface ChatAttachment {
  readonly name: string;
  readonly contentName?: string;
  readonly contentType?: string;
  readonly source?: string;
  readonly attachmentDataRef?: { readonly resourceName?: string };
  readonly driveDataRef?: { readonly driveFileId?: string };
}

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages */
export interface ChatMessage {
  readonly name: string;
  readonly clientAssignedMessageId?: string;
  readonly sender?: ChatUser;
  readonly createTime?: string;
  readonly lastUpdateTime?: string;
  readonly deleteTime?: string;
  readonly text?: string;
  /** With markup: `*bold*`, `<users/ID>`. */
  readonly formattedText?: string;
  readonly thread?: { readonly name?: string };
  readonly threadReply?: boolean;
  readonly attachment?: readonly ChatAttachment[];
  readonly attachedGifs?: readonly { readonly uri?: string }[];
  readonly cardsV2?: readonly unknown[];
  readonly emojiReactionSummaries?: readonly {
    readonly emoji?: { readonly unicode?: string };
    readonly reactionCount?: number;
  }[];
}

export interface ChatReaction {
  readonly user?: ChatUser;
  readonly emoji?: { readonly unicode?: string };
}

export interface SpacesPage extends Paged {
  readonly spaces?: readonly ChatSpace[];
}
export interface MembersPage extends Paged {
  readonly memberships?: readonly ChatMembership[];
}
export interface MessagesPage extends Paged {
  readonly messages?: readonly ChatMessage[];
}
export interface ReactionsPage extends Paged {
  readonly reactions?: readonly ChatReaction[];
}

/** `spaces/ID`, as entries name one space; anything else is what spaces are called. */
export const isSpaceName = (text: string): boolean => /^spaces\/[\w-]{4,64}$/.test(text);

/** The last part of a name: `spaces/S/messages/M` → `M`. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
