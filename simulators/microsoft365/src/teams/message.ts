import type { ItemBody } from '../outlook/item-body.ts';

export const IMPORTANCES = ['normal', 'high', 'urgent'] as const;

/** Somebody as a message tells it: a user of this tenant, or an app. */
export interface MessageIdentity {
  readonly kind: 'user' | 'application';
  readonly id: string;
  readonly displayName: string | null;
}

export interface MessageAttachment {
  readonly id: string;
  /** `reference` (a file), `messageReference`, or a card's type. */
  readonly contentType: string;
  readonly contentUrl: string | null;
  readonly content: string | null;
  readonly name: string | null;
  readonly thumbnailUrl: string | null;
  readonly teamsAppId: string | null;
}

export interface Mention {
  /** The number in `<at id="0">`. */
  readonly id: number;
  readonly mentionText: string;
  readonly mentioned:
    | MessageIdentity
    | {
        readonly kind: 'conversation';
        readonly id: string;
        readonly displayName: string;
        readonly type: ConversationType;
      };
}

export const CONVERSATION_TYPES = ['team', 'channel', 'chat'] as const;
export type ConversationType = (typeof CONVERSATION_TYPES)[number];

export interface Reaction {
  /** `like`, `heart`, … or an emoji. */
  readonly reactionType: string;
  readonly displayName: string | null;
  readonly at: number;
  readonly by: MessageIdentity;
}

/** A picture that lies in the message itself. */
export interface HostedContent {
  readonly id: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface ChannelMessage {
  /** The millisecond of its making, which is therefore the channel's own. */
  readonly id: string;
  /** The message that it answers. */
  readonly replyToId: string | null;
  readonly createdAt: number;
  modifiedAt: number;
  editedAt: number | null;
  deletedAt: number | null;
  readonly type: 'message' | 'systemEventMessage';
  /** What happened, of a message that the system wrote. */
  readonly eventDetail: Record<string, unknown> | null;
  /** Null of what the system wrote. */
  readonly from: MessageIdentity | null;
  subject: string | null;
  summary: string | null;
  importance: (typeof IMPORTANCES)[number];
  readonly locale: string;
  body: ItemBody;
  attachments: readonly MessageAttachment[];
  mentions: readonly Mention[];
  readonly reactions: Reaction[];
  readonly hosted: Map<string, HostedContent>;
  /** It was imported, and its channel's migration isn't over. */
  hidden: boolean;
}
