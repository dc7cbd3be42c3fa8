import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { SternaError } from '@sterna/core';

/** The system user that the database server runs as, where that isn't the user who runs Sterna. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. As root it runs as the owner of the existing database, else as `postgres`, else
 * as `nobody`, else as a new user `sterna`. Not as root: as the same user, `undefined`.
 *
 * @param existingData a database folder that a former start made, if any: its owner stays the user, whatever users
 *   were added to the machine since
 * @throws SternaError config `postgres-user-missing`
 */
export function chooseServerUser(existingData: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = ownerOf(existingData);
  if (owner !== undefined && owner.uid !== 0) return owner;
  const found = lookUp('postgres') ?? lookUp('nobody') ?? createUser();
  if (found !== undefined) return found;
  throw new SternaError(
    'config',
    'postgres-user-missing',
    "PostgreSQL can't run as root, and no other user was found.",
    {
      fix: 'Run Sterna as a user other than root, or add a system user named "postgres".',
    },
  );
}

function ownerOf(path: string): ServerUser | undefined {
  try {
    const { uid, gid } = statSync(path);
    return { name: nameOf(uid) ?? `#${uid}`, uid, gid };
  } catch {
    return undefined;
  }
}

function nameOf(uid: number): string | undefined {
  const run = spawnSync('id', ['-un', String(uid)], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : undefined;
}

function lookUp(name: string): ServerUser | undefined {
  const uid = idOf('-u', name);
  const gid = idOf('-g', name);
  return uid === undefined || gid === undefined || uid === 0 ? undefined : { name, uid, gid };
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const run = spawnSync('id', [flag, name], { encoding: 'utf8' });
  const id = Number.parseInt(run.stdout ?? '', 10);
  return run.status === 0 && Number.isSafeInteger(id) ? id : undefined;
}

function createUser(): ServerUser | undefined {
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'sterna']);
  return lookUp('sterna');
}

/**
 * The first of `paths` that `user` can't enter (folder) or run (file); `undefined` if none.
 *
 * Asks the kernel, by a process of that user, because only the kernel knows access lists, mounts and name spaces.
 *
 * @throws SternaError config `postgres-user-refused` where this process may not start programs as `user`
 */
export function firstUnreachable(paths: readonly string[], user: ServerUser): string | undefined {
  const script = 'for path do [ -x "$path" ] || { printf %s "$path"; exit 3; }; done';
  const run = spawnSync('/bin/sh', ['-c', script, 'sh', ...paths], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    env: {},
    encoding: 'utf8',
  });
  if (run.status === 0) return undefined;
  if (run.status === 3) return run.stdout;
  throw new SternaError('config', 'postgres-user-refused', `Can't run PostgreSQL as the user "${user.name}".`, {
    fix: 'Run Sterna as a user other than root, or allow it to change users (capabilities SETUID, SETGID and CHOWN).',
    cause: run.error,
  });
}
