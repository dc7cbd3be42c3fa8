import {
  bytesIn,
  type Card,
  type Component,
  cardDifferences,
  convertCard,
  hashOf,
  keptIn,
  type Property,
  readCard,
  withBytes,
  writeComponents,
} from '@sterna/content';
import { fromContact } from './from-contact.ts';
import type { ContactFields, GraphContact } from './graph-contact.ts';
import { toContact } from './to-contact.ts';

/**
 * A contact as vCard: as it was before it came here, where it came from us and nobody has touched it; with what was
 * changed here since, where somebody has; else as Outlook has it.
 */
export function contactCard(
  contact: ContactFields & Partial<GraphContact>,
  uid: string,
  photo: Buffer | undefined,
  envelope: string | undefined,
): Buffer {
  const kept = keptIn(envelope);
  if (kept !== undefined)
    try {
      return restored(readCard(kept.text), kept.text, contact, uid, photo);
    } catch {
      // What was kept can't be read any more.
    }
  return writeCard(fromContact(contact, uid, photo));
}

function restored(card: Card, text: Buffer, contact: ContactFields, uid: string, photo: Buffer | undefined): Buffer {
  const own = card.properties.find((one) => one.name === 'PHOTO' && /sterna:[0-9a-f]{32}$/.test(one.value));
  const wanted = own === undefined ? undefined : /([0-9a-f]{32})$/.exec(own.value)?.[1];
  const samePhoto = wanted === (photo === undefined ? undefined : hashOf(photo));
  const filled =
    photo === undefined
      ? card
      : { ...card, properties: withBytes(asComponent(card), new Map([[hashOf(photo), photo]])).properties };
  const base = fromContact(toContact(card).fields, uid, undefined);
  const named = base.properties.some(({ name }) => name === 'X-EVOLUTION-FILE-AS');
  // What it is filed under was Outlook's own choice, which isn't the same everywhere.
  const now = fromContact(named ? contact : { ...contact, fileAs: null }, uid, undefined);
  const changed = new Set(cardDifferences(base, now));
  if (changed.size === 0 && samePhoto) return photo === undefined ? text : writeCard(filled);
  const version = card.version === '4.0' ? '4.0' : '3.0';
  const fresh = convertCard(fromContact(contact, uid, samePhoto ? undefined : photo), version).card.properties;
  const isTaken = ({ name }: Property): boolean => changed.has(name) || changed.has(ALIASES[name] ?? name);
  // A picture that Outlook took is Outlook's; one that it couldn't take is still the card's.
  const isOutdated = (property: Property): boolean =>
    isTaken(property) ||
    (property.name === 'PHOTO' &&
      !samePhoto &&
      (property === own || bytesIn(property) === undefined || photo !== undefined));
  return writeCard({
    version,
    properties: [
      ...filled.properties.filter((one) => !isOutdated(one) && !/sterna:[0-9a-f]{32}$/.test(one.value)),
      ...fresh.filter((one) => isTaken(one) || (one.name === 'PHOTO' && !samePhoto)),
    ],
  });
}

/** Names that other programs have for what is read from Outlook under one. */
const ALIASES: Readonly<Record<string, string>> = {
  'X-EVOLUTION-ASSISTANT': 'X-ASSISTANT',
  'X-EVOLUTION-MANAGER': 'X-MANAGER',
  'X-EVOLUTION-SPOUSE': 'X-SPOUSE',
  'X-EVOLUTION-OFFICE': 'X-OFFICE',
  'X-JABBER': 'IMPP',
  'X-AIM': 'IMPP',
  'X-ICQ': 'IMPP',
  'X-MSN': 'IMPP',
  'X-YAHOO': 'IMPP',
  'X-SKYPE': 'IMPP',
};

const asComponent = ({ properties }: Card): Component => ({ name: 'VCARD', properties, components: [] });

export const writeCard = ({ version, properties }: Card): Buffer =>
  writeComponents([
    {
      name: 'VCARD',
      properties: [
        { group: undefined, name: 'VERSION', parameters: [], value: version === '2.1' ? '3.0' : version },
        ...properties,
      ],
      components: [],
    },
  ]);
