/**
 * Writing takes the whole mailbox: what is removed for good (a copy that landed twice, a remigration) needs it.
 * https://developers.google.com/workspace/gmail/api/auth/scopes
 */
export const mailScopes = {
  read: ['https://www.googleapis.com/auth/gmail.readonly'],
  write: ['https://mail.google.com/'],
} as const;
