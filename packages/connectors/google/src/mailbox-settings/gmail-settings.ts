/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.filters */
export interface GmailFilter {
  readonly id: string;
  readonly criteria?: GmailCriteria;
  readonly action?: GmailAction;
}

export interface GmailCriteria {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly query?: string;
  readonly negatedQuery?: string;
  readonly hasAttachment?: boolean;
  /** Bytes. */
  readonly size?: number;
  readonly sizeComparison?: string;
}

export interface GmailAction {
  readonly addLabelIds?: readonly string[];
  readonly removeLabelIds?: readonly string[];
  readonly forward?: string;
}

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/VacationSettings */
export interface GmailVacation {
  readonly enableAutoReply?: boolean;
  readonly responseSubject?: string;
  readonly responseBodyPlainText?: string;
  readonly responseBodyHtml?: string;
  readonly restrictToContacts?: boolean;
  readonly restrictToDomain?: boolean;
  /** Milliseconds since 1970. */
  readonly startTime?: string;
  readonly endTime?: string;
}

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.sendAs */
export interface GmailSendAs {
  readonly sendAsEmail: string;
  readonly signature?: string;
  readonly replyToAddress?: string;
  readonly isPrimary?: boolean;
}

export interface GmailLanguage {
  readonly displayLanguage?: string;
}

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.forwardingAddresses */
export interface GmailForwarding {
  readonly forwardingEmail: string;
  readonly verificationStatus?: string;
}

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/AutoForwarding */
export interface GmailAutoForwarding {
  readonly enabled?: boolean;
  readonly emailAddress?: string;
  readonly disposition?: string;
}

/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.delegates */
export interface GmailDelegate {
  readonly delegateEmail: string;
  readonly verificationStatus?: string;
}

/** Below it is all that is here. */
export const SETTINGS_PATH = '/gmail/v1/users/me/settings';

export const READ = 'https://www.googleapis.com/auth/gmail.readonly';
export const WRITE = 'https://www.googleapis.com/auth/gmail.settings.basic';
/** Who may read one’s mail is for administrators to say: only a service account gets this. */
export const SHARING = 'https://www.googleapis.com/auth/gmail.settings.sharing';

/** Units, as in api/quotas.ts. */
export const UNITS = { read: 1, writeFilter: 5, write: 5, patchSendAs: 100, writeDelegate: 100 } as const;
