import { namesOfDifferent } from '../calendar/canonical.ts';
import { type Property, unescapeText } from '../lines/content-line.ts';
import type { ContentNote } from '../pivot.ts';
import type { Card, CardVersion } from './read-card.ts';

const BINARY: ReadonlySet<string> = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY']);
const MEDIA: Readonly<Record<string, string>> = {
  JPEG: 'image/jpeg',
  JPG: 'image/jpeg',
  PNG: 'image/png',
  GIF: 'image/gif',
  BMP: 'image/bmp',
  TIFF: 'image/tiff',
  WEBP: 'image/webp',
  WAVE: 'audio/wav',
  MP3: 'audio/mpeg',
  PGP: 'application/pgp-keys',
  X509: 'application/pkix-cert',
};

/** Names that 3.0 has only as extensions of address books, and what they are in 4.0. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'X-ADDRESSBOOKSERVER-KIND': 'KIND',
  'X-ADDRESSBOOKSERVER-MEMBER': 'MEMBER',
  'X-ANNIVERSARY': 'ANNIVERSARY',
  'X-EVOLUTION-ANNIVERSARY': 'ANNIVERSARY',
  'X-GENDER': 'GENDER',
};
const TO_THREE: Readonly<Record<string, string>> = {
  KIND: 'X-ADDRESSBOOKSERVER-KIND',
  MEMBER: 'X-ADDRESSBOOKSERVER-MEMBER',
  ANNIVERSARY: 'X-ANNIVERSARY',
  GENDER: 'X-GENDER',
  RELATED: 'X-RELATED',
  LANG: 'X-LANG',
  XML: 'X-XML',
};
/** Parameters that only 4.0 has. */
const ONLY_FOUR: ReadonlySet<string> = new Set([
  'PID',
  'ALTID',
  'INDEX',
  'LEVEL',
  'CALSCALE',
  'SORT-AS',
  'GEO',
  'TZ',
  'LABEL',
  'MEDIATYPE',
  'PREF',
]);

/** The card in another version, with what that version can't hold. 2.1 is never written. */
export function convertCard(
  card: Card,
  version: Exclude<CardVersion, '2.1'>,
): { readonly card: Card; readonly notes: readonly ContentNote[] } {
  if (card.version === version) return { card, notes: [] };
  if (version === '4.0') return { card: { version, properties: toFour(card.properties) }, notes: [] };
  // 2.1 is read as 3.0 already.
  if (card.version === '2.1') return { card: { version, properties: card.properties }, notes: [] };
  const notes: ContentNote[] = [];
  const properties = card.properties.flatMap((property) => toThree(property, notes));
  return { card: { version, properties }, notes };
}

export function toFour(properties: readonly Property[]): readonly Property[] {
  return properties.flatMap((property): Property[] => {
    const name = EXTENSIONS[property.name] ?? property.name;
    const flat = property.parameters.flatMap((one) => one.values.map((value) => ({ name: one.name, value })));
    const types = flat.filter((one) => one.name === 'TYPE').map((one) => one.value);
    const isPreferred = types.some((type) => /^pref$/i.test(type));
    const isBinary = BINARY.has(name) && flat.some((one) => one.name === 'ENCODING' && /^b(ase64)?$/i.test(one.value));
    const media = types.map((type) => MEDIA[type.toUpperCase()]).find(Boolean);
    const kept = property.parameters.filter((one) => !['TYPE', 'ENCODING', 'CHARSET'].includes(one.name));
    const parameters = [
      ...(isBinary ? kept.filter((one) => one.name !== 'VALUE') : kept),
      ...typesOf(
        types.filter((type) => !/^pref$/i.test(type) && !(isBinary && MEDIA[type.toUpperCase()] !== undefined)),
      ),
      ...(isPreferred ? [{ name: 'PREF', values: ['1'] }] : []),
    ];
    let { value } = property;
    if (isBinary) value = `data:${media ?? 'application/octet-stream'};base64,${value.replace(/\s+/g, '')}`;
    else if (name === 'GEO' && /^[-+.\d]+;[-+.\d]+$/.test(value.trim()))
      value = `geo:${value.trim().replace(';', ',')}`;
    else if (name === 'MEMBER' && !/^[a-z]+:/i.test(value)) value = `urn:uuid:${value}`;
    return [{ ...property, name, parameters, value }];
  });
}

