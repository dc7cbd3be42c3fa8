import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterName, PASSED_OVER, pivotOf, type Rule, readSetting, type Setting, writeSetting } from '../src/index.ts';

const RUNS = process.env.STERNA_TEST_LONG === undefined ? 300 : 10_000;
const pivot = pivotOf('setting');
const digest = (setting: Setting): string => pivot.digest(writeSetting(setting)).toString('hex');
const key = (setting: Setting): string => pivot.matchKey(writeSetting(setting)).toString('hex');

const words = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 });
const people = fc.array(
  fc.record(
    { address: fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `${name}@old.example`), name: fc.string() },
    { requiredKeys: ['address'] },
  ),
  { minLength: 1, maxLength: 3 },
);
const conditions = fc.record(
  { from: people, to: people, subjectContains: words, hasAttachments: fc.constant(true), is: words },
  { requiredKeys: [] },
);
const rules: fc.Arbitrary<Rule> = fc.record({
  type: fc.constant('rule' as const),
  name: fc.string(),
  order: fc.integer({ min: 1, max: 50 }),
  enabled: fc.boolean(),
  conditions,
  exceptions: conditions,
  actions: fc.record(
    {
      markRead: fc.constant(true),
      categories: words,
      forwardTo: people,
      redirectTo: people,
      moveTo: fc.record({ path: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }) }),
    },
    { requiredKeys: [] },
  ),
});
const reversed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  // The names of a folder's path have an order.
  if (Array.isArray(value)) return [...value].reverse().map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, one]) => [name, name === 'path' ? one : reversed(one)]),
  );
};

test('a rule means the same in any order of its lists, in any place among others, and under any spelling of people', () => {
  fc.assert(
    fc.property(rules, fc.integer({ min: 1, max: 50 }), (rule, order) => {
      const other = { ...(reversed(rule) as Rule), order, nth: 2 };
      const shouted = JSON.parse(JSON.stringify(other).replaceAll('@old.example', '@OLD.example')) as Rule;
      expect(digest(shouted)).toBe(digest(rule));
      expect(pivot.differences?.(writeSetting(rule), writeSetting(shouted))).toEqual([]);
      expect(pivot.digest(Buffer.from(JSON.stringify(rule))).toString('hex')).toBe(digest(rule));
      expect(readSetting(writeSetting(rule))).toEqual(JSON.parse(JSON.stringify(rule)));
    }),
    { numRuns: RUNS },
  );
});

test('another condition, action or state is another meaning under the same key; another name another key', () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const others: Rule[] = [
        { ...rule, enabled: !rule.enabled },
        { ...rule, conditions: { ...rule.conditions, bodyContains: ['new'] } },
        { ...rule, exceptions: { ...rule.exceptions, addressed: ['to'] } },
        { ...rule, actions: { ...rule.actions, moveTo: { path: ['nowhere else', 'at all'] } } },
      ];
      for (const other of others) {
        expect(digest(other)).not.toBe(digest(rule));
        expect(pivot.differences?.(writeSetting(rule), writeSetting(other))).toHaveLength(1);
        expect(key(other)).toBe(key(rule));
      }
      expect(key({ ...rule, name: `${rule.name}+` })).not.toBe(key(rule));
      expect(key({ ...rule, nth: 2 })).not.toBe(key(rule));
    }),
    { numRuns: RUNS },
  );
});

test('prepared for the target, nobody is who they were and no folder is the source’s', () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const prepared = pivot.prepare?.(writeSetting(rule), {
        mapping: (address) => address.replace('@old.', '@new.'),
        placeOf: (_, { path }) => ({ path: ['new', ...path] }),
      });
      const now = readSetting(prepared?.body ?? Buffer.alloc(0)) as Rule;
      expect(JSON.stringify(now)).not.toContain('@old.example');
      if (rule.actions.moveTo !== undefined)
        expect(now.actions.moveTo?.path).toEqual(['new', ...rule.actions.moveTo.path]);
      const sends = rule.enabled && (rule.actions.forwardTo ?? rule.actions.redirectTo) !== undefined;
      expect(prepared?.notes.map(({ code }) => code)).toEqual(sends ? ['rule-sends-mail'] : []);
      expect(key(now)).toBe(key(rule));
    }),
    { numRuns: RUNS },
  );
});

