import { createHash } from 'node:crypto';
import { escapeText, type Property, unescapeText } from '../lines/content-line.ts';
import { writeComponents } from '../lines/write-lines.ts';
import type { ContentNote, Pivot, PrepareOptions } from '../pivot.ts';
import { canonicalCard, cardDifferences, convertCard } from './convert-card.ts';
import { type Card, invalidCard, readCard } from './read-card.ts';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);

const valueIn = (card: Card, name: string): string | undefined =>
  card.properties.find((one) => one.name === name && one.value.trim() !== '')?.value.trim();

const plain = (value: string): string => unescapeText(value).replace(/\s+/g, ' ').trim();

/** Contacts: vCard 4 (RFC 6350) or 3 (RFC 2426), one card. */
export const contactPivot: Pivot = {
  hasNaturalKey: true,
  matchKey: (body) => {
    const card = readCard(body);
    return hash(`VCARD\0${(valueIn(card, 'UID') ?? madeUid(card)).replace(/^urn:uuid:/i, '')}`);
  },
  digest: (body) => hash(canonicalCard(readCard(body))),
  differences: (one, other) => cardDifferences(readCard(one), readCard(other)),
  subject: (body) => nameOf(readCard(body))?.slice(0, 200),
  prepare: prepareContact,
  renamed: (body, number) => {
    const card = readCard(body);
    const uid = valueIn(card, 'UID');
    if (uid === undefined) throw invalidCard('it has no UID');
    return writeCard({
      ...card,
      properties: card.properties.map((one) =>
        one.name === 'UID' ? { ...one, value: `${uid}-sterna-${number}` } : one,
      ),
    });
  },
};

/**
 * The card as a CardDAV server may hold it (RFC 6352 section 5.1): a UID, a name to show, a version that the target
 * takes. Untouched, byte by byte, where there is nothing to be done.
 */
function prepareContact(body: Buffer, options: PrepareOptions): { body: Buffer; notes: readonly ContentNote[] } {
  const given = readCard(body);
  const tidy = given.properties.map(tidied);
  const card = tidy.every((one, i) => one === given.properties[i]) ? given : { ...given, properties: tidy };
  const accepted = options.cardVersions ?? ['3.0', '4.0'];
  const version = card.version !== '2.1' && accepted.includes(card.version) ? card.version : (accepted[0] ?? '3.0');
  const { card: converted, notes } = convertCard(card, version);
  const added: Property[] = [];
  const own: ContentNote[] = [...notes];
  const property = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value });
  if (valueIn(converted, 'FN') === undefined) {
    const name = nameOf(converted);
    if (name === undefined) throw invalidCard('it has neither a name, nor a company, nor an address');
    added.push(property('FN', escapeText(name)));
    own.push({
      code: 'name-added',
      text: 'It had no name to show, which every server demands; it shows what else names it.',
    });
  }
  if (
    version === '3.0' &&
    valueIn(converted, 'N') === undefined &&
    !converted.properties.some((one) => one.name === 'N')
  )
    added.push(property('N', `${escapeText(nameOf(converted) ?? '')};;;;`));
  if (valueIn(converted, 'UID') === undefined) {
    added.push(property('UID', madeUid(converted)));
    own.push({ code: 'uid-added', text: 'It had no UID, which every server demands; it was given one.' });
  }
  if (added.length === 0 && converted === given && given.version === version) return { body, notes: own };
  const kept = converted.properties.filter((one) => !added.some((other) => other.name === one.name));
  return { body: writeCard({ version, properties: [...kept, ...added] }), notes: own };
}

/** One text each (RFC 6350 section 6): a comma or semicolon in them is part of it. */
const TEXTS: ReadonlySet<string> = new Set(['FN', 'NOTE', 'TITLE', 'ROLE', 'LABEL', 'MAILER', 'SORT-STRING']);

/**
 * Escapes as the standard has them: `\\:` and `\\"` of old programs mean the sign alone, and a strict server takes their
 * backslash for a part of the text. Says the same.
 *
 * @returns the same object where nothing is to be done
 */
function tidied(property: Property): Property {
  const isText = TEXTS.has(property.name);
  const value = property.value.replace(/\\[\s\S]|[,;]/g, (sign) => {
    if (sign === '\\:' || sign === '\\"') return sign.slice(1);
    return sign.length === 1 && isText ? `\\${sign}` : sign;
  });
  return value === property.value ? property : { ...property, value };
}

function writeCard(card: Card): Buffer {
  return writeComponents([
    {
      name: 'VCARD',
      properties: [{ group: undefined, name: 'VERSION', parameters: [], value: card.version }, ...card.properties],
      components: [],
    },
  ]);
}

/** What a person would call this card. */
function nameOf(card: Card): string | undefined {
  const full = valueIn(card, 'FN');
  if (full !== undefined) return plain(full);
  const parts = (valueIn(card, 'N') ?? '').split(/(?<!\\);/).map(plain);
  const name = [parts[3], parts[1], parts[2], parts[0], parts[4]].filter(Boolean).join(' ');
  if (name !== '') return name;
  for (const other of ['ORG', 'NICKNAME', 'EMAIL', 'TEL', 'IMPP']) {
    const value = valueIn(card, other);
    if (value !== undefined) return plain(value.split(/(?<!\\);/)[0] ?? value);
  }
  return undefined;
}

/** From name and addresses: the same card gets the same one in every pass, also after its notes were edited. */
function madeUid(card: Card): string {
  const addresses = card.properties
    .filter((one) => one.name === 'EMAIL' || one.name === 'TEL')
    .map((one) => plain(one.value).toLowerCase())
    .sort();
  return `${createHash('sha256')
    .update(JSON.stringify([nameOf(card) ?? '', addresses]))
    .digest('hex')
    .slice(0, 32)}@sterna`;
}
