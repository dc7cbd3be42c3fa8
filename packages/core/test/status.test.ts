import { describe, expect, it } from 'vitest';
import {
  ENTRY_STATUSES,
  ENTRY_TRANSITIONS,
  nextEntryStatus,
  nextPassStatus,
  PASS_STATUSES,
  PASS_TRANSITIONS,
} from '../src/index.ts';

describe('status machines', () => {
  it.each([
    ['entry', ENTRY_STATUSES, ENTRY_TRANSITIONS, nextEntryStatus],
    ['pass', PASS_STATUSES, PASS_TRANSITIONS, nextPassStatus],
  ] as const)('lets an %s make exactly the transitions of the table', (_, statuses, table, next) => {
    for (const from of statuses)
      for (const to of statuses) {
        const allowed = (table as Record<string, readonly string[]>)[from]?.includes(to) === true;
        const attempt = () => (next as (from: string, to: string) => string)(from, to);
        if (allowed) expect(attempt()).toBe(to);
        else expect(attempt).toThrow(/can't become/);
      }
    expect(() => (next as (from: string, to: string) => string)('constructor', 'name')).toThrow(/can't become/);
  });

  it('refuses an impossible transition in the types, too', () => {
    // @ts-expect-error an entry that never started can't complete
    expect(() => nextEntryStatus('not started', 'completed')).toThrow();
    // @ts-expect-error a completed pass stays completed
    expect(() => nextPassStatus('completed', 'running')).toThrow();
  });

  it('never goes back to not started', () => {
    for (const targets of Object.values(ENTRY_TRANSITIONS)) expect(targets).not.toContain('not started');
  });
});
