import { MessageDigest, messageDigest } from './message-digest.ts';
import { isSealedMessage, messageAddresses, prepareMessage } from './message-links.ts';
import { messageMatchKey } from './message-match-key.ts';
import { saysTheSame } from './message-meaning.ts';
import { messageSubject } from './message-subject.ts';
import type { Pivot } from './pivot.ts';

export const messagePivot: Pivot = {
  matchKey: messageMatchKey,
  digest: messageDigest,
  hasher: () => new MessageDigest(),
  hasNaturalKey: false,
  saysTheSame,
  subject: messageSubject,
  addresses: messageAddresses,
  isSealed: isSealedMessage,
  isFinal: true,
  prepare: prepareMessage,
};
