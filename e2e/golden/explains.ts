/** Which properties a fidelity note speaks of: a difference elsewhere is one that nobody was told of. */
const EXPLAINS: Readonly<Record<string, readonly string[]>> = {
  // Mail
  'message-id-added': ['identity'],
  'subject-cut': ['subject'],
  'sent-date-added': ['sent'],
  'header-cut': ['subject', 'from', 'to', 'cc'],
  'date-changed': ['received'],
  'date-dropped': ['received', 'sent'],
  'flag-dropped': ['flagged', 'read', 'importance'],
  'original-attached': ['attachments', 'text', 'from', 'to', 'cc', 'subject', 'sent'],
  'address-dropped': ['from', 'to', 'cc'],
  // Events
  'people-in-body': ['attendees', 'organizer', 'text'],
  'people-not-mapped': ['attendees', 'organizer'],
  'details-in-body': ['text', 'attachments'],
  'fields-in-notes': ['text'],
  'mark-in-notes': ['text'],
  'document-exported': ['path', 'identity', 'content', 'size', 'versions'],
  'name-twin': ['path', 'identity'],
  'name-cut': ['path', 'identity'],
  'version-added': ['versions'],
  'meeting-link': ['text'],
  'floating-time-fixed': ['zone', 'start', 'end', 'instances'],
  'recurrence-not-held': ['recurring', 'instances', 'howMany', 'text'],
  'exception-not-held': ['instances', 'exceptions'],
  'exception-not-moved': ['instances', 'exceptions'],
  'end-before-start': ['end', 'instances'],
  'cancelled-shown-free': ['status', 'busy'],
  'reminders-not-held': ['reminder'],
  'location-shortened': ['location'],
  'hour-not-held': ['due', 'start'],
  'start-missing': ['start'],
  // Contacts
  'photo-not-held': ['photo'],
  'fields-not-held': ['emails', 'phones', 'addresses', 'text', 'urls', 'other'],
  'name-added': ['name', 'identity'],
  'title-added': ['title', 'identity'],
  // Tasks
  'subtask-not-linked': ['parent'],
  // All
  'not-exported-whole': [],
  'not-imported-whole': [],
  'attachment-not-held': ['attachments'],
  'subject-shortened': ['subject'],
  // Files
  renamed: ['path', 'identity'],
  'name-encoded': ['path', 'identity'],
  'office-rewritten': ['content', 'size'],
  'unknown-principal': ['grants'],
  'owner-as-writer': ['grants'],
  'commenter-as-reader': ['grants'],
  'link-with-password': ['grants'],
  'domain-not-here': ['grants'],
};

export const explained = (code: string, property: string): boolean => EXPLAINS[code]?.includes(property) === true;
