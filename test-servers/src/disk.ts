import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';

/** A file system of a folder's own, in memory, that can run full without anything else on the machine noticing. */
export interface OwnDisk {
  /** Nothing more can be written, until `makeRoom`: what is there stays. */
  fill(): void;
  makeRoom(): void;
}

const TRIES = 50;
const BLOCKS_AHEAD = 8;

/**
 * Mounts it on an existing empty folder. It goes with the folder (`removeFolder`).
 *
 * @param options of the mount, such as `uid=8,mode=700`
 * @throws Error where this machine lets nobody mount anything, as many containers do
 */
export function mountDisk(folder: string, megabytes: number, options: string): OwnDisk {
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m,${options}`, 'sterna-test', folder);
  return {
    fill() {
      for (let tries = 1; ; tries++) {
        // A disk that is as large as what is on it is full, and 0 would mean no limit at all. It can't be smaller, as it would
        // be if something was written just now: the more is written, the more it is given, which is soon used up.
        const { blocks, bfree, bsize } = statfsSync(folder);
        const size = Math.max(1, blocks - bfree + (tries - 1) * BLOCKS_AHEAD) * bsize;
        try {
          return mount('-o', `remount,size=${size}`, folder);
        } catch (error) {
          if (tries === TRIES) throw error;
        }
      }
    },
    makeRoom: () => mount('-o', `remount,size=${megabytes}m`, folder),
  };
}

/** Whether `mountDisk` can do anything here. */
export function canMountDisks(): boolean {
  const folder = mkdtempSync('/tmp/sterna-disk-');
  try {
    mkdirSync(`${folder}/disk`);
    mountDisk(`${folder}/disk`, 1, 'mode=700');
    return true;
  } catch {
    return false;
  } finally {
    unmountIn(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whatever is mounted in a folder isn't any more. */
export function unmountIn(folder: string): void {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const place = line.split(' ')[1];
    // Lazily: a process that is dying may still have its folder there.
    if (place?.startsWith(`${folder}/`)) execFileSync('umount', ['-l', place], { stdio: 'ignore' });
  }
}

function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
