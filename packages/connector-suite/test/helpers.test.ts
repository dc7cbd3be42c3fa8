import type { ChangePage, Reader } from '@sterna/connector-kit';
import { expect, test } from 'vitest';
import { alive, list, toolsOf } from '../src/helpers.ts';
import {
  contacts,
  events,
  fileNameOf,
  files,
  HOSTILE_NAMES,
  largeMessage,
  messages,
  namedFile,
  tasks,
} from '../src/index.ts';

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

test('the objects and names of the suite are what they claim: different, hostile, large without bare line ends', () => {
  for (const material of [messages, events, tasks, contacts, files]) {
    const { awkward, plain, twin, changed, large, digest, matchKey } = toolsOf({
      material,
      make: () => Promise.reject(new Error('not here')),
      keepsFlags: false,
      keepsDates: false,
    });
    const objects = [...awkward.values(), plain(1), plain(2), large()];
    expect(new Set(objects.map(digest)).size, material.kind).toBe(objects.length);
    expect(matchKey(twin(1)) === matchKey(plain(1)), material.kind).toBe(changed === undefined);
    if (changed === undefined) continue;
    expect(matchKey(changed(1))).toBe(matchKey(plain(1)));
    expect(digest(changed(1))).not.toBe(digest(plain(1)));
  }
  expect(new Set(HOSTILE_NAMES.map((path) => path.join('\0'))).size).toBe(HOSTILE_NAMES.length);
  const large = largeMessage().toString('latin1');
  expect(large.length).toBeGreaterThan(5 * 1024 * 1024);
  expect(/[^\r]\n|\r[^\n]/.test(large)).toBe(false);
});

test('a file’s name is in its bytes, whatever it is, and another one can be put there', () => {
  for (const name of ['plain.txt', ' two  spaces ', 'two\r\nlines', '"quoted"', 'Grüße 🎉', 'a: b', '.'])
    expect(fileNameOf(namedFile(name, Buffer.from([0, 10, 255])))).toBe(name);
  const names = [...files.awkward.values()].map((raw) => files.nameOf?.(raw));
  expect(new Set(names).size).toBe(files.awkward.size);
  expect(files.nameOf?.(files.changed?.(1) as Buffer)).toBe(files.nameOf?.(files.plain(1)));
  const moved = files.renamed?.(files.plain(1), 'other') as Buffer;
  expect(files.nameOf?.(moved)).toBe('other');
  expect(moved.subarray('name: other'.length)).toEqual(files.plain(1).subarray('name: plain-1.txt'.length));
});
