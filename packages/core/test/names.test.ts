import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeName,
  encodeName,
  isCutName,
  isNameAllowed,
  type NameRules,
  NameTable,
  nameKey,
  SternaError,
  withSuffix,
  withSuffixWithin,
} from '../src/index.ts';

const WINDOWS: NameRules = {
  reserved: '\\:*?"<>|',
  noControls: true,
  reservedNames: ['desktop.ini', '.lock'],
  reservedStems: ['CON', 'PRN', 'AUX', 'NUL', 'COM1', 'LPT1'],
  reservedPrefixes: ['~$'],
  reservedParts: ['_vti_'],
  noFirst: ' ',
  noLast: '. ',
  maxName: 255,
  unit: 'utf16',
  ignoresCase: true,
};
const RULES: Readonly<Record<string, NameRules>> = {
  none: {},
  linux: { maxName: 255, unit: 'bytes' },
  windows: WINDOWS,
  'short, in bytes': { ...WINDOWS, maxName: 60, unit: 'bytes', normalizes: true },
  'shortest, in UTF-16': { maxName: 40, unit: 'utf16', normalizes: true },
  'other characters': { reserved: '%#&é🎉', noFirst: '.~é', noLast: ' .🎉', maxName: 100, unit: 'bytes' },
};
const runs = { numRuns: process.env.STERNA_TEST_LONG === undefined ? 1_500 : 20_000 };

/** What names are made of that give trouble: alone, at either end, next to each other. */
const PIECES = [
  ...['^', '^^', '^~', '^3A', '^3a', '^5E', '^2E', '^^D800', '^C3^A9', 'D800', '41', 'A', '~', '~$'],
  ...['.', '..', '...', ' ', ':', '/', '\\', '\0', '\x01', '\x7f', '?', '%', '#'],
  ...['CON', 'con', 'Nul', 'COM1', '.txt', '.TXT', 'desktop.ini', '.lock', '.', '.документ', '.a^3Ab'],
  ...['é', 'e\u0301', 'ß', 'ẞ', 'SS', 'İ', 'ı', '🎉', '\ud800', '\udc00', '\ud83c', '\udf89', '\u00a0', '\u202e'],
  ...['^~0123456789abcdef', 'x'.repeat(50), 'é'.repeat(50), '🎉'.repeat(30), ':'.repeat(30)],
];
const name = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 6 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');
/** Two that are alike more often than by chance. */
const pair = fc.oneof(
  fc.tuple(name, name),
  fc.tuple(name, fc.constantFrom(...PIECES)).map(([one, piece]) => [one, `${one}${piece}`] as [string, string]),
  fc.tuple(name, fc.constantFrom(...PIECES)).map(([one, piece]) => [one, `${piece}${one}`] as [string, string]),
  name.map((one) => [one, one.toUpperCase()] as [string, string]),
  name.map((one) => [one, one.normalize('NFC')] as [string, string]),
  // What a name becomes is a name, too.
  name.map((one) => [one, encodeName(one, WINDOWS).name] as [string, string]),
);

