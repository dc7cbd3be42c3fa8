import type { Change, ChangeFacets } from '@sterna/connector-kit';
import { messageMatchKey } from '@sterna/content';
import type { Removed } from '../graph/page.ts';
import { expandProperties, propertyOf, STAMP_PROPERTY, stampOf } from '../graph/stamp.ts';
import { flagsOf, type MessageState } from './flags.ts';
import { PROPERTIES } from './properties.ts';

/** What a listing asks of a message. */
export interface ListedMessage extends MessageState, Removed {
  readonly id: string;
  readonly createdDateTime?: string | null;
  readonly receivedDateTime?: string | null;
  readonly sentDateTime?: string | null;
  readonly internetMessageId?: string | null;
  readonly subject?: string | null;
  readonly from?: {
    readonly emailAddress?: { readonly name?: string | null; readonly address?: string | null };
  } | null;
}

const STATE = ['id', 'receivedDateTime', 'isRead', 'isDraft', 'flag', 'categories'] as const;
const KEY = ['sentDateTime', 'internetMessageId', 'subject', 'from'] as const;

type Wanted = Pick<ChangeFacets, 'matchKey' | 'size'>;

/** `$select` and `$expand` for a listing with these facets; state and date are always in it. */
export const listingQuery = ({ matchKey, size }: Wanted): { readonly $select: string; readonly $expand: string } => ({
  $select: [...STATE, ...(matchKey === true ? KEY : [])].join(','),
  $expand: expandProperties([
    PROPERTIES.lastVerb,
    ...(size === true ? [PROPERTIES.size] : []),
    ...(matchKey === true ? [PROPERTIES.headers, STAMP_PROPERTY] : []),
  ]),
});

export const dateOf = ({ receivedDateTime }: ListedMessage): Date | undefined => {
  const date = new Date(receivedDateTime ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** Bytes as the mailbox counts them; the MIME that is read may have a few more or less. */
export function sizeOf({ singleValueExtendedProperties }: ListedMessage): number | undefined {
  const size = Number(propertyOf(singleValueExtendedProperties, PROPERTIES.size) ?? Number.NaN);
  return Number.isFinite(size) ? size : undefined;
}

/**
 * Of what we wrote, as the stamp says. Out of the header as it came, where the message has one: then it is the key of the
 * same message anywhere else. What was written in this mailbox has none, and its fields are put together as most programs would.
 */
export function matchKeyOf(message: ListedMessage): Buffer {
  const { singleValueExtendedProperties: properties } = message;
  const key = stampOf(properties)?.key;
  if (key !== undefined) return key;
  const header = propertyOf(properties, PROPERTIES.headers);
  if (header !== undefined && header !== '') return messageMatchKey(Buffer.from(header, 'utf8'));
  const { internetMessageId, sentDateTime, from, subject } = message;
  const { name, address } = from?.emailAddress ?? {};
  const lines = [
    internetMessageId ? `Message-ID: ${internetMessageId}` : undefined,
    sentDateTime ? `Date: ${new Date(sentDateTime).toUTCString().replace('GMT', '+0000')}` : undefined,
    address ? `From: ${name && name !== address ? `"${name}" <${address}>` : address}` : undefined,
    subject ? `Subject: ${subject}` : undefined,
  ];
  return messageMatchKey(Buffer.from(`${lines.filter((line) => line !== undefined).join('\r\n')}\r\n\r\n`, 'utf8'));
}

export function changeOf(message: ListedMessage, facets: ChangeFacets): Change {
  const date = dateOf(message);
  const size = facets.size === true ? sizeOf(message) : undefined;
  return {
    id: message.id,
    flags: flagsOf(message),
    ...(facets.date === true && date !== undefined ? { date } : {}),
    ...(size === undefined ? {} : { size }),
    ...(facets.matchKey === true ? { matchKey: matchKeyOf(message) } : {}),
  };
}
