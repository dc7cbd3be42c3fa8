import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Facts, PROBLEMS, type Problem, recommend } from '../src/features/remigration/recommend.ts';

/** An entry that completed, whose target holds by count what was delivered. */
const facts = (change: Partial<Omit<Facts, 'plan'>> & { plan?: Partial<Facts['plan']> } = {}): Facts => ({
  status: 'completed',
  otherTarget: false,
  trial: false,
  ...change,
  plan: {
    wouldDeltaDo: { answer: 'yes' },
    target: { objects: 100 },
    books: { failed: 0, uncertain: 0, filtered: 0 },
    drift: { settings: [] },
    ...change.plan,
  },
});
const books = (change: Partial<Facts['plan']['books']>) => ({
  plan: { books: { failed: 0, uncertain: 0, filtered: 0, ...change } },
});
const drift = (...fields: string[]) => ({ drift: { settings: fields.map((field) => ({ field })) } });

describe('delta or remigrate', () => {
  const cases: readonly [string, Problem, Facts, string][] = [
    [
      'emptied target',
      'deleted',
      facts({ plan: { wouldDeltaDo: { answer: 'no' }, target: { objects: 3 } } }),
      'remigration gone',
    ],
    ['deleted, but by count all is there', 'deleted', facts(), 'verify allThere'],
    [
      'deleted, and nobody can ask',
      'deleted',
      facts({ plan: { wouldDeltaDo: { answer: 'maybe' }, target: { objects: undefined } } }),
      'verify targetUnseen',
    ],
    ['failures are not what was deleted', 'deleted', facts(books({ failed: 4 })), 'verify allThere'],
    ['failed objects', 'missing', facts(books({ failed: 4, filtered: 9 })), 'delta openObjects'],
    ['a date filter', 'missing', facts(books({ filtered: 9 })), 'delta filtered'],
    ['a trial', 'missing', facts({ ...books({ filtered: 9 }), trial: true }), 'delta trial'],
    ['a stopped pass', 'missing', facts({ status: 'stopped' }), 'delta unfinished'],
    ['a failed pass', 'errors', facts({ status: 'failed' }), 'delta unfinished'],
    ['uncertain writes are for a person', 'errors', facts(books({ uncertain: 1 })), 'verify uncertainObjects'],
    ['errors that the books don’t know', 'errors', facts(), 'verify nothingOpen'],
    ['wrong dates, corrected', 'configuration', facts({ plan: drift('dateFilter.from') }), 'delta followsSettings'],
    [
      'wrong dates, corrected, target not asked',
      'configuration',
      facts({ plan: { ...drift('dateFilter.from'), wouldDeltaDo: { answer: 'maybe' } } }),
      'delta followsSettings',
    ],
    ['wrong folders, corrected', 'configuration', facts({ plan: drift('folders.map') }), 'remigration placed'],
    ['settings not corrected yet', 'configuration', facts(), 'delta settingsSame'],
    ['another target', 'target', facts({ otherTarget: true }), 'remigration otherTarget'],
    [
      'made anew at the same address',
      'target',
      facts({ plan: { wouldDeltaDo: { answer: 'no' } } }),
      'remigration gone',
    ],
    ['the same target, and all is there', 'target', facts(), 'verify allThere'],
    ['never started', 'target', facts({ status: 'not started', otherTarget: true }), 'delta neverStarted'],
  ];
  it.each(cases)('%s', (_name, problem, given, expected) => {
    const { choice, ground } = recommend(problem, given);
    expect(`${choice} ${ground}`).toBe(expected);
  });

  it('believes a verify that is of now, and what it missed for as long as nothing was written since', () => {
    const verified = { missing: 0, notMigrated: 0, ok: true, fresh: true };
    expect(recommend('missing', facts({ verified }))).toEqual({ choice: 'delta', ground: 'verifiedFine' });
    expect(recommend('missing', facts({ verified: { ...verified, ok: false, notMigrated: 2 } }))).toEqual({
      choice: 'delta',
      ground: 'newInSource',
    });
    expect(recommend('missing', facts({ verified: { ...verified, fresh: false } })).choice).toBe('verify');
    const lost = { missing: 1, notMigrated: 0, ok: false, fresh: false };
    expect(recommend('missing', facts({ verified: lost }))).toEqual({
      choice: 'remigration',
      ground: 'verifiedMissing',
    });
  });

  const count = fc.nat({ max: 3 });
  const anyFacts: fc.Arbitrary<Facts> = fc.record({
    status: fc.constantFrom('not started', 'completed', 'completed with failures', 'failed', 'stopped'),
    otherTarget: fc.boolean(),
    trial: fc.boolean(),
    verified: fc.option(fc.record({ missing: count, notMigrated: count, ok: fc.boolean(), fresh: fc.boolean() }), {
      nil: undefined,
    }),
    plan: fc.record({
      wouldDeltaDo: fc.record({ answer: fc.constantFrom('yes', 'no', 'maybe') }),
      target: fc.record({ objects: fc.option(count, { nil: undefined }) }),
      books: fc.record({ failed: count, uncertain: count, filtered: count }),
      drift: fc.record({
        settings: fc.array(fc.record({ field: fc.constantFrom('folders.map', 'conflict', 'dateFilter.to') }), {
          maxLength: 2,
        }),
      }),
    }),
  });
  it('spends a license only where a delta pass can’t do', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROBLEMS), anyFacts, (problem, given) => {
        const lost = given.plan.wouldDeltaDo.answer === 'no' || (given.verified?.missing ?? 0) > 0;
        const laidOut =
          problem === 'configuration' && given.plan.drift.settings.some(({ field }) => field !== 'dateFilter.to');
        const needed = given.status !== 'not started' && (lost || given.otherTarget || laidOut);
        expect(recommend(problem, given).choice === 'remigration').toBe(needed);
      }),
    );
  });
});
