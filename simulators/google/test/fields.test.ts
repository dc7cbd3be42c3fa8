import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyFields, type FieldMask, parseFields, wants } from '../src/http/fields.ts';

const VALUE = {
  kind: 'list',
  items: [
    { id: 1, title: 'a', context: { facets: [{ label: 'x', anchor: 'y' }] } },
    { id: 2, title: 'b' },
  ],
  next: 't',
};

describe('fields', () => {
  test.each([
    ['kind', { kind: 'list' }],
    ['items/id,next', { items: [{ id: 1 }, { id: 2 }], next: 't' }],
    ['items(id,context/facets(label))', { items: [{ id: 1, context: { facets: [{ label: 'x' }] } }, { id: 2 }] }],
    ['items/context/facets/anchor', { items: [{ context: { facets: [{ anchor: 'y' }] } }, {}] }],
    ['*', VALUE],
    ['items/*', { items: VALUE.items }],
    [
      'items(id), items(title)',
      {
        items: [
          { id: 1, title: 'a' },
          { id: 2, title: 'b' },
        ],
      },
    ],
    ['items/context/*/label', { items: [{ context: { facets: [{ label: 'x' }] } }, {}] }],
    ['unknown', {}],
  ])('%s', (mask, expected) => {
    expect(applyFields(VALUE, parseFields(mask))).toEqual(expected);
  });

  test.each(['', 'a,', 'a(b', 'a)b', 'a//b', '(a)', 'a b'])('%j is refused', (mask) => {
    expect(() => parseFields(mask)).toThrow(/Invalid field selection/);
  });

  test('what a mask keeps is what it says it wants, and it keeps nothing else', () => {
    const name = fc.constantFrom('a', 'b', 'c', '*');
    const tree = fc.letrec<{ mask: string }>((tie) => ({
      mask: fc.oneof(
        { depthSize: 'small' },
        name,
        fc.tuple(name, tie('mask')).map(([own, below]) => `${own}(${below})`),
        fc.tuple(tie('mask'), tie('mask')).map(([one, other]) => `${one},${other}`),
        fc.tuple(name, name).map(([own, below]) => `${own}/${below}`),
      ),
    })).mask;
    const leaf = fc.integer();
    const value = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.oneof(leaf, fc.dictionary(fc.constantFrom('a', 'b'), leaf)),
    );
    fc.assert(
      fc.property(tree, value, (text, whole) => {
        const mask = parseFields(text);
        const kept = applyFields(whole, mask) as Record<string, unknown>;
        for (const [key, item] of Object.entries(whole)) {
          expect(key in kept).toBe(wants(mask, [key]));
          for (const below of typeof item === 'object' ? Object.keys(item) : []) {
            expect(below in ((kept[key] as object | undefined) ?? {})).toBe(wants(mask, [key, below]));
          }
        }
        expect(applyFields(kept, mask)).toEqual(kept);
      }),
    );
  });

  test('the order of names is all the same', () => {
    const sorted = (mask: FieldMask) => JSON.stringify([...mask.keys()].sort());
    expect(sorted(parseFields('a,b(c)'))).toBe(sorted(parseFields('b/c,a')));
  });
});
