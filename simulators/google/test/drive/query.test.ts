import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches, parentOf, parseQuery, type Queried } from '../../src/drive/query.ts';
import { GoogleError } from '../../src/http/errors.ts';

function file(about: {
  name?: string;
  type?: string;
  modified?: string;
  trashed?: boolean;
  parents?: string[];
  pairs?: Record<string, string>;
}): Queried {
  return {
    text: (term) => (term === 'mimeType' ? (about.type ?? 'text/plain') : (about.name ?? 'report.txt')),
    time: () => Date.parse(about.modified ?? '2024-05-01T12:00:00Z'),
    flag: () => about.trashed ?? false,
    collection: () => about.parents ?? [],
    pairs: () => new Map(Object.entries(about.pairs ?? {})),
  };
}

function found(q: string, about: Parameters<typeof file>[0] = {}): boolean {
  return matches(parseQuery(q), file(about));
}

test('names are compared whole without regard to case, and searched by the beginnings of their words', () => {
  expect(found("name = 'REPORT.txt'")).toBe(true);
  expect(found("name != 'report'")).toBe(true);
  expect(found("name contains 'Hello'", { name: 'HelloWorld' })).toBe(true);
  expect(found("name contains 'World'", { name: 'HelloWorld' })).toBe(false);
  expect(found("name contains 'World'", { name: 'Hello World' })).toBe(true);
});

test('and and or bind alike, from left to right; parentheses and not say otherwise', () => {
  const picture = { type: 'image/png', modified: '2020-01-01T00:00:00Z' };
  expect(found("mimeType = 'image/png' or mimeType = 'text/plain' and trashed = true", picture)).toBe(false);
  expect(found("mimeType = 'image/png' or (mimeType = 'text/plain' and trashed = true)", picture)).toBe(true);
  expect(found('not trashed = true and not (trashed = true)')).toBe(true);
});

test('times are in UTC unless they say otherwise', () => {
  expect(found("modifiedTime > '2024-05-01T11:59:59'")).toBe(true);
  expect(found("modifiedTime <= '2024-05-01T14:00:00+02:00'")).toBe(true);
  expect(found("modifiedTime < '2024-05-01T14:00:00+02:00'")).toBe(false);
});

test('collections and properties', () => {
  expect(found("'abc' in parents", { parents: ['abc'] })).toBe(true);
  expect(found("appProperties has { key='source' and value='7' }", { pairs: { source: '7' } })).toBe(true);
  expect(found("appProperties has { key='source' and value='8' }", { pairs: { source: '7' } })).toBe(false);
  expect(found("properties has { key='source' }", { pairs: { source: '7' } })).toBe(true);
  expect(parentOf(parseQuery("trashed = false and 'abc' in parents"))).toBe('abc');
  expect(parentOf(parseQuery("trashed = false or 'abc' in parents"))).toBeUndefined();
});

test.each([
  'name',
  "name = 'a",
  'name = a',
  "name > 'a'",
  "title = 'a'",
  "trashed = 'true'",
  "modifiedTime > 'yesterday'",
  "'a' in name",
  "name = 'a' name = 'b'",
  "(name = 'a'",
  "appProperties has { value='a' }",
  '',
])('%s is refused', (q) => {
  expect(() => parseQuery(q)).toThrow(GoogleError);
});

test('any name can be asked for once quotes and backslashes are escaped', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("'", '\\', 'ä', '🙂', ' ', 'a', '\n') }), (name) => {
      const quoted = name.replace(/['\\]/g, (character) => `\\${character}`);
      expect(found(`name = '${quoted}' and trashed = false`, { name })).toBe(true);
    }),
  );
});