const rule: Rule = {
  type: 'rule',
  name: 'R',
  order: 1,
  enabled: true,
  conditions: {},
  exceptions: {},
  actions: { copyTo: { path: ['Gone'] } },
};
const mapping = () => undefined;

test('a rule whose folder went nowhere fails with the reason, and names no other', () => {
  const placeOf = () => ({ missing: 'the settings leave it out' });
  expect(() => pivot.prepare?.(writeSetting(rule), { mapping, placeOf })).toThrow(
    expect.objectContaining({ code: 'setting-folder-missing', class: 'object' }),
  );
});

test('what the target doesn’t take is passed over with its words', () => {
  const leavesOut = (type: string) => (type === 'rule' ? { text: 'No rules here.', fix: 'Do it by hand.' } : undefined);
  expect(() => pivot.prepare?.(writeSetting(rule), { mapping, leavesOut })).toThrow(
    expect.objectContaining({ code: 'setting-not-held', fix: 'Do it by hand.', details: { [PASSED_OVER]: true } }),
  );
});

test.each(['', 'nothing', '[]', 'null', '{}', '{"type":"rule"}', '{"type":"rule","name":3}', '{"type":"teapot"}'])(
  'no setting: %j',
  (text) => {
    expect(() => readSetting(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'invalid-setting' }));
  },
);

test('where rules have no names, one is called the same exactly where it looks for the same', () => {
  fc.assert(
    fc.property(rules, conditions, (one, others) => {
      const shuffled = reversed(one) as Rule;
      expect(filterName({ ...shuffled, actions: {}, enabled: !one.enabled } as Rule)).toBe(filterName(one));
      const meansTheSame = digest({ ...one, conditions: others }) === digest(one);
      expect(filterName({ ...one, conditions: others }) === filterName(one)).toBe(meansTheSame);
      expect(filterName({ conditions: one.exceptions, exceptions: one.conditions }) === filterName(one)).toBe(
        digest({ ...one, conditions: one.exceptions, exceptions: one.conditions }) === digest(one),
      );
    }),
    { numRuns: RUNS },
  );
});

test('a rule for a target of filters loses its name and is told; from one filter to another nothing is', () => {
  const filters = { mapping, rules: 'filters' } as const;
  const named = { ...rule, conditions: { subjectContains: ['a'] }, actions: { markRead: true } };
  const first = pivot.prepare?.(writeSetting(named), filters);
  expect(first?.notes.map(({ code }) => code)).toEqual(['rule-name-not-held', 'rule-texts-otherwise']);
  const filter = readSetting(first?.body ?? Buffer.alloc(0));
  expect(filter).toMatchObject({ name: 'subject:a', texts: 'words' });
  expect(pivot.prepare?.(writeSetting(filter), filters)?.notes).toEqual([]);
  const back = pivot.prepare?.(writeSetting(filter), { mapping, rules: 'named' });
  expect(back?.notes.map(({ code }) => code)).toEqual(['rule-texts-otherwise']);
  expect(readSetting(back?.body ?? Buffer.alloc(0))).not.toHaveProperty('texts');
  // A backup keeps both as they are.
  for (const one of [named, filter]) {
    const body = writeSetting(one);
    expect(pivot.prepare?.(body, { mapping })?.body.equals(body)).toBe(true);
  }
  // Always on, it would act although its owner switched it off.
  expect(() => pivot.prepare?.(writeSetting({ ...named, enabled: false }), filters)).toThrow(
    expect.objectContaining({ code: 'setting-not-held' }),
  );
});
