import { pivotOf, type Rule, writeSetting } from '@sterna/content';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromRule } from '../../src/mailbox-settings/from-rule.ts';
import { toRule } from '../../src/mailbox-settings/to-rule.ts';

const RUNS = process.env.STERNA_TEST_LONG === undefined ? 500 : 20_000;
const pivot = pivotOf('setting');

const words = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 });
const people = fc.array(
  fc.stringMatching(/^[a-z]{1,6}$/).map((name) => ({ address: `${name}@x.example`, name: 'N' })),
  { minLength: 1, maxLength: 3 },
);
const kb = fc.integer({ min: 1, max: 150_000 }).map((n) => n * 1024);
const importance = fc.constantFrom('low' as const, 'normal' as const, 'high' as const);
const conditions = fc.record(
  {
    from: people,
    to: people,
    fromContains: words,
    recipientContains: words,
    subjectContains: words,
    bodyContains: words,
    subjectOrBodyContains: words,
    headerContains: words,
    categories: words,
    addressed: fc.uniqueArray(fc.constantFrom('to' as const, 'only-to' as const, 'cc' as const, 'not-to' as const), {
      minLength: 1,
    }),
    hasAttachments: fc.constant(true),
    importance,
    sensitivity: fc.constantFrom('normal' as const, 'personal' as const, 'private' as const, 'confidential' as const),
    size: fc.record({ atLeast: kb, atMost: kb }, { requiredKeys: [] }).filter((size) => Object.keys(size).length > 0),
    flaggedFor: fc.constantFrom('any', 'follow-up', 'reply-to-all', 'no-response-necessary'),
    is: fc.uniqueArray(fc.constantFrom('meeting-request', 'encrypted', 'automatic-reply', 'voicemail'), {
      minLength: 1,
    }),
  },
  { requiredKeys: [] },
);
const actions = fc
  .record(
    {
      moveTo: fc.constant({ path: ['Folder'] }),
      copyTo: fc.constant({ path: ['Other'] }),
      delete: fc.constantFrom('trash' as const, 'forever' as const),
      markRead: fc.constant(true),
      importance,
      categories: words,
      forwardTo: people,
      forwardAsAttachmentTo: people,
      redirectTo: people,
      stop: fc.constant(true),
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).length > 0);
const rules: fc.Arbitrary<Rule> = fc.record({
  type: fc.constant('rule' as const),
  name: fc.string({ minLength: 1 }),
  order: fc.integer({ min: 1, max: 99 }),
  enabled: fc.boolean(),
  conditions,
  exceptions: conditions,
  actions,
});

const idOf = ({ path }: { readonly path: readonly string[] }): string => `id of ${path.join('/')}`;
const placeOf = (id: string) => ({ path: id.replace('id of ', '').split('/') });

test('each rule in Graph’s words is the same rule again', () => {
  fc.assert(
    fc.property(rules, (rule) => {
      const again = fromRule({ id: 'r', ...toRule(rule, idOf) }, 1, placeOf);
      expect(pivot.differences?.(writeSetting(rule), writeSetting(again))).toEqual([]);
      expect(again.order).toBe(rule.order);
    }),
    { numRuns: RUNS },
  );
});

test('over another rule nothing of that one is left, whether what isn’t mentioned stays or goes', () => {
  const merged = (now: object | null | undefined, change: object | null | undefined): object => ({ ...now, ...change });
  fc.assert(
    fc.property(rules, rules, (before, after) => {
      const now = { id: 'r', ...toRule(before, idOf) };
      const change = toRule(after, idOf, now);
      for (const result of [
        { ...now, ...change },
        {
          ...now,
          ...change,
          conditions: merged(now.conditions, change.conditions) as never,
          exceptions: merged(now.exceptions, change.exceptions) as never,
          actions: merged(now.actions, change.actions) as never,
        },
      ])
        expect(pivot.differences?.(writeSetting(after), writeSetting(fromRule(result, 1, placeOf)))).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});
