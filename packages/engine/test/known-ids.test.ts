import { expect, test } from 'vitest';
import { KnownIds } from '../src/pass/twins.ts';

const id = (from: number, n: number): string => `message/${(from + 977 * n).toString(16)}`;

test('what was added is always known; of strangers few are taken for known', () => {
  const ids = new KnownIds();
  const all = Array.from({ length: 100_000 }, (_, n) => id(0x18c0_0000_0000, n));
  for (const one of all) ids.add(one);
  expect(all.every((one) => ids.mayHave(one))).toBe(true);
  const taken = all.filter((_, n) => ids.mayHave(id(0x28c0_0000_0000, n)));
  expect(taken.length).toBeLessThan(100);
});
