import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = ['apps/cli/dist', 'apps/web/dist', 'simulators/command/dist'];

/** Sources and packages, in another folder. Hard links where both are on one disk: the packages are half a gigabyte. */
async function copyOfCheckout(to: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  for (const path of stdout.split('\0').filter(Boolean)) {
    await mkdir(join(to, dirname(path)), { recursive: true });
    // A file that is removed but not yet committed is still listed.
    await cp(join(root, path), join(to, path)).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  const packages = await run('find', ['.', '-name', 'node_modules', '-type', 'd', '-prune'], { cwd: root });
  for (const path of packages.stdout.trim().split('\n'))
    await run('cp', ['-al', join(root, path), join(to, path)]).catch(async () => {
      await rm(join(to, path), { recursive: true, force: true });
      await run('cp', ['-a', join(root, path), join(to, path)]);
    });
}

async function build(folder: string): Promise<ReadonlyMap<string, string>> {
  await run(process.execPath, ['scripts/build.mjs'], { cwd: folder, maxBuffer: 2 ** 26 });
  const hashes = new Map<string, string>();
  for (const dist of BUILT)
    for (const file of await readdir(join(folder, dist), { recursive: true, withFileTypes: true })) {
      const path = join(file.parentPath, file.name);
      // What a program has compiled for its next start.
      if (!file.isFile() || path.includes('/.cache/')) continue;
      hashes.set(
        path.slice(folder.length + 1),
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
    }
  return hashes;
}

test('the same sources, built in two folders, are the same programs byte for byte', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'sterna-build-'));
  const folders = [join(parent, 'one'), join(parent, 'elsewhere/two')] as const;
  try {
    for (const folder of folders) await copyOfCheckout(folder);
    const [first, second] = [await build(folders[0]), await build(folders[1])];
    expect(first.size).toBeGreaterThan(50);
    expect(Object.fromEntries(second)).toEqual(Object.fromEntries(first));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
