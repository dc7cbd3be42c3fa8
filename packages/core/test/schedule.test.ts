import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueRun, RETRY_WAITS, readScheduleTimes, retryWait, SternaError } from '../src/index.ts';

const HOUR = 3_600_000;
const now = new Date('2026-11-27T18:00:00Z');
const at = (hours: number) => new Date(now.getTime() + hours * HOUR);

const refusal = (input: Partial<Parameters<typeof readScheduleTimes>[0]>) => {
  try {
    readScheduleTimes({ kind: 'delta', runAt: at(1), zone: 'Europe/Berlin', ...input }, now);
  } catch (error) {
    if (error instanceof SternaError) return [error.code, error.field];
    throw error;
  }
  return [];
};

describe('the times of a schedule', () => {
  it('are refused at the field that is wrong', () => {
    expect(refusal({})).toEqual([]);
    expect(refusal({ runAt: at(-1) })).toEqual(['schedule-time-past', 'runAt']);
    expect(refusal({ runAt: new Date('x') })).toEqual(['schedule-time-past', 'runAt']);
    // Typed as "now", sent a moment later.
    expect(refusal({ runAt: new Date(now.getTime() - 30_000) })).toEqual([]);
    expect(refusal({ runAt: at(24 * 366 * 3) })).toEqual(['schedule-time-far', 'runAt']);
    expect(refusal({ zone: 'Europe/Nowhere' })).toEqual(['schedule-zone-unknown', 'zone']);
    expect(refusal({ everyHours: 4 })).toEqual(['schedule-repeat-invalid', 'until']);
    expect(refusal({ until: at(9) })).toEqual(['schedule-repeat-invalid', 'everyHours']);
    expect(refusal({ everyHours: 0, until: at(9) })).toEqual(['schedule-repeat-invalid', 'everyHours']);
    expect(refusal({ everyHours: 4, until: at(1) })).toEqual(['schedule-repeat-invalid', 'until']);
    expect(refusal({ kind: 'initial', everyHours: 4, until: at(9) })).toEqual([
      'schedule-repeat-invalid',
      'everyHours',
    ]);
    expect(refusal({ everyHours: 4, until: at(9) })).toEqual([]);
  });

  it('come once, or every so often until the end, and none is made up for', () => {
    expect(dueRun(undefined, at(-9), now)).toEqual({ due: at(-9), missed: 0, next: undefined });
    const every = { hours: 2, until: at(5) };
    expect(dueRun(every, now, now)).toEqual({ due: now, missed: 0, next: at(2) });
    expect(dueRun(every, at(-9), now)).toEqual({ due: at(-1), missed: 4, next: at(1) });
    // The cutover came while nobody was there.
    expect(dueRun({ hours: 2, until: at(-4) }, at(-9), now)).toEqual({ due: at(-5), missed: 2, next: undefined });
  });

  it('hold for any pause: one run, the latest time that had come, and the next one lies ahead', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 744 }),
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.integer({ min: 0, max: 5_000_000_000 }),
        (hours, late, left) => {
          const next = new Date(now.getTime() - late);
          const until = new Date(next.getTime() + left);
          const run = dueRun({ hours, until }, next, now);
          const step = hours * HOUR;
          expect(run.due.getTime()).toBe(next.getTime() + run.missed * step);
          expect(run.due <= now && run.due <= until).toBe(true);
          const following = run.due.getTime() + step;
          if (run.next === undefined) expect(following > until.getTime()).toBe(true);
          else {
            expect(run.next.getTime()).toBe(following);
            expect(run.next > now && run.next <= until).toBe(true);
          }
        },
      ),
    );
  });
});

describe('deliveries', () => {
  it('are tried for about a day, with growing waits', () => {
    const waits = [...RETRY_WAITS];
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3_600;
    expect(hours > 20 && hours < 28).toBe(true);
    expect([retryWait(1), retryWait(waits.length), retryWait(waits.length + 1)]).toEqual([5, waits.at(-1), undefined]);
  });
});
