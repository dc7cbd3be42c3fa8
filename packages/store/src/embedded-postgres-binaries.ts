import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { SternaError } from '@sterna/core';
import { firstUnreachable, type ServerUser } from './embedded-postgres-user.ts';

/** Where the PostgreSQL programs are. */
export interface PostgresBinaries {
  /** Folder with `bin`, `lib` and `share`. */
  readonly root: string;
  /** Version of the npm package that carries them, such as `18.4.0-beta.17`. */
  readonly version: string;
  /** 18 */
  readonly major: number;
}

/**
 * Finds the binaries that npm installed for this platform.
 *
 * We use the binaries of the package `embedded-postgres` but not its class: the class hooks this process's signals and
 * exits, and knows nothing of a server that outlived its starter.
 *
 * @throws SternaError config `postgres-binaries-missing`
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const os = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${os}-${arch()}`;
  let entry: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(wrapper).resolve(name);
  } catch (cause) {
    throw new SternaError(
      'config',
      'postgres-binaries-missing',
      `The embedded PostgreSQL (${name}) is not installed.`,
      {
        fix: `Install with optional dependencies (npm ci, without --omit=optional), or set DATABASE_URL to a PostgreSQL server of yours.`,
        cause,
      },
    );
  }
  const packageFolder = join(dirname(entry), '..');
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const root = join(packageFolder, 'native');
  await createMissingLinks(packageFolder, root);
  return { root, version, major: Number.parseInt(version, 10) };
}

/** npm packages can't carry symbolic links; the package's install script makes them, where npm was allowed to run it. */
async function createMissingLinks(packageFolder: string, root: string): Promise<void> {
  let links: { source: string; target: string }[];
  try {
    links = JSON.parse(readFileSync(join(root, 'pg-symlinks.json'), 'utf8'));
  } catch {
    return;
  }
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    try {
      await lstat(link);
    } catch {
      await symlink(relative(dirname(link), join(packageFolder, source)), link).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return;
          throw new SternaError(
            'config',
            'postgres-binaries-incomplete',
            `PostgreSQL's libraries in ${root} are incomplete.`,
            {
              fix: 'Run npm ci again with install scripts allowed.',
              cause: error,
            },
          );
        },
      );
    }
  }
}

/**
 * The binaries, at a place that the server's user can reach: as installed, or copied once into a cache.
 *
 * @param caches where a copy may go, in order of preference
 * @throws SternaError config `postgres-binaries-unreachable`
 */
export async function reachableBinaries(
  installed: PostgresBinaries,
  user: ServerUser | undefined,
  caches: readonly string[],
): Promise<PostgresBinaries> {
  if (user === undefined || isRunnable(installed.root, user)) return installed;
  const name = `postgres-${installed.version}-${platform()}-${arch()}`;
  let lastError: unknown;
  for (const folder of caches) {
    const copy = { ...installed, root: join(folder, name) };
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      if (!(await isOursAlone(folder))) continue;
      if (!(await exists(join(copy.root, 'bin', 'postgres')))) await copyBinaries(installed.root, copy.root);
      if ((await isOursAlone(copy.root)) && isRunnable(copy.root, user)) return copy;
    } catch (error) {
      lastError = error;
    }
  }
  throw new SternaError(
    'config',
    'postgres-binaries-unreachable',
    `The user "${user.name}", as which PostgreSQL runs, can't reach PostgreSQL's programs in ${installed.root}.`,
    { fix: 'Install Sterna in a folder that every user can enter, such as /opt/sterna.', cause: lastError },
  );
}

function isRunnable(root: string, user: ServerUser): boolean {
  const needed = ['bin/initdb', 'bin/postgres', 'lib', 'share'].map((part) => join(root, part));
  return firstUnreachable([...ancestors(root), ...needed], user) === undefined;
}

/** Programs run from there, so nobody but root may be able to change them. */
async function isOursAlone(folder: string): Promise<boolean> {
  const stat = await lstat(folder);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

/** Copies to a name of its own, then renames: a copy killed half-way is never used. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const fresh = join(dirname(to), `.${basename(to)}-${randomUUID()}`);
  try {
    await cp(from, fresh, { recursive: true, verbatimSymlinks: true });
    await openToAll(fresh);
    await rename(fresh, to).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** `/a/b/c` → `/`, `/a`, `/a/b`, `/a/b/c`. */
export function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}
