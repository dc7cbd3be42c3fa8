import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dependencies?: object; readonly integrity?: string; readonly link?: boolean }>
  >;
}
const lock = async (): Promise<Lock> => JSON.parse(await read('package-lock.json'));
/** Parts that aren't shipped. */
const FOR_TESTS = /^(?:simulators|test-servers|e2e|bench|scripts|packages\/connector-suite)(?:\/|$)/;

test('each package that the product needs has its line, and no other has', async () => {
  const needed = new Set<string>();
  for (const [path, { dependencies = {} }] of Object.entries((await lock()).packages))
    if (!path.includes('node_modules') && !FOR_TESTS.test(path))
      for (const name of Object.keys(dependencies)) if (!name.startsWith('@sterna/')) needed.add(name);
  const listed = [...(await read('docs/dependencies.md')).matchAll(/^\| (@?[a-z][\w./-]*) \| [^|]+ \| [^|]{5,} \|$/gm)];
  expect(listed.map(([, name]) => name).sort()).toEqual([...needed].sort());
});

test('every package is locked by its hash', async () => {
  const loose = Object.entries((await lock()).packages)
    .filter(([path, one]) => path.includes('node_modules/') && one.link !== true && one.integrity === undefined)
    .map(([path]) => path);
  expect(loose).toEqual([]);
});
