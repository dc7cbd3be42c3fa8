import type { Actor } from '@sterna/application';
import { SternaError } from '@sterna/core';
import { expect, test, vi } from 'vitest';
import { rightsOf, SharedAnswers } from '../src/http/shared-answers.ts';

/** Readings that end when told to; each answers with its number. */
function readings() {
  const begun: { end(): void; fail(error: Error): void }[] = [];
  const read = (): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const number = begun.length + 1;
    begun.push({ end: () => resolve(`answer ${number}`), fail: reject });
    return promise;
  };
  return { begun, read };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while an answer is being read shares the next one, which was begun after they asked', async () => {
  const answers = new SharedAnswers();
  const { begun, read } = readings();
  const first = answers.of('overview', read);
  const late = [answers.of('overview', read), answers.of('overview', read), answers.of('overview', read)];
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  expect(await first).toBe('answer 1');
  await settled();
  expect(begun).toHaveLength(2);
  // The second one is being read: it may have looked before this one asked.
  const later = answers.of('overview', read);
  begun[1]?.end();
  expect(await Promise.all(late)).toEqual(['answer 2', 'answer 2', 'answer 2']);
  await settled();
  begun[2]?.end();
  expect(await later).toBe('answer 3');
  await settled();
  const alone = answers.of('overview', read);
  begun[3]?.end();
  expect(await alone).toBe('answer 4');
});

test('other questions don’t wait, and are answered for themselves', async () => {
  const answers = new SharedAnswers();
  const { begun, read } = readings();
  const asked = [answers.of('overview', read), answers.of('projects', read)];
  expect(begun).toHaveLength(2);
  for (const one of begun) one.end();
  expect(await Promise.all(asked)).toEqual(['answer 1', 'answer 2']);
});

test('a refusal is for whom it names alone', async () => {
  const answers = new SharedAnswers();
  const { begun, read } = readings();
  const as = (name: string) => () =>
    read().catch(() => {
      throw new SternaError('auth', 'not-allowed', `${name} may not`);
    });
  const asked = ['Ann', 'Bob', 'Cleo'].map((name) => answers.of('entry 1', as(name)).catch((error) => error.message));
  for (let n = 0; n < 3; n += 1) {
    begun[n]?.fail(new Error('no'));
    await settled();
  }
  expect(await Promise.all(asked)).toEqual(['Ann may not', 'Bob may not', 'Cleo may not']);
});

test('what fails for everybody fails for them at once, and isn’t asked again by each', async () => {
  const answers = new SharedAnswers();
  const { begun, read } = readings();
  const asked = ['Ann', 'Bob', 'Cleo'].map(() => answers.of('entry 1', read).catch((error) => error.message));
  begun[0]?.fail(new Error('the database is away'));
  await settled();
  begun[1]?.fail(new Error('the database is away'));
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 3 }, () => 'the database is away'));
  expect(begun).toHaveLength(2);
});

test('people have answers in common where they have the same rights, and only there', () => {
  const ann: Actor = {
    ...{ organizationId: 1, accountId: 1, name: 'ann@tern.example', role: 'viewer', scopes: ['read'] },
    projects: new Map([
      [1, ['read', 'operate']],
      [2, ['read']],
    ]),
  };
  const turned = new Map([...ann.projects].reverse());
  expect(rightsOf({ ...ann, accountId: 2, name: 'bob@tern.example', projects: turned })).toBe(rightsOf(ann));
  const others: readonly Partial<Actor>[] = [
    { organizationId: 2 },
    { role: 'auditor' },
    { scopes: [] },
    { projects: new Map([[1, ['read']]]) },
    { limitedTo: [1] },
  ];
  for (const other of others) expect(rightsOf({ ...ann, ...other })).not.toBe(rightsOf(ann));
});

test('where many are asking, readings of the same keep their distance; a single one never waits', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  try {
    const answers = new SharedAnswers();
    const { begun, read } = readings();
    const alone = answers.of('overview', read);
    begun[0]?.end();
    await alone;
    const again = answers.of('overview', read);
    expect(begun, 'nobody else asks').toHaveLength(2);
    begun[1]?.end();
    await again;
    const others = ['a', 'b', 'c', 'd'].map((key) => answers.of(key, read));
    const crowd = [answers.of('overview', read), answers.of('overview', read)];
    expect(begun).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(99);
    expect(begun).toHaveLength(6);
    const late = answers.of('overview', read);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toHaveLength(7);
    for (const one of begun) one.end();
    expect(await Promise.all([...crowd, late])).toEqual(['answer 7', 'answer 7', 'answer 7']);
    await Promise.all(others);
  } finally {
    vi.useRealTimers();
  }
});