describe.each(Object.entries(RULES))('names: %s', (_, rules) => {
  test('whatever the name, the target can hold what becomes of it', () => {
    fc.assert(
      fc.property(name, (text) => {
        const { name: encoded } = encodeName(text, rules);
        expect(isNameAllowed(encoded, rules)).toBe(true);
        for (const char of '/\0') expect(encoded).not.toContain(char);
        expect(encoded.isWellFormed()).toBe(true);
        const length = rules.unit === 'utf16' ? encoded.length : Buffer.byteLength(encoded);
        expect(length).toBeLessThanOrEqual(rules.maxName ?? Number.POSITIVE_INFINITY);
      }),
      runs,
    );
  });

  test('it is known again, unless it was cut', () => {
    fc.assert(
      fc.property(name, (text) => {
        const { name: encoded, isCut } = encodeName(text, rules);
        expect(isCutName(encoded)).toBe(isCut);
        if (!isCut) expect(decodeName(encoded)).toBe(text);
      }),
      runs,
    );
  });

  test('two names never become one', () => {
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const same = encodeName(one, rules).name === encodeName(other, rules).name;
        expect(same).toBe(one === other);
      }),
      runs,
    );
  });

  test('a name that the target can hold stays as it is, unless it looks like an escape', () => {
    fc.assert(
      fc.property(name, (text) => {
        if (!isNameAllowed(text, rules) || /\^(?:[0-9A-F]{2}|~)/.test(text)) return;
        expect(encodeName(text, rules)).toEqual({ name: text, isCut: false });
      }),
      runs,
    );
  });

  test('less room than the rules give is kept to, or said to be too little', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: -5, max: 120 }), (text, room) => {
        let encoded: string;
        try {
          encoded = encodeName(text, rules, room).name;
        } catch (thrown) {
          expect(thrown).toMatchObject({ class: 'object', code: 'path-too-long' });
          expect(room).toBeLessThan(40);
          return;
        }
        expect(rules.unit === 'utf16' ? encoded.length : Buffer.byteLength(encoded)).toBeLessThanOrEqual(room);
        expect(isNameAllowed(encoded, rules)).toBe(true);
      }),
      runs,
    );
  });

  test('a suffix keeps to the rules, and two names with one suffix stay two', () => {
    fc.assert(
      fc.property(pair, fc.constantFrom(' (2)', '_1', '_12345'), ([one, other], suffix) => {
        const [first, second] = [one, other].map((text) =>
          withSuffixWithin(encodeName(text, { ...rules, maxName: Math.max(60, rules.maxName ?? 255) }).name, suffix, {
            ...rules,
            maxName: Math.max(60, rules.maxName ?? 255),
          }),
        );
        expect(isNameAllowed(first as string, { ...rules, maxName: Math.max(60, rules.maxName ?? 255) })).toBe(true);
        if (one !== other) expect(first).not.toBe(second);
      }),
      runs,
    );
  });

  test('a folder’s table: no key is given twice, a name is kept, and what is released is free', () => {
    const step = fc.record({
      verb: fc.constantFrom('take', 'take', 'take', 'rename', 'release', 'theirs'),
      text: fc.oneof(fc.constantFrom('a', 'A', 'a (2)', 'A (2)', 'é', 'e\u0301', ':', '^3A', 'x'.repeat(300)), name),
      owner: fc.constantFrom('1', '2', '3', '4', '5'),
      from: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const wide = { ...rules, maxName: Math.max(80, rules.maxName ?? 255) };
        const table = new NameTable(wide);
        /** Key → who was given it, and hasn't released it. */
        const given = new Map<string, string>();
        const theirs = new Set<string>();
        for (const { verb, text, owner, from } of steps) {
          const own = encodeName(text, wide).name;
          if (verb === 'theirs') {
            if (given.has(nameKey(own, wide))) continue;
            table.add(own, '');
            theirs.add(nameKey(own, wide));
            continue;
          }
          if (verb === 'release') {
            table.release(own, owner);
            if (given.get(nameKey(own, wide)) === owner) {
              given.delete(nameKey(own, wide));
              expect(table.ownerOf(own)).toBeUndefined();
            }
            continue;
          }
          const renamed = verb === 'take' ? undefined : table.takeRenamed(own, owner, '_{n}', from);
          const taken = renamed?.name ?? table.take(text, owner).name;
          const key = nameKey(taken, wide);
          expect(isNameAllowed(taken, wide)).toBe(true);
          expect(given.get(key) ?? owner).toBe(owner);
          if (renamed !== undefined) {
            expect(renamed.isTheirs).toBe(theirs.has(key));
            expect(renamed.number).toBeGreaterThanOrEqual(from);
          }
          given.set(key, owner);
          theirs.delete(key);
          for (const [held, holder] of given) expect(table.ownerOf(held)).toBe(holder);
          // The same question has the same answer.
          const again = verb === 'take' ? table.take(text, owner) : table.takeRenamed(own, owner, '_{n}', from);
          expect(again.name).toBe(taken);
        }
      }),
      runs,
    );
  });
});

test('names that differ in case alone have one key, and the key is its own', () => {
  const both = { ignoresCase: true, normalizes: true };
  for (const rules of [{ ignoresCase: true }, { normalizes: true }, both])
    fc.assert(
      fc.property(name, (text) => {
        const key = nameKey(text, rules);
        expect(nameKey(key, rules)).toBe(key);
        if ('ignoresCase' in rules)
          for (const other of [text.toUpperCase(), text.toLowerCase()]) expect(nameKey(other, rules)).toBe(key);
      }),
      runs,
    );
  for (const [one, other] of ['ßẞ', 'ſs', 'K\u212a', 'Σς', 'éÉ'].map((two) => [...two]))
    expect(nameKey(one as string, both)).toBe(nameKey(other as string, both));
  expect(nameKey('e\u0301', { ignoresCase: true })).not.toBe(nameKey('é', { ignoresCase: true }));
});

test('the documented examples', () => {
  const encoded = (text: string): string => encodeName(text, WINDOWS).name;
  expect(encoded('a:b')).toBe('a^3Ab');
  expect(encoded('CON')).toBe('^43ON');
  expect(encoded('con.txt')).toBe('^63on.txt');
  expect(encoded('end.')).toBe('end^2E');
  expect(encoded('..')).toBe('.^2E');
  expect(encoded(' ')).toBe('^20');
  expect(encoded('100^3A')).toBe('100^5E3A');
  expect(encoded('3^2=9')).toBe('3^2=9');
  expect(encoded('\ud800')).toBe('^^D800');
  expect(encodeName(`${'x'.repeat(300)}.docx`, WINDOWS).name).toMatch(/^x{232}\^~[0-9a-f]{16}\.docx$/);
  expect(() => encoded('')).toThrow(SternaError);
  expect(withSuffix('report.docx', '_1')).toBe('report_1.docx');
  expect(withSuffix('.profile', '_1')).toBe('.profile_1');
  const table = new NameTable(WINDOWS);
  expect(table.take('Case', '1')).toEqual({ name: 'Case', changed: undefined });
  expect(table.take('case', '2')).toEqual({ name: 'case (2)', changed: 'twin' });
  expect(table.take('CASE', '3')).toEqual({ name: 'CASE (3)', changed: 'twin' });
});
