/** One of the folders that every mailbox has, and that are named without an id whatever they are called. */
export interface WellKnownFolder {
  readonly name: string;
  readonly parent: string | undefined;
  readonly hidden: boolean;
  /** Display names by language; the first is English. */
  readonly names: { readonly en: string; readonly de: string; readonly fr: string };
}

function folder(name: string, en: string, de: string, fr: string, parent = 'msgfolderroot', hidden = false) {
  return { name, parent, hidden, names: { en, de, fr } };
}

/** Source of the names: learn.microsoft.com/graph/api/resources/mailfolder. */
export const WELL_KNOWN: readonly WellKnownFolder[] = [
  { name: 'msgfolderroot', parent: undefined, hidden: false, names: names('Top of Information Store') },
  folder('inbox', 'Inbox', 'Posteingang', 'Boîte de réception'),
  folder('drafts', 'Drafts', 'Entwürfe', 'Brouillons'),
  folder('sentitems', 'Sent Items', 'Gesendete Elemente', 'Éléments envoyés'),
  folder('deleteditems', 'Deleted Items', 'Gelöschte Elemente', 'Éléments supprimés'),
  folder('archive', 'Archive', 'Archiv', 'Archive'),
  folder('junkemail', 'Junk Email', 'Junk-E-Mail', 'Courrier indésirable'),
  folder('outbox', 'Outbox', 'Postausgang', 'Boîte d’envoi'),
  folder(
    'conversationhistory',
    'Conversation History',
    'Aufgezeichnete Unterhaltungen',
    'Historique des conversations',
  ),
  folder(
    'syncissues',
    'Sync Issues',
    'Synchronisierungsprobleme',
    'Problèmes de synchronisation',
    'msgfolderroot',
    true,
  ),
  folder('conflicts', 'Conflicts', 'Konflikte', 'Conflits', 'syncissues', true),
  folder('localfailures', 'Local Failures', 'Lokale Fehler', 'Défaillances locales', 'syncissues', true),
  folder('serverfailures', 'Server Failures', 'Serverfehler', 'Défaillances du serveur', 'syncissues', true),
  folder('recoverableitemsdeletions', 'Deletions', 'Deletions', 'Deletions', 'recoverableitemsroot', true),
];

function names(name: string) {
  return { en: name, de: name, fr: name };
}
