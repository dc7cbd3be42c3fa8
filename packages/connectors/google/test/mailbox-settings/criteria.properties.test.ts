import { filterName, type RuleConditions } from '@sterna/content';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { criteriaOf, toCriteria } from '../../src/mailbox-settings/criteria.ts';
import type { GmailCriteria } from '../../src/mailbox-settings/gmail-settings.ts';
import { ruleId } from '../../src/mailbox-settings/listed-settings.ts';

const RUNS = process.env.STERNA_TEST_LONG === undefined ? 500 : 20_000;

const text = fc
  .oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('OR', '-a', '(b)', '{c}', 'from:d', 'e f', 'Ä 請求', 'AND', '@g.example'),
  )
  .map((one) => one.replaceAll('"', '').trim())
  .filter((one) => one !== '' && one.toLowerCase() !== 'me' && !one.includes('@'));
const words = fc.uniqueArray(text, { minLength: 1, maxLength: 3 });
const people = fc.uniqueArray(
  fc.stringMatching(/^[a-z+]{1,6}$/).map((name) => ({ address: `${name}@x.example` })),
  { minLength: 1, maxLength: 3, selector: ({ address }) => address },
);
const size = fc.integer({ min: 2, max: 10_000_000 });
const shared = {
  from: people,
  to: people,
  fromContains: words,
  recipientContains: words,
  subjectContains: words,
  subjectOrBodyContains: words,
  list: words,
  hasAttachments: fc.constant(true),
};
const conditions: fc.Arbitrary<RuleConditions> = fc.record(
  {
    ...shared,
    addressed: fc.constantFrom(['to-or-cc' as const], ['cc' as const]),
    size: fc.oneof(
      size.map((atLeast) => ({ atLeast })),
      size.map((atMost) => ({ atMost })),
      fc.record({ atLeast: size, atMost: size }),
    ),
  },
  { requiredKeys: [] },
);
const exceptions: fc.Arbitrary<RuleConditions> = fc.record(
  { ...shared, size: size.map((atLeast) => ({ atLeast })) },
  { requiredKeys: [] },
);

test('what a filter can look for is the same again once Gmail has it', () => {
  fc.assert(
    fc.property(conditions, exceptions, (wanted, none) => {
      const again = criteriaOf(toCriteria({ conditions: wanted, exceptions: none }));
      expect(filterName(again)).toBe(filterName({ conditions: wanted, exceptions: none }));
    }),
    { numRuns: RUNS },
  );
});

const scrap = fc.constantFrom(
  ...[
    'from:a@b.example',
    'to:me',
    'cc:me',
    '-subject:x',
    '{a b}',
    '(a OR b)',
    'OR',
    '"a phrase"',
    'word',
    '-{from:a to:b}',
  ],
  ...[
    'is:unread',
    'larger:5M',
    'smaller:10',
    'has:attachment',
    '(',
    '}',
    '"',
    ':',
    '-',
    'list:<x.y>',
    'subject:(a b)',
    '*',
  ],
);
const search = fc.array(scrap, { maxLength: 4 }).map((all) => all.join(' '));
const criteria: fc.Arbitrary<GmailCriteria> = fc.record(
  {
    from: search,
    to: search,
    subject: search,
    query: search,
    negatedQuery: search,
    hasAttachment: fc.boolean(),
    size,
    sizeComparison: fc.constantFrom('larger', 'smaller', 'unspecified'),
  },
  { requiredKeys: [] },
);

test('whatever people made a filter look for, it is one rule, and the same one after a move to another mailbox', () => {
  fc.assert(
    fc.property(criteria, (given) => {
      const rule = criteriaOf(given);
      expect(ruleId(criteriaOf(toCriteria(rule)))).toBe(ruleId(rule));
    }),
    { numRuns: RUNS },
  );
});

describe('searches in neutral words', () => {
  const said: readonly (readonly [given: GmailCriteria, conditions: RuleConditions, exceptions?: RuleConditions])[] = [
    [{ from: 'boss@x.example' }, { from: [{ address: 'boss@x.example' }] }],
    [{ from: 'a@x.example OR b@x.example' }, { from: [{ address: 'a@x.example' }, { address: 'b@x.example' }] }],
    [{ from: '{a@x.example b@x.example}' }, { from: [{ address: 'a@x.example' }, { address: 'b@x.example' }] }],
    [{ from: 'newsletter' }, { fromContains: ['newsletter'] }],
    [{ subject: 'weekly report' }, { subjectContains: ['weekly report'] }],
    [
      { query: 'from:a@x.example subject:"your invoice"' },
      { from: [{ address: 'a@x.example' }], subjectContains: ['your invoice'] },
    ],
    [{ query: 'list:(<dev.x.example>)' }, { list: ['<dev.x.example>'] }],
    [{ query: 'invoice OR bill' }, { subjectOrBodyContains: ['invoice', 'bill'] }],
    [{ query: 'has:attachment larger:5M' }, { hasAttachments: true, size: { atLeast: 5 * 1024 * 1024 } }],
    [{ size: 1000, sizeComparison: 'smaller' }, { size: { atMost: 1000 } }],
    [{ to: 'me', query: '-from:a@x.example' }, { addressed: ['to-or-cc'] }, { from: [{ address: 'a@x.example' }] }],
    [
      { hasAttachment: true, negatedQuery: '{from:a@x.example subject:private}' },
      { hasAttachments: true },
      { from: [{ address: 'a@x.example' }], subjectContains: ['private'] },
    ],
    // What is said twice is said once; a field that says nothing alone is read as Gmail reads them all in a row.
    [{ query: '-subject:x -subject:x' }, {}, { subjectContains: ['x'] }],
    [{ to: '"', subject: '"' }, { recipientContains: [') subject:('] }],
    // Beyond them: two words that must both be there, “not both”, and what only Gmail knows.
    [{ query: 'invoice paid' }, { search: 'invoice paid' }],
    [{ from: 'Ann Lee', negatedQuery: 'a b' }, { search: 'from:(Ann Lee)' }, { search: 'a b' }],
    [{ query: 'is:starred', hasAttachment: true }, { search: 'is:starred has:attachment' }],
  ];
  test.each(said.map((one) => ({ one })))('$one', ({ one: [given, expected, none = {}] }) => {
    expect(criteriaOf(given)).toEqual({ conditions: expected, exceptions: none });
  });

  test.each([
    { bodyContains: ['x'] },
    { importance: 'high' },
    { addressed: ['only-to'] },
    { subjectContains: ['say "hi"'] },
    { categories: ['Red'] },
  ] as RuleConditions[])('nothing that a filter could look for: %j', (wanted) => {
    expect(() => toCriteria({ conditions: wanted, exceptions: {} })).toThrow(
      expect.objectContaining({ code: 'rule-not-held', class: 'object' }),
    );
  });
});
