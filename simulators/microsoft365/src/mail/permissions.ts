/** One of these reads mail, whole. */
export const READ_MAIL = ['Mail.Read', 'Mail.ReadWrite'] as const;
export const WRITE_MAIL = ['Mail.ReadWrite'] as const;
export const READ_SETTINGS = ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'] as const;
export const WRITE_SETTINGS = ['MailboxSettings.ReadWrite'] as const;
