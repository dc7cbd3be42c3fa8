import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SternaError } from '@sterna/core';
import { errnoOf } from './errors.ts';

/** A lock of another machine, or without a readable owner, that is older than this is abandoned (Dovecot's default). */
const STALE_MS = 120_000;
const WAIT_MS = 10_000;
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']);

/**
 * Runs `work` while holding the dot lock `path`, whose content is `pid:host` as Dovecot and procmail write it. The lock
 * of a process that died on this machine is taken over at once.
 * @throws SternaError transient `archive-locked` after ten seconds
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid}:${hostname()}`;
  const until = Date.now() + WAIT_MS;
  for (let pause = 2; ; pause = Math.min(200, pause * 2)) {
    try {
      await take(path, mine);
      break;
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown;
    }
    if (await isAbandoned(path)) await rm(path, { force: true });
    else if (Date.now() > until)
      throw new SternaError('transient', 'archive-locked', 'Another program holds the lock of this archive', {
        fix: `Wait for it to finish, or remove the lock file if it is a leftover.`,
      });
    else await delay(pause);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * The lock appears with its owner in it, so that a kill in between leaves none without one. A file system without hard
 * links gets it in two steps.
 */
async function take(path: string, owner: string): Promise<void> {
  // A name of its own: that of the lock may be as long as names can be.
  const draft = join(dirname(path), `.${randomUUID()}.tmp`);
  await writeFile(draft, owner, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (thrown) {
    if (!WITHOUT_LINKS.has(errnoOf(thrown) ?? '')) throw thrown;
    await writeFile(path, owner, { flag: 'wx', mode: 0o600 });
  } finally {
    await rm(draft, { force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'latin1'), stat(path)]);
    const [, pid, host] = /^(\d+):(.*)$/.exec(text.trim()) ?? [];
    if (pid !== undefined && host === hostname()) return !isAlive(Number(pid));
    return Date.now() - mtimeMs > STALE_MS;
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return errnoOf(thrown) === 'EPERM';
  }
}
