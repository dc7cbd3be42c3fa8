import type { Flags } from '@sterna/connector-kit';
import { canonical } from '../flags.ts';

/**
 * Google Takeout puts all mail into one mbox; `X-Gmail-Labels` says where each message was. A message has one place
 * here: the first of its labels that is a place, in the order of the field. Its other labels become keywords. What is
 * no place: Unread (absent: \Seen), Starred (\Flagged), Important ($Important), Opened, Archived and the categories.
 * A message without any place was archived: `Archive`. Nested labels (`Clients/North`) become nested folders.
 */
export interface Placement {
  readonly path: readonly string[];
  readonly flags: Flags;
}

const PLACES: Readonly<Record<string, readonly string[]>> = {
  inbox: ['INBOX'],
  sent: ['Sent'],
  'sent mail': ['Sent'],
  spam: ['Junk'],
  trash: ['Trash'],
  bin: ['Trash'],
  drafts: ['Drafts'],
  draft: ['Drafts'],
};

/** Takeout writes labels in the account's language; these are the ones that would lose a state or a place. */
const TRANSLATED: Readonly<Record<string, string>> = {
  posteingang: 'inbox',
  gesendet: 'sent',
  entwürfe: 'drafts',
  papierkorb: 'trash',
  ungelesen: 'unread',
  markiert: 'starred',
  wichtig: 'important',
  geöffnet: 'opened',
  archiviert: 'archived',
  'boîte de réception': 'inbox',
  'messages envoyés': 'sent',
  brouillons: 'drafts',
  corbeille: 'trash',
  'non lus': 'unread',
  suivis: 'starred',
  recibidos: 'inbox',
  enviados: 'sent',
  borradores: 'drafts',
  papelera: 'trash',
  'no leídos': 'unread',
  destacados: 'starred',
};

export function placeByLabels(labels: readonly string[]): Placement {
  let path: readonly string[] | undefined;
  const flags: string[] = ['\\Seen'];
  for (const label of labels) {
    const lower = label.toLowerCase();
    const name = TRANSLATED[lower] ?? lower;
    if (name === 'unread') flags.splice(flags.indexOf('\\Seen'), flags.includes('\\Seen') ? 1 : 0);
    else if (name === 'starred') flags.push('\\Flagged');
    else if (name === 'important') flags.push('$Important');
    else if (name === 'opened' || name === 'archived' || /^category |^kategorie|^catégorie|^categoría/.test(name))
      continue;
    else {
      if (name === 'drafts' || name === 'draft') flags.push('\\Draft');
      const place = PLACES[name] ?? label.split('/').filter((part) => part !== '');
      if (path === undefined && place.length > 0) path = place;
      else flags.push(keywordOf(label));
    }
  }
  return { path: path ?? ['Archive'], flags: canonical(flags.filter((flag) => flag !== '')) };
}

/** An atom that people recognize: `Clients/Nörd 1` → `Clients/Nord_1`. */
function keywordOf(label: string): string {
  return label
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9$!#&'+,\-./:;<=>?@[^`|}~]/g, '_')
    .slice(0, 100);
}
