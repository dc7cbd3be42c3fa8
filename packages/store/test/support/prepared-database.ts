import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrate, openDatabase } from '../../src/index.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
/** As root not in the checkout: what belongs to the server's user there, its owner couldn't remove. */
const CACHE =
  process.getuid?.() === 0 ? '/var/cache/sterna-test' : join(here, '../../../../node_modules/.cache/sterna-test');

/**
 * Puts an embedded database into a data folder that has none yet: made, migrated and empty, which `openDatabase` then
 * starts. Making one takes five seconds and copying it a fraction of one, and most tests have one of their own.
 */
export async function prepareDatabase(dataDir: string): Promise<void> {
  if (existsSync(join(dataDir, 'postgres'))) return;
  const prepared = join(CACHE, `database-${await kindOfDatabase()}`);
  if (!existsSync(prepared)) await make(prepared);
  await mkdir(dataDir, { recursive: true });
  await copy(join(prepared, 'postgres'), join(dataDir, 'postgres'));
}

/** Others may be making the same at this moment: the first one stays. */
async function make(prepared: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sterna-prepared-'));
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(`${prepared}-new-`);
  try {
    // The server's user, where that is another, has to get in.
    await chmod(folder, 0o755);
    const database = await openDatabase({ dataDir: folder });
    await migrate(database.pool);
    await database.close();
    await copy(join(folder, 'postgres'), join(fresh, 'postgres'));
    await rename(fresh, prepared).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await Promise.all([folder, fresh].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** With owners and rights. */
const copy = (from: string, to: string): Promise<unknown> => run('cp', ['-a', from, to]);

/** What it depends on: the server's version, who it belongs to, and all that migrations do. */
async function kindOfDatabase(): Promise<string> {
  const hash = createHash('sha256').update(String(process.getuid?.()));
  const sources = join(here, '../../src/migrations');
  const files = (await readdir(sources)).sort().map((name) => join(sources, name));
  for (const file of [join(here, '../../package.json'), join(here, '../../src/migrate.ts'), ...files])
    hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}
