import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SternaError } from '@sterna/core';

const RUN = /^run-(\d+)-(\d+)$/;

/**
 * A fresh folder for one run, and no leftovers of earlier ones that have ended. The default lies below the temporary
 * folder: there the embedded database can reach its files even where Sterna runs as root and it as another user.
 */
export async function freshRunFolder(purpose: 'demo' | 'rehearsal', given: string | undefined): Promise<string> {
  const base = resolve(given ?? join(tmpdir(), `sterna-${purpose}-${process.getuid?.() ?? 0}`));
  await mkdir(base, { recursive: true });
  const stat = await lstat(base);
  // Anybody may make folders in the temporary one, even with our name.
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) {
    throw new SternaError('config', 'run-folder-foreign', `The folder ${base} belongs to somebody else.`, {
      field: '--data',
      fix: 'Name another folder with --data.',
    });
  }
  if (given === undefined) await chmod(base, 0o755);
  for (const name of await readdir(base)) {
    const pid = Number(RUN.exec(name)?.[2]);
    if (pid > 0 && !isAlive(pid)) await rm(join(base, name), { recursive: true, force: true });
  }
  const folder = join(base, `run-${Date.now()}-${process.pid}`);
  await mkdir(folder, { mode: 0o755 });
  await chmod(folder, 0o755);
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
