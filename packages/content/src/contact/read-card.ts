import { SternaError } from '@sterna/core';
import type { Component, Property } from '../lines/content-line.ts';
import { ContentLineError, decodeText, readProperty, unfoldedLines } from '../lines/read-lines.ts';

export type CardVersion = '2.1' | '3.0' | '4.0';

export interface Card {
  readonly version: CardVersion;
  /** Without VERSION; values as vCard 3 and 4 write them, whatever the version was. */
  readonly properties: readonly Property[];
}

/** Properties whose value is structured: `;` and `,` in it have a meaning. */
const STRUCTURED: ReadonlySet<string> = new Set([
  'N',
  'ADR',
  'ORG',
  'GENDER',
  'CATEGORIES',
  'NICKNAME',
  'CLIENTPIDMAP',
]);

/** Values that no version escapes: addresses of the web, places, moments. */
const UNESCAPED: ReadonlySet<string> = new Set([
  'URL',
  'SOURCE',
  'IMPP',
  'FBURL',
  'CALURI',
  'CALADRURI',
  'GEO',
  'UID',
  'REV',
  'BDAY',
]);

/**
 * One vCard of any version: 2.1 with its quoted-printable, character sets and nameless types (its standard has no RFC),
 * 3.0 (RFC 2426) or 4.0 (RFC 6350).
 *
 * @throws SternaError object `invalid-contact` with what is wrong and where
 */
export function readCard(body: Buffer): Card {
  const cards = readCards(body);
  const [first] = cards;
  if (first === undefined) throw invalidCard('it holds no VCARD');
  if (cards.length > 1) throw invalidCard(`it holds ${cards.length} cards instead of one`);
  return first;
}

/** All cards of a file. @throws SternaError object `invalid-contact` */
export function readCards(body: Buffer): readonly Card[] {
  const cards: Card[] = [];
  try {
    for (const component of rawCards(body)) cards.push(cardOf(component));
  } catch (thrown) {
    if (!(thrown instanceof ContentLineError)) throw thrown;
    throw invalidCard(`line ${thrown.line}: ${thrown.message}`);
  }
  return cards;
}

export const invalidCard = (what: string): SternaError =>
  new SternaError('object', 'invalid-contact', `This contact is invalid: ${what}.`, {
    fix: 'Open it in the source’s address book and save it again, or leave it out; then start a delta pass.',
  });

/** Lines of each VCARD; a card in a card (AGENT of vCard 2.1) is left where it is: in its outer one's lines. */
function* rawCards(body: Buffer): Generator<Component> {
  let depth = 0;
  let properties: Property[] = [];
  let last = 0;
  for (const { text, line } of joinedLines(body)) {
    last = line;
    if (text.trim() === '') continue;
    const marker = /^\s*(BEGIN|END)\s*:\s*VCARD\s*$/i.exec(text)?.[1]?.toUpperCase();
    if (marker === 'BEGIN') {
      depth += 1;
      if (depth === 1) properties = [];
      continue;
    }
    if (marker === 'END') {
      if (depth === 0) throw new ContentLineError(line, 'END:VCARD closes nothing');
      depth -= 1;
      if (depth === 0) yield { name: 'VCARD', properties, components: [] };
      continue;
    }
    if (depth === 0) throw new ContentLineError(line, 'a property stands outside of any card');
    // The inner card of an AGENT: what it says belongs to somebody else.
    if (depth > 1) continue;
    properties.push(readProperty(text, line));
  }
  if (depth > 0) throw new ContentLineError(last, 'VCARD is not closed');
}

/** Unfolded, and quoted-printable values (which fold with `=` at the end of a line) joined. */
function joinedLines(body: Buffer): { text: string; line: number }[] {
  const isQuoted = (text: string): boolean => /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(text);
  const joined: { text: string; line: number }[] = [];
  let isOpen = false;
  for (const { text, line } of unfoldedLines(body)) {
    const last = joined.at(-1);
    if (isOpen && last !== undefined) last.text = `${last.text.slice(0, -1)}${text}`;
    else joined.push({ text, line });
    const current = joined.at(-1)?.text ?? '';
    isOpen = isQuoted(current) && current.endsWith('=');
  }
  return joined;
}

function cardOf(component: Component): Card {
  const given = component.properties.find((one) => one.name === 'VERSION')?.value.trim();
  const version: CardVersion = given === '4.0' || given === '2.1' ? given : '3.0';
  const properties = component.properties
    .filter((one) => one.name !== 'VERSION')
    .map((one) => (version === '2.1' || isQuotedPrintable(one) ? modernized(one) : one))
    .map(withPlainTypes);
  return { version, properties };
}

/** `TYPE="voice,home"`, as RFC 6350 section 6.4.1 has it: two types in one pair of quotes. */
function withPlainTypes(property: Property): Property {
  if (!property.parameters.some((one) => one.name === 'TYPE' && one.values.some((value) => value.includes(','))))
    return property;
  const parameters = property.parameters.map((one) =>
    one.name === 'TYPE'
      ? { ...one, values: one.values.flatMap((value) => value.split(',').map((type) => type.trim())) }
      : one,
  );
  return { ...property, parameters };
}

const isQuotedPrintable = (property: Property): boolean =>
  property.parameters.some(({ values }) => values.some((value) => value.toUpperCase() === 'QUOTED-PRINTABLE'));

/** A property of vCard 2.1 as 3.0 writes it. */
function modernized(property: Property): Property {
  const flat = property.parameters.flatMap(({ name, values }) => values.map((value) => ({ name, value })));
  const encoding = flat
    .find(({ name, value }) => name === 'ENCODING' || /^(QUOTED-PRINTABLE|BASE64|B|7BIT|8BIT)$/i.test(value))
    ?.value.toUpperCase();
  const charset = flat.find(({ name }) => name === 'CHARSET')?.value;
  const isBinary = encoding === 'BASE64' || encoding === 'B';
  const types = flat.filter(
    ({ name, value }) => name === 'TYPE' && !/^(QUOTED-PRINTABLE|BASE64|7BIT|8BIT)$/i.test(value),
  );
  const others = property.parameters.filter(({ name }) => !['TYPE', 'ENCODING', 'CHARSET'].includes(name));
  let { value } = property;
  if (encoding === 'QUOTED-PRINTABLE') value = escapedLoosely(decodeQuoted(value, charset), property.name);
  else if (isBinary) value = value.replace(/\s+/g, '');
  else value = escapedLoosely(value, property.name);
  return {
    ...property,
    parameters: [
      ...others,
      ...(types.length === 0 ? [] : [{ name: 'TYPE', values: types.map((one) => one.value) }]),
      ...(isBinary ? [{ name: 'ENCODING', values: ['b'] }] : []),
    ],
    value,
  };
}

function decodeQuoted(value: string, charset: string | undefined): string {
  const bytes = Buffer.from(
    value
      .replace(/=\r?\n/g, '')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  if (charset === undefined) return decodeText(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return decodeText(bytes);
  }
}

/** vCard 2.1 knows no escapes but `\;`: commas and line ends are text. */
function escapedLoosely(value: string, name: string): string {
  // A line end that was quoted-printable would end the line that it is written in.
  if (UNESCAPED.has(name)) return value.replace(/[\r\n]+/g, '');
  const lines = value.replace(/\r\n|\r|\n/g, '\\n');
  return STRUCTURED.has(name) ? lines.replace(/(?<!\\),/g, '\\,') : lines.replace(/(?<!\\)([,;])/g, '\\$1');
}
