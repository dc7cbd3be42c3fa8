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
import { fromPerson } from './from-person.ts';
import type { PersonFields } from './person.ts';
import { toPerson } from './to-person.ts';

export interface ContactRead {
  readonly person: PersonFields;
  readonly uid: string;
  /** Names of labels. */
  readonly labels: readonly string[];
  readonly photo: Buffer | undefined;
  /** The picture is the one that we gave it; Google keeps it in its own way. */
  readonly isOurPhoto: boolean;
}

/**
 * A contact as vCard: as it was before it came here, where it came from us and nobody has touched it; with what was
 * changed here since, where somebody has; else as Google has it.
 */
export function contactCard(read: ContactRead, envelope: string | undefined): Buffer {
  const { person, uid, labels, photo } = read;
  const kept = keptIn(envelope);
  if (kept !== undefined)
    try {
      return restored(readCard(kept.text), kept.text, read);
    } catch {
      // What was kept can't be read any more.
    }
  return writeCard(fromPerson(person, uid, labels, photo));
}

function restored(card: Card, text: Buffer, { person, uid, labels, photo, isOurPhoto }: ContactRead): Buffer {
  const own = card.properties.find((one) => one.name === 'PHOTO' && REFERENCE.test(one.value));
  const samePhoto = own === undefined ? photo === undefined : isOurPhoto && photo !== undefined;
  const filled = own === undefined || photo === undefined || !samePhoto ? card : withPhoto(card, own, photo);
  const plan = toPerson(card);
  const base = fromPerson(plan.fields, uid, [...plan.labels].sort(), undefined);
  const changed = new Set(cardDifferences(base, fromPerson(person, uid, [...labels].sort(), undefined)));
  if (changed.size === 0 && samePhoto) return own === undefined ? text : writeCard(filled);
  const version = card.version === '4.0' ? '4.0' : '3.0';
  const fresh = convertCard(fromPerson(person, uid, labels, samePhoto ? undefined : photo), version).card.properties;
  const isTaken = ({ name }: Property): boolean => changed.has(ALIASES[name] ?? name);
  // A picture that Google took is Google's; one that it couldn't take is still the card's.
  const isOutdated = (property: Property): boolean =>
    isTaken(property) ||
    (property.name === 'PHOTO' &&
      !samePhoto &&
      (property === own || bytesIn(property) === undefined || photo !== undefined));
  return writeCard({
    version,
    properties: [
      ...filled.properties.filter((one) => !isOutdated(one) && !REFERENCE.test(one.value)),
      ...fresh.filter((one) => isTaken(one) || (one.name === 'PHOTO' && !samePhoto)),
    ],
  });
}

const REFERENCE = /sterna:[0-9a-f]{32}$/;

function withPhoto(card: Card, own: Property, photo: Buffer): Card {
  const hash = /([0-9a-f]{32})$/.exec(own.value)?.[1] ?? hashOf(photo);
  const component: Component = { name: 'VCARD', properties: card.properties, components: [] };
  return { ...card, properties: withBytes(component, new Map([[hash, photo]])).properties };
}

/** Names that other programs have for what is read from Google under one. */
const ALIASES: Readonly<Record<string, string>> = {
  ANNIVERSARY: 'X-ANNIVERSARY',
  'X-JABBER': 'IMPP',
  'X-AIM': 'IMPP',
  'X-ICQ': 'IMPP',
  'X-MSN': 'IMPP',
  'X-YAHOO': 'IMPP',
  'X-SKYPE': 'IMPP',
};

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
