import { DirectGmail, type Google } from '@sterna/simulator-google';

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
type Json = any;

let made = 0;

/** Settings of a mailbox, past the connector and past the API. */
export const gmailSettings = (google: Google, address: string) => {
  const { mailbox } = new DirectGmail(google, address);
  const { settings } = mailbox;
  const visible = { messageListVisibility: 'show', labelListVisibility: 'labelShow', color: undefined } as const;
  return {
    settings,
    label: (name: string): string => (mailbox.labelNamed(name) ?? mailbox.createLabel({ name, ...visible })).id,
    labelNames: (ids: readonly string[] = []) => ids.map((id) => mailbox.labels.get(id)?.name ?? id).sort(),
    filter(criteria: Json, action: Json): string {
      made += 1;
      const id = `filter-${made}`;
      settings.filters.set(id, { id, criteria, action });
      return id;
    },
    filters: (): Json[] => [...settings.filters.values()],
  };
};

/** A mailbox of a person who has settled in. */
export function furnishGmail(google: Google, address: string) {
  const gmail = gmailSettings(google, address);
  const { settings } = gmail;
  gmail.filter(
    { from: 'boss@nordwind.example', negatedQuery: 'subject:private' },
    { addLabelIds: [gmail.label('Projekte/Nord')], removeLabelIds: ['INBOX'] },
  );
  // Two of them look for the same: together they are one rule.
  gmail.filter({ query: 'subject:invoice has:attachment' }, { addLabelIds: [gmail.label('Keywords/Money')] });
  gmail.filter({ query: 'subject:invoice has:attachment' }, { addLabelIds: ['STARRED'], removeLabelIds: ['UNREAD'] });
  gmail.filter({ query: 'is:starred older_than:2d' }, { addLabelIds: ['IMPORTANT'] });
  settings.forwardingAddresses.set('deputy@nordwind.example', {
    forwardingEmail: 'deputy@nordwind.example',
    verificationStatus: 'accepted',
  });
  gmail.filter({ to: 'team@nordwind.example' }, { forward: 'deputy@nordwind.example' });
  settings.vacation = {
    enableAutoReply: true,
    restrictToContacts: true,
    restrictToDomain: false,
    responseSubject: 'Away',
    responseBodyHtml: '<p>Bin weg</p>',
    startTime: String(Date.parse('2026-12-24T07:00:00Z')),
    endTime: String(Date.parse('2027-01-04T07:00:00Z')),
  };
  const primary = settings.sendAs.get(address);
  if (primary !== undefined) primary.signature = '<b>Alice</b>';
  settings.language = { displayLanguage: 'de' };
  settings.delegates.set('deputy@nordwind.example', {
    delegateEmail: 'deputy@nordwind.example',
    verificationStatus: 'accepted',
  });
  settings.autoForwarding = { enabled: true, emailAddress: 'deputy@nordwind.example', disposition: 'archive' };
  return gmail;
}

/** How many objects those settings are. */
export const GMAIL_SETTINGS = 9;

export type GmailSettings = ReturnType<typeof gmailSettings>;
