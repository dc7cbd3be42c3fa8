/**
 * MAPI properties that Graph has no name for ([MS-OXPROPS], [MS-OXOMSG]); ids as
 * https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview writes them.
 */
export const PROPERTIES = {
  /** PidTagMessageFlags: 1 read, 8 unsent. Can be set when a message is created, and never again. */
  messageFlags: 'Integer 0x0E07',
  /** PidTagMessageDeliveryTime: `receivedDateTime`, which itself is ignored in a create. */
  deliveryTime: 'SystemTime 0x0E06',
  /** PidTagClientSubmitTime: `sentDateTime`, likewise. */
  submitTime: 'SystemTime 0x0039',
  /** PidTagTransportMessageHeaders: the header as it came. */
  headers: 'String 0x007D',
  inReplyTo: 'String 0x1042',
  references: 'String 0x1039',
  messageId: 'String 0x1035',
  /** PidTagConversationIndex: what the field Thread-Index has in base64. */
  conversationIndex: 'Binary 0x0071',
  /** PidTagLastVerbExecuted. */
  lastVerb: 'Integer 0x1081',
  /** PidTagMessageSize: bytes in the store, not of the MIME. */
  size: 'Integer 0x0E08',
} as const;

export const VERBS = { none: '0', reply: '102', replyAll: '103', forward: '104' } as const;
