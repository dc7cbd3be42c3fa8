import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { pivotOf } from '../src/index.ts';
import {
  type Block,
  escaped,
  type Line,
  parameterTexts,
  type Style,
  styles,
  texts,
  unfolded,
  written,
} from './rewriting.ts';

const RUNS = process.env.STERNA_TEST_LONG === undefined ? 700 : 30_000;
const contact = pivotOf('contact');
const unmapped = { mapping: () => undefined };

/** A contact as a person knows it, before any version of the standard. */
interface Person {
  readonly uid: string;
  readonly name: string;
  readonly family: string;
  readonly given: string;
  readonly note: string;
  readonly org: string;
  readonly phones: readonly {
    readonly kind: 'home' | 'work' | 'cell';
    readonly number: string;
    readonly first: boolean;
  }[];
  readonly address: { readonly street: string; readonly city: string } | undefined;
  readonly photo: Buffer | undefined;
  readonly label: { readonly url: string; readonly text: string } | undefined;
  readonly extra: string | undefined;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** vCard 2.1 has no way to write a backslash before another sign so that all programs read it. */
const plainTexts = texts.map((text) => text.replace(/[\\^]/g, '/'));
const words = plainTexts.map((text) => text.replace(/\n/g, ' '));

const persons: fc.Arbitrary<Person> = fc.record({
  uid: fc.uuid(),
  name: words,
  family: words,
  given: words,
  note: plainTexts,
  org: words,
  phones: fc.uniqueArray(
    fc.record({
      kind: fc.constantFrom('home' as const, 'work' as const, 'cell' as const),
      number: fc.integer({ min: 1_000, max: 9_999_999 }).map((n) => `+49 ${n}`),
      first: fc.boolean(),
    }),
    { maxLength: 4, selector: (one) => one.number },
  ),
  address: maybe(fc.record({ street: words, city: words })),
  photo: maybe(fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes))),
  label: maybe(fc.record({ url: fc.constantFrom('https://x.test/a', 'https://y.test/?b;c,d'), text: words })),
  extra: maybe(words),
});

const line = (name: string, value: string, params: Line['params'] = []): Line => ({ name, value, params });

/** vCard 3.0 (RFC 2426) or 4.0 (RFC 6350). */
function modern(person: Person, version: '3.0' | '4.0'): Block {
  const isFour = version === '4.0';
  const { address, photo, label } = person;
  return {
    name: 'VCARD',
    lines: [
      line('VERSION', version),
      line('PRODID', `-//${version}//EN`),
      line('REV', '20260101T000000Z'),
      line('UID', person.uid),
      line('FN', escaped(person.name)),
      line('N', `${escaped(person.family)};${escaped(person.given)};;;`),
      line('NOTE', escaped(person.note)),
      line('ORG', escaped(person.org)),
      ...person.phones.map(({ kind, number, first }) =>
        line('TEL', number, [
          ['TYPE', first && !isFour ? `${kind},pref` : kind],
          ...(first && isFour ? ([['PREF', '1']] as const) : []),
        ]),
      ),
      ...(address === undefined
        ? []
        : [line('ADR', `;;${escaped(address.street)};${escaped(address.city)};;;`, [['TYPE', 'home']])]),
      ...(photo === undefined
        ? []
        : [
            isFour
              ? line('PHOTO', `data:image/png;base64,${photo.toString('base64')}`)
              : line('PHOTO', photo.toString('base64'), [
                  ['ENCODING', 'b'],
                  ['TYPE', 'PNG'],
                ]),
          ]),
      ...(label === undefined ? [] : [line('item1.URL', label.url), line('item1.X-ABLabel', escaped(label.text))]),
      ...(person.extra === undefined ? [] : [line('X-OWN', escaped(person.extra))]),
    ],
  };
}

const quotedPrintable = (text: string): string =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) =>
      byte > 32 && byte < 127 && byte !== 61
        ? String.fromCharCode(byte)
        : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');

