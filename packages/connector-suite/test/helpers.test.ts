import type { ChangePage, Reader } from '@sterna/connector-kit';
import { expect, test } from 'vitest';
import { alive, key, list } from '../src/helpers.ts';
import { AWKWARD, HOSTILE_NAMES, largeMessage, seedOf } from '../src/index.ts';

const reader = (pages: readonly ChangePage[]): Reader => ({
  containers: async () => [],
  changes: async function* () {
    yield* pages;
  },
  read: async function* () {},
});
const next = { cursor: 'c', total: 1 };

test('a listing that breaks the contract is not accepted', async () => {
  const page = (ids: readonly string[], rest: Partial<ChangePage> = {}): ChangePage => ({
    changes: ids.map((id) => ({ id })),
    mode: 'full',
    ...rest,
  });
  await expect(list(reader([page(['1'])]), 'x')).rejects.toThrow('no next cursor');
  await expect(list(reader([page(['1'], { next }), page(['2'], { next })]), 'x')).rejects.toThrow('next before');
  await expect(list(reader([page(['1']), page(['1'], { next })]), 'x')).rejects.toThrow('listed twice');
  await expect(list(reader([page(['1'], { mode: 'delta' }), page(['2'], { next })]), 'x')).rejects.toThrow('mode');
  expect((await list(reader([page(['1']), page(['2'], { next })]), 'x')).changes).toHaveLength(2);
});

test('what a listing leaves alive: all of a full one, the known ones changed by a delta', async () => {
  const changes = [{ id: '1', gone: true as const }, { id: '3' }];
  const delta = await list(reader([{ changes, mode: 'delta', next }]), 'x');
  expect(alive(['1', '2'], delta)).toEqual(new Set(['2', '3']));
  const full = await list(reader([{ changes: [{ id: '3' }], mode: 'full', next }]), 'x');
  expect(alive(['1', '2'], full)).toEqual(new Set(['3']));
});

test('the messages and names of the suite are what they claim: different, hostile, large without bare line ends', () => {
  const lines = [...AWKWARD.values()].map((raw) => key(seedOf(0, { raw })));
  expect(new Set(lines).size).toBe(lines.length);
  expect(new Set(HOSTILE_NAMES.map((path) => path.join('\0'))).size).toBe(HOSTILE_NAMES.length);
  const large = largeMessage().toString('latin1');
  expect(large.length).toBeGreaterThan(5 * 1024 * 1024);
  expect(/[^\r]\n|\r[^\n]/.test(large)).toBe(false);
});
