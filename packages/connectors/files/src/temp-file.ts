import { randomBytes } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { SternaError } from '@sterna/core';
import { BodyError, fromBody } from './body-error.ts';
import { lookAt } from './entry.ts';
import { errnoOf } from './errors.ts';
import type { OpenDir } from './open-dir.ts';
import { SparseWriter } from './sparse-writer.ts';

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
const FRESH = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
const THERE = O_RDWR | O_NOFOLLOW | O_NONBLOCK;

/** File systems without hard links, files that somebody else owns (fs.protected_hardlinks), too many links. */
export const NO_LINK = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'];

/** A double has a quarter of a microsecond left at today's dates; too late is right in milliseconds, too early is not. */
const ROUNDING_MS = 0.0003;

export interface Body {
  readonly body: Buffer | AsyncIterable<Buffer>;
  readonly size: number;
  readonly date?: Date | undefined;
}

/** Content on its way, under a name that no listing shows, in the folder where it will be. */
export class TempFile {
  readonly #dir: OpenDir;
  readonly #name: Buffer;
  /** What its name is while it takes the place of an empty file of ours. */
  readonly #placing: Buffer;

  /** @param stamp Hex, of the object that is written; undefined: one that nobody will look for */
  constructor(dir: OpenDir, stamp: string | undefined) {
    if (stamp !== undefined && !/^[0-9a-f]{1,128}$/i.test(stamp))
      throw new SternaError('bug', 'internal', 'A stamp is hexadecimal.');
    const own = stamp ?? randomBytes(16).toString('hex');
    this.#dir = dir;
    this.#name = Buffer.from(`.sterna-${own}.part`);
    this.#placing = Buffer.from(`.sterna-${own}.placing.part`);
  }

  /**
   * Writes all of it, durably. A stream goes on where an earlier try of the same stamp ended.
   *
   * @throws BodyError what the body throws; SternaError object `size-differs`, `content-differs`; as the disk says
   */
  async fill({ body, size, date }: Body): Promise<BigIntStats> {
    const { handle, known } = await this.#open(!Buffer.isBuffer(body));
    try {
      const writer = new SparseWriter(handle, known);
      for await (const chunk of Buffer.isBuffer(body) ? [body] : fromBody(body)) {
        await writer.write(chunk);
        if (writer.position > size) break;
      }
      if (writer.position !== size)
        throw new BodyError(
          new SternaError('object', 'size-differs', 'The content is not as long as was said', {
            fix: 'Run a delta pass: it reads the file again.',
            details: { size, read: writer.position },
          }),
        );
      await writer.end();
      if (date !== undefined && Number.isFinite(date.getTime())) {
        // As text: numbers below 0 are taken for now.
        const seconds = String((date.getTime() + ROUNDING_MS) / 1000);
        await handle.utimes(seconds, seconds);
      }
      await handle.sync();
      const stat = await handle.stat({ bigint: true });
      if (stat.size !== BigInt(size))
        throw new SternaError('object', 'content-differs', 'The file system holds another length than was written', {
          fix: 'Look at the disk, or the share, and run a delta pass.',
        });
      return stat;
    } finally {
      await handle.close();
    }
  }

  /** Gives it the mode, and where it may the owner, of the file that it is going to replace. */
  async takeOver({
    mode,
    uid,
    gid,
  }: {
    readonly mode: bigint;
    readonly uid: bigint;
    readonly gid: bigint;
  }): Promise<void> {
    const handle = await open(this.#dir.at(this.#name), THERE);
    try {
      // Only root may give files away.
      await handle.chown(Number(uid), Number(gid)).catch(() => undefined);
      await handle.chmod(Number(mode) & 0o777).catch(() => undefined);
    } finally {
      await handle.close();
    }
  }

  /**
   * Gives it its name, over nothing, in one step that no crash can divide.
   *
   * @returns false where something has the name
   */
  async publish(name: Buffer): Promise<boolean> {
    try {
      await link(this.#dir.at(this.#name), this.#dir.at(name));
    } catch (thrown) {
      const errno = errnoOf(thrown) ?? '';
      if (errno === 'EEXIST') {
        // Network file systems send a request again whose answer was lost, and are told that it exists.
        if (!(await this.#is(name))) return false;
      } else if (NO_LINK.includes(errno)) return this.publishWithoutLink(name);
      else throw thrown;
    }
    await unlink(this.#dir.at(this.#name));
    return true;
  }

  /**
   * The same where there are no hard links: an empty file takes the name, if nothing has it, and is replaced at once. Its
   * other name tells the next try that the empty one is ours.
   */
  async publishWithoutLink(name: Buffer): Promise<boolean> {
    await rename(this.#dir.at(this.#name), this.#dir.at(this.#placing));
    const isTaken = await take(this.#dir, name);
    if (isTaken) await rename(this.#dir.at(this.#placing), this.#dir.at(name));
    else await unlink(this.#dir.at(this.#placing));
    return isTaken;
  }

  /** Puts it over the file of that name. */
  async replace(name: Buffer): Promise<void> {
    await rename(this.#dir.at(this.#name), this.#dir.at(name));
  }

  /** Removes the empty file that an interrupted `publishWithoutLink` left under the name. */
  async settle(name: Buffer): Promise<void> {
    if ((await lookAt(this.#dir, this.#placing)) === undefined) return;
    const there = await lookAt(this.#dir, name);
    if (there?.isFile() === true && there.size === 0n) await unlink(this.#dir.at(name));
    await unlink(this.#dir.at(this.#placing));
  }

  /** Nobody will go on with it. */
  async discard(): Promise<void> {
    await removeIfThere(this.#dir, this.#name);
  }

  async #is(name: Buffer): Promise<boolean> {
    const [ours, there] = [await lookAt(this.#dir, this.#name), await lookAt(this.#dir, name)];
    return ours !== undefined && ours.ino === there?.ino && ours.dev === there.dev;
  }

  async #open(resume: boolean): Promise<{ readonly handle: FileHandle; readonly known: number }> {
    const path = (): string => this.#dir.at(this.#name);
    const found = resume ? await open(path(), THERE).catch(() => undefined) : undefined;
    if (found !== undefined) {
      const stat = await found.stat();
      // With a second name it is published already, and not to be written to; or it is somebody else's.
      if (stat.isFile() && stat.nlink === 1) return { handle: found, known: stat.size };
      await found.close();
    }
    await removeIfThere(this.#dir, this.#name);
    return { handle: await open(path(), FRESH, 0o666), known: 0 };
  }
}

/** Takes a name with an empty file. @returns false where something has it */
export async function take(dir: OpenDir, name: Buffer): Promise<boolean> {
  try {
    await (await open(dir.at(name), FRESH, 0o666)).close();
    return true;
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

export async function removeIfThere(dir: OpenDir, name: Buffer): Promise<void> {
  try {
    await unlink(dir.at(name));
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
}