function toThree(property: Property, notes: ContentNote[]): Property[] {
  const name = TO_THREE[property.name] ?? property.name;
  const dropped = property.parameters.filter(
    (one) => ONLY_FOUR.has(one.name) && !['PREF', 'MEDIATYPE'].includes(one.name),
  );
  for (const one of dropped)
    notes.push({
      code: 'card-parameter-dropped',
      text: `${property.name} has lost its ${one.name}, which vCard 3.0 doesn’t know.`,
    });
  const types = property.parameters.filter((one) => one.name === 'TYPE').flatMap((one) => one.values);
  const isPreferred = property.parameters.some((one) => one.name === 'PREF' && one.values[0] === '1');
  const data = BINARY.has(property.name) ? /^data:([^;,]*)[^,]*;base64,(.*)$/is.exec(property.value) : null;
  const kept = property.parameters.filter((one) => one.name !== 'TYPE' && !ONLY_FOUR.has(one.name));
  const format =
    data === null ? undefined : Object.entries(MEDIA).find(([, media]) => media === data[1]?.toLowerCase())?.[0];
  const parameters = [
    ...(data === null ? kept : [...kept.filter((one) => one.name !== 'VALUE'), { name: 'ENCODING', values: ['b'] }]),
    ...typesOf([...types, ...(isPreferred ? ['PREF'] : []), ...(format === undefined ? [] : [format])]),
  ];
  let value = data === null ? property.value : (data[2] ?? '').replace(/\s+/g, '');
  if (property.name === 'GEO') value = value.replace(/^geo:([-+.\d]+),([-+.\d]+).*$/i, '$1;$2');
  if (property.name === 'TEL') value = value.replace(/^tel:/i, '');
  return [
    {
      ...property,
      name,
      parameters: property.name === 'TEL' ? parameters.filter((one) => one.name !== 'VALUE') : parameters,
      value,
    },
  ];
}

const typesOf = (types: readonly string[]) => (types.length === 0 ? [] : [{ name: 'TYPE', values: [...types] }]);

const WITHOUT_MEANING: ReadonlySet<string> = new Set(['PRODID', 'REV', 'VERSION', 'X-PRODID', 'PROFILE']);

/** One text for all ways to write the same contact, in whichever version. */
export const canonicalCard = (card: Card): string => JSON.stringify(canonicalLines(card));

/** Names of properties that one of them has and the other hasn't, or not so. */
export function cardDifferences(one: Card, other: Card): readonly string[] {
  const named = (card: Card): string[] =>
    canonicalLines(card).map((line) => `${(JSON.parse(line) as string[])[1]}\0${line}`);
  return namesOfDifferent(named(one), named(other));
}

function canonicalLines(card: Card): readonly string[] {
  const four = toFour(card.properties);
  const groups = groupNames(four);
  return four
    .filter((one) => !WITHOUT_MEANING.has(one.name))
    .map((one) => {
      const parameters = one.parameters
        .filter((parameter) => !['PID', 'CHARSET', 'MEDIATYPE'].includes(parameter.name))
        .filter(
          (parameter) =>
            !(
              parameter.name === 'VALUE' &&
              /^(text|uri|date|date-and-or-time|phone-number)$/i.test(parameter.values[0] ?? '')
            ),
        )
        .map(
          (parameter) =>
            `${parameter.name}=${[...new Set(parameter.values.map((value) => value.toLowerCase()))].sort().join(',')}`,
        )
        .sort();
      return JSON.stringify([groups.get(one.group ?? '') ?? '', one.name, merged(parameters), canonicalValue(one)]);
    })
    .filter((line) => !/,""\]$/.test(line) || /"(N|FN)"/.test(line))
    .sort();
}

/** `TYPE=home` and `TYPE=voice` in two parameters, or in one. */
function merged(parameters: readonly string[]): string[] {
  const types = parameters.filter((one) => one.startsWith('TYPE=')).flatMap((one) => one.slice(5).split(','));
  const rest = parameters.filter((one) => !one.startsWith('TYPE='));
  return types.length === 0 ? rest : [...rest, `TYPE=${[...new Set(types)].sort().join(',')}`].sort();
}

/** A group's name means nothing; that its properties belong together does. */
function groupNames(properties: readonly Property[]): ReadonlyMap<string, string> {
  const members = new Map<string, string[]>();
  for (const one of properties)
    if (one.group !== undefined)
      members.set(one.group, [...(members.get(one.group) ?? []), `${one.name}:${canonicalValue(one)}`]);
  return new Map([...members].map(([group, lines]) => [group, lines.length < 2 ? '' : lines.sort().join('|')]));
}

function canonicalValue({ name, value }: Property): string {
  if (/^(BDAY|ANNIVERSARY|DEATHDATE)$/.test(name))
    return value
      .trim()
      .replace(/[-:]/g, '')
      .replace(/T0+Z?$/, '');
  if (name === 'TEL') return value.trim().replace(/^tel:/i, '');
  if (name === 'UID' || name === 'MEMBER') return value.trim().replace(/^urn:uuid:/i, '');
  if (name === 'N' || name === 'ADR' || name === 'ORG')
    return value
      .split(/(?<!\\);/)
      .map((part) => unescapeText(part).trim())
      .join('\n;')
      .replace(/(?:\n;)+$/, '');
  if (name === 'CATEGORIES' || name === 'NICKNAME')
    return value
      .split(/(?<!\\),/)
      .map((part) => unescapeText(part).trim())
      .sort()
      .join('\n,');
  return unescapeText(value)
    .replace(/\r\n|\r/g, '\n')
    .trim();
}
