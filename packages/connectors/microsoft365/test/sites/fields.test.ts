import type { FieldValue, ListColumn } from '@sterna/content';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf, columnToGraph, type GraphColumn, standInFor } from '../../src/sites/columns.ts';
import { fieldToGraph, fieldValue } from '../../src/sites/fields.ts';
import { formatSiteAddress, isSiteAddress, parseSiteAddress } from '../../src/sites/site-address.ts';

const LISTS = { customers: ['Customers'] } as const;
const name = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,15}$/);
const word = fc.stringMatching(/^[\p{L}\d ,.&<>"']{1,20}$/u).filter((text) => text.trim() !== '');
const isMultiple = fc.constantFrom({}, { isMultiple: true as const });

const shape: fc.Arbitrary<ListColumn['shape']> = fc.oneof(
  fc.constantFrom<ListColumn['shape']>(
    { kind: 'text' },
    { kind: 'text', lines: 6 },
    { kind: 'text', lines: 6, isRich: true },
    { kind: 'text', maxLength: 20 },
    { kind: 'number', decimals: 'two', min: 0, max: 10 },
    { kind: 'currency', locale: 'de-ch' },
    { kind: 'boolean' },
    { kind: 'dateTime' },
    { kind: 'dateTime', isDateOnly: true, display: 'friendly' },
    { kind: 'calculated', formula: '=[Title]', output: 'text' },
  ),
  isMultiple.map((more) => ({ kind: 'lookup' as const, list: LISTS.customers, column: 'Title', ...more })),
  isMultiple.map((more) => ({ kind: 'person' as const, of: 'peopleOnly', ...more })),
  fc
    .record({ choices: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }), more: isMultiple })
    .map(({ choices, more }) => ({
      kind: 'choice' as const,
      choices,
      display: 'isMultiple' in more ? 'checkBoxes' : 'dropDownMenu',
      ...more,
    })),
);

const column = fc.record({ name, displayName: word, shape });

describe('columns', () => {
  test('are made as they are read', () => {
    fc.assert(
      fc.property(column, (given) => {
        const made = columnToGraph(given, 'customers') as GraphColumn;
        expect(columnOf(made, { listPath: (id) => LISTS[id as 'customers'] })).toEqual(given);
      }),
    );
  });

  test('that Graph can’t write become text, and stay what they were', () => {
    for (const kind of ['link', 'term'] as const) {
      const given: ListColumn = { name: 'X', displayName: 'X', shape: { kind } };
      const made = columnToGraph(given, undefined) as GraphColumn;
      expect(made.text?.allowMultipleLines).toBe(true);
      expect(columnOf(made, { listPath: () => undefined }, standInFor(given))).toEqual(given);
    }
  });
});

const valueFor = (of: ListColumn): fc.Arbitrary<FieldValue> => {
  switch (of.shape.kind) {
    case 'number':
    case 'currency':
      return fc.integer({ min: 0, max: 10 });
    case 'boolean':
      return fc.boolean();
    case 'lookup':
      return fc.integer({ min: 1, max: 9 }).map((id) => ({ items: [{ id: `customers/${id}` }] }));
    case 'person':
      return fc.constantFrom('alice', 'bjorn').map((one) => ({ people: [{ address: `${one}@contoso.example` }] }));
    case 'link':
      return fc.record({ url: fc.webUrl(), text: word.map((text) => text.trim()) });
    case 'term':
      return fc.array(word, { minLength: 1, maxLength: 3 });
    case 'choice': {
      const { choices, isMultiple: many } = of.shape;
      return many === true ? fc.subarray([...choices], { minLength: 1 }) : fc.constantFrom(...choices);
    }
    default:
      return word;
  }
};

const PEOPLE = new Map([
  ['alice@contoso.example', '11'],
  ['bjorn@contoso.example', '12'],
]);

describe('fields', () => {
  const held = fc
    .oneof(
      column,
      fc.constantFrom<ListColumn>(
        { name: 'L', displayName: 'L', shape: { kind: 'link' } },
        { name: 'T', displayName: 'T', shape: { kind: 'term' } },
      ),
    )
    .filter(({ shape: { kind } }) => kind !== 'calculated')
    .chain((of) => valueFor(of).map((value) => ({ of, value })));

  test('say the same when they are read again', async () => {
    await fc.assert(
      fc.asyncProperty(held, async ({ of, value }) => {
        const { fields, notes } = await fieldToGraph(of, value, {
          numberOf: async (address) => PEOPLE.get(address),
          itemNumber: (_, id) => id.split('/')[1],
          standsFor: () => true,
        });
        expect(notes).toEqual([]);
        // Several are told as objects, where they are written as numbers.
        const told = Object.fromEntries(
          Object.entries(fields)
            .filter(([key]) => !key.includes('@'))
            .map(([key, one]) =>
              Array.isArray(one) && key.endsWith('LookupId')
                ? [key.replace(/LookupId$/, ''), one.map((LookupId) => ({ LookupId }))]
                : [key, one],
            ),
        );
        const again = await fieldValue(of, told, {
          person: async (number) => {
            const address = [...PEOPLE].find(([, known]) => known === number)?.[0];
            return address === undefined ? undefined : { address };
          },
          itemId: (_, number) => `customers/${number}`,
        });
        expect(again).toEqual(value);
      }),
    );
  });

  test('of people whom the site doesn’t know are told', async () => {
    const of: ListColumn = { name: 'Who', displayName: 'Who is it', shape: { kind: 'person' } };
    const { fields, notes } = await fieldToGraph(
      of,
      { people: [{ address: 'nobody@contoso.example' }] },
      { numberOf: async () => undefined, itemNumber: () => undefined, standsFor: () => false },
    );
    expect(fields).toEqual({ WhoLookupId: null });
    expect(notes.map(({ code }) => code)).toEqual(['person-not-in-site']);
  });
});

describe('addresses', () => {
  test('of sites are read with and without https, decoded', () => {
    expect(parseSiteAddress('https://Contoso.sharepoint.com/sites/R%26D/')).toEqual({
      host: 'contoso.sharepoint.com',
      path: ['sites', 'R&D'],
    });
    expect(formatSiteAddress(parseSiteAddress('contoso.sharepoint.com'))).toBe('contoso.sharepoint.com');
    for (const wrong of ['', 'sites/sales', 'http://contoso.sharepoint.com', 'contoso.sharepoint.com?x'])
      expect(() => parseSiteAddress(wrong)).toThrow(/none of a SharePoint site/);
    expect(isSiteAddress('alice@contoso.example')).toBe(false);
  });
});
