import type { ItemBody } from '../outlook/item-body.ts';
import type { Channel } from './channel.ts';
import type { ChannelMessage, MessageIdentity } from './message.ts';

/** What somebody says, and everything else as it usually is. */
export interface Said {
  readonly from: MessageIdentity | null;
  /** HTML unless said. */
  readonly content: string;
  readonly contentType?: ItemBody['contentType'];
  readonly replyTo?: ChannelMessage | undefined;
  readonly subject?: string | null;
  readonly importance?: ChannelMessage['importance'];
  readonly attachments?: ChannelMessage['attachments'];
  readonly mentions?: ChannelMessage['mentions'];
  readonly reactions?: ChannelMessage['reactions'];
  readonly hosted?: ChannelMessage['hosted'];
  readonly eventDetail?: ChannelMessage['eventDetail'];
}

/** A message of that millisecond, or of the next that is free in the channel. It isn't put there. */
export function composed(channel: Channel, said: Said, wantedAt: number): ChannelMessage {
  let at = wantedAt;
  while (channel.messages.has(`${at}`)) at++;
  return {
    id: `${at}`,
    replyToId: said.replyTo?.id ?? null,
    createdAt: at,
    modifiedAt: at,
    editedAt: null,
    deletedAt: null,
    type: said.eventDetail == null ? 'message' : 'systemEventMessage',
    eventDetail: said.eventDetail ?? null,
    from: said.from,
    subject: said.subject ?? null,
    summary: null,
    importance: said.importance ?? 'normal',
    locale: 'en-us',
    body: { contentType: said.contentType ?? 'html', content: said.content },
    attachments: said.attachments ?? [],
    mentions: said.mentions ?? [],
    reactions: [...(said.reactions ?? [])],
    hosted: said.hosted ?? new Map(),
    hidden: false,
  };
}
