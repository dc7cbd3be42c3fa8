import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const golden = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    encoding: 'utf8',
    timeout: 900_000,
  });
  return { status, last: stdout.trim().split('\n').at(-1) ?? '', all: `${stdout}${stderr}` };
};

test('an organization of Google goes to Microsoft 365 and back: each difference is in the books', () => {
  const { status, last, all } = golden('--pair', 'google-microsoft365', '--size', 'small', '--json');
  expect(status, all).toBe(0);
  const figures = JSON.parse(last) as Record<string, number>;
  expect(figures).toMatchObject({ unaccounted: 0 });
  expect(figures.objects).toBeGreaterThanOrEqual(1_000);
  expect((figures.identical ?? 0) + (figures.noted ?? 0)).toBeGreaterThanOrEqual(2_000);
}, 900_000);

test('mailboxes, drives, sites and teams go from tenant to tenant and on to a third: each difference is in the books', () => {
  const { status, last, all } = golden('--pair', 'microsoft365-microsoft365', '--size', 'small', '--json');
  expect(status, all).toBe(0);
  const figures = JSON.parse(last) as Record<string, number>;
  expect(figures).toMatchObject({ unaccounted: 0 });
  expect(figures.objects).toBeGreaterThanOrEqual(1_000);
}, 900_000);

test.each(['chat-teams', 'google-groups'])(
  '%s: each difference is in the books',
  (pair) => {
    const { status, last, all } = golden('--pair', pair, '--size', 'small', '--json');
    expect(status, all).toBe(0);
    const figures = JSON.parse(last) as Record<string, number>;
    expect(figures).toMatchObject({ unaccounted: 0 });
    expect(figures.identical ?? 0).toBeGreaterThan(50);
  },
  120_000,
);

test('what it doesn’t know it names, with what there is', () => {
  const { status, all } = golden('--pair', 'google-notes');
  expect(status).toBe(2);
  expect(all).toContain('--pair google-notes: there is google-microsoft365');
});
