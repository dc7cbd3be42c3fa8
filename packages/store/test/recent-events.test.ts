import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecentEvents } from '../src/repositories/recent-events.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const pass = (passId: number) => ({ type: 'pass', passId });

test('what was told in the last so many milliseconds, each once, in the order of when it was told last', () => {
  const recent = new RecentEvents<{ type: string; passId: number }>();
  vi.advanceTimersByTime(10_000);
  recent.add(pass(1));
  vi.advanceTimersByTime(1_000);
  recent.add(pass(2));
  vi.advanceTimersByTime(1_000);
  recent.add(pass(3));
  recent.add(pass(2));
  expect(recent.last(500)).toEqual([pass(3), pass(2)]);
  expect(recent.last(2_000)).toEqual([pass(1), pass(3), pass(2)]);
  vi.advanceTimersByTime(5_000);
  expect(recent.last(500)).toEqual([]);
});

test('what it cannot know it does not tell: from before it listened, from too long ago, of too many', () => {
  const recent = new RecentEvents<{ type: string; passId: number }>();
  vi.advanceTimersByTime(5_000);
  recent.add(pass(1));
  expect(recent.last(6_000)).toBeUndefined();
  recent.restart();
  vi.advanceTimersByTime(5_000);
  expect(recent.last(4_000)).toEqual([]);
  expect(recent.last(6_000)).toBeUndefined();

  recent.add(pass(2));
  vi.advanceTimersByTime(61_000);
  recent.add(pass(3));
  expect(recent.last(60_000)).toEqual([pass(3)]);
  expect(recent.last(62_000)).toBeUndefined();

  for (let id = 0; id < 2_000; id += 1) {
    vi.advanceTimersByTime(1);
    recent.add(pass(id));
  }
  expect(recent.last(900)).toHaveLength(901);
  expect(recent.last(1_100)).toBeUndefined();
});
