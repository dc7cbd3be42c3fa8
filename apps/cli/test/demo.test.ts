import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sterna, testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeAll(async () => {
  folder = await testFolder();
});
afterAll(() => folder?.remove());

test('the first command of the README: every check holds, and it runs again cleanly', async () => {
  const run = () => sterna(['demo', '--once', '--data', folder.path, '--people', '2']);
  const first = await run();
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(first.stdout).toContain('All checks hold');
  expect(first.stdout).not.toContain('NOT OK');
  // Who her calendar is shared with is told, and not written.
  expect(first.stdout).toMatch(/^alice@contoso\.example +mailbox +\d+ +\d+ +0 +1 +0$/m);
  expect(first.stdout).toMatch(/^bjorn@contoso\.example +drive +\d+ +\d+ +0 +0 +0$/m);
  expect(first.stdout).toContain('0 missing, 0 duplicated, 0 different');
  // A pass that takes its time says how far it is.
  expect(first.stderr.replace(/^\w+ pass: .*\n/gm, '')).toBe('');
  const again = await sterna(['demo', '--once', '--json', '--data', folder.path, '--people', '1']);
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({
    ok: true,
    licenses: [
      { type: 'mail', granted: 2, burned: 2 },
      { type: 'file', granted: 1, burned: 1 },
    ],
  });
  // What the first run left behind is gone, its own is there to be looked at.
  expect(await readdir(folder.path)).toHaveLength(1);
}, 300_000);

test('from Google: every check holds, nobody is mailed, and what Google says differently is told', async () => {
  const { code, stdout, stderr } = await sterna([
    ...['demo', '--once', '--from', 'google'],
    ...['--data', folder.path, '--people', '1'],
  ]);
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain('A domain of Google Workspace, nordwind.example');
  expect(stdout).toContain('All checks hold');
  expect(stdout).not.toContain('NOT OK');
  expect(stdout).toMatch(/^At Nordwind: .*1 mails starred, 1 mails filed under a new label, .*1 files written\.$/m);
  expect(stdout).toMatch(/^alice@nordwind\.example +mailbox +\d+ +\d+ +0 +/m);
  expect(stdout).toMatch(/^alice@nordwind\.example +drive +\d+ +\d+ +0 +/m);
  expect(stdout).toContain('0 missing, 0 duplicated, 0 different');
}, 300_000);