/** vCard 2.1: quoted-printable with soft breaks at any place, nameless types, no escapes but `\;`. */
function old(person: Person, style: Style): Buffer {
  const soft = (text: string): string =>
    text.replace(
      new RegExp(`((?:=[0-9A-F]{2}|[^=]){${Math.max(20, Math.min(60, style.width))}})(?=.)`, 'g'),
      `$1=${style.end}`,
    );
  const text = (name: string, value: string): string =>
    `${name};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:${soft(quotedPrintable(value))}`;
  const part = (value: string): string => value.replace(/;/g, '\\;');
  const { address, photo, label } = person;
  return Buffer.from(
    [
      'BEGIN:VCARD',
      'VERSION:2.1',
      `UID:${person.uid}`,
      text('FN', person.name),
      text('N', `${part(person.family)};${part(person.given)};;;`),
      text('NOTE', person.note.replace(/\n/g, '\r\n')),
      text('ORG', part(person.org)),
      ...person.phones.map(({ kind, number, first }) => `TEL;${kind.toUpperCase()}${first ? ';PREF' : ''}:${number}`),
      ...(address === undefined ? [] : [text('ADR;HOME', `;;${part(address.street)};${part(address.city)};;;`)]),
      ...(photo === undefined
        ? []
        : [`PHOTO;ENCODING=BASE64;PNG:${photo.toString('base64').replace(/.{60}(?=.)/g, `$&${style.end} `)}`, '']),
      ...(label === undefined ? [] : [`item1.URL:${label.url}`, text('item1.X-ABLabel', label.text)]),
      ...(person.extra === undefined ? [] : [text('X-OWN', person.extra)]),
      'END:VCARD',
      '',
    ].join(style.end),
    'utf8',
  );
}

test('a contact is the same in any version, however it is written', () => {
  fc.assert(
    fc.property(persons, styles, styles, (person, one, other) => {
      const three = written(modern(person, '3.0'), one);
      const four = written(modern(person, '4.0'), other);
      const two = old(person, one);
      expect(contact.differences?.(three, four)).toEqual([]);
      expect(contact.differences?.(three, two)).toEqual([]);
      expect(contact.digest(four)).toEqual(contact.digest(three));
      expect(contact.digest(two)).toEqual(contact.digest(three));
      expect(contact.matchKey(two)).toEqual(contact.matchKey(four));
    }),
    { numRuns: RUNS },
  );
});

/** All that ical.js finds in a card, but for housekeeping. */
function meaning(body: Buffer): string[] {
  const card = new ICAL.Component(ICAL.parse(unfolded(body)) as unknown[]);
  return card
    .getAllProperties()
    .filter((one) => !['version', 'prodid', 'rev'].includes(one.name))
    .map((one) => {
      const [name, params, , ...values] = one.toJSON() as [string, Record<string, unknown>, string, ...unknown[]];
      const kept = Object.entries(params)
        .filter(([key]) => !['group', 'encoding', 'value'].includes(key))
        .map(([key, value]) => [
          key,
          [value]
            .flat()
            .flatMap((each) => String(each).toLowerCase().split(','))
            .sort(),
        ])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
      return JSON.stringify([name, kept, values]);
    })
    .sort();
}

test('whatever it was, what is written for a target means the same, in a version that the target takes', () => {
  fc.assert(
    fc.property(persons, styles, fc.constantFrom('3.0' as const, '4.0' as const), (person, style, version) => {
      const expected = meaning(written(modern(person, version), { ...style, lowers: false }));
      for (const body of [
        old(person, style),
        written(modern(person, '3.0'), style),
        written(modern(person, '4.0'), style),
      ]) {
        const prepared = contact.prepare?.(body, { ...unmapped, cardVersions: [version] });
        const text = prepared?.body ?? Buffer.alloc(0);
        expect(prepared?.notes).toEqual([]);
        expect(text.toString('utf8')).toMatch(new RegExp(`^VERSION:${version}\\r?$`, 'im'));
        expect(meaning(text)).toEqual(expected);
        expect(contact.digest(text)).toEqual(contact.digest(body));
        expect(contact.prepare?.(text, { ...unmapped, cardVersions: [version] })?.body).toEqual(text);
      }
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
});

test('a contact is another one as soon as something is said that wasn’t', () => {
  fc.assert(
    fc.property(persons, styles, fc.nat(), parameterTexts, (person, style, pick, word) => {
      const card = modern(person, '3.0');
      const lines = card.lines.filter((one) => !['VERSION', 'PRODID', 'REV', 'UID'].includes(one.name));
      const victim = lines[pick % lines.length];
      const changed = (one: Line): Line =>
        one === victim
          ? {
              ...one,
              value: one.name === 'PHOTO' ? Buffer.from(word).toString('base64') : `${one.value}${escaped(word)}`,
            }
          : one;
      if (victim?.name === 'PHOTO' && person.photo?.equals(Buffer.from(word))) return;
      const after = written({ ...card, lines: card.lines.map(changed) }, style);
      expect(contact.digest(after)).not.toEqual(contact.digest(written(card, style)));
    }),
    { numRuns: RUNS },
  );
});
