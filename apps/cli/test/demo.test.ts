import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sterna, testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeAll(async () => {
  folder = await testFolder();
});
afterAll(() => folder?.remove());

test('the first command of the README: every check holds, and it runs again cleanly', async () => {
  const run = () => sterna(['demo', '--once', '--data', folder.path, '--messages', '40']);
  const first = await run();
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(first.stdout).toContain('All checks hold');
  expect(first.stdout).not.toContain('NOT OK');
  expect(first.stdout).toContain('seen 40 = created 40');
  expect(first.stderr).toBe('');
  const again = await sterna(['demo', '--once', '--json', '--data', folder.path, '--messages', '20']);
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, licenses: { granted: 2, burned: 2 } });
  // What the first run left behind is gone, its own is there to be looked at.
  expect(await readdir(folder.path)).toHaveLength(1);
});
