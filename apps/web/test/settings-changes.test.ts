import { describe, expect, it } from 'vitest';
import { daysAgo, INCOMPLETE, localParts, momentOf } from '../src/features/settings/moment.ts';
import { changesBetween, patchOf, withChanges } from '../src/features/settings/settings-changes.ts';

const before = { dateFilter: { to: 'a' }, folders: { include: ['x'], systemDefaults: true }, conflict: 'skip' };

describe('changes of settings', () => {
  it('are sent as a patch: lists whole, what was taken away as null, nothing else', () => {
    const after = { dateFilter: {}, folders: { include: ['x', 'y'], systemDefaults: true }, conflict: 'skip' };
    const changes = changesBetween(before, after);
    expect(patchOf(changes)).toEqual({ dateFilter: { to: null }, folders: { include: ['x', 'y'] } });
    expect(withChanges(before, changes)).toEqual(after);
    expect(changesBetween(before, { ...before, folders: { systemDefaults: true, include: ['x'] } })).toEqual([]);
  });

  it('stay on top of what somebody else changed', () => {
    const mine = changesBetween(before, { ...before, conflict: 'rename' });
    const theirs = { ...before, dateFilter: {}, conflict: 'overwrite' };
    expect(withChanges(theirs, mine)).toEqual({ ...before, dateFilter: {}, conflict: 'rename' });
  });
});

describe('moments', () => {
  it('come back as they were typed, and a half-typed date is no empty one', () => {
    const moment = momentOf('2026-08-31', '07:05', false);
    expect(localParts(moment)).toEqual({ date: '2026-08-31', time: '07:05' });
    expect(localParts(momentOf('2026-08-31', '', false)).time).toBe('00:00');
    // A year that is being typed.
    expect(localParts(momentOf('0002-08-31', '00:00', false)).date).toBe('0002-08-31');
    expect(momentOf('', '00:00', false)).toBe('');
    expect(momentOf('', '00:00', true)).toBe(INCOMPLETE);
    expect(localParts(daysAgo(60, new Date(2026, 2, 1, 15, 30)))).toEqual({ date: '2025-12-31', time: '00:00' });
  });
});
