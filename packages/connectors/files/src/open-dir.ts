import { constants } from 'node:fs';
import { access, type FileHandle, open, opendir } from 'node:fs/promises';
import { errnoOf } from './errors.ts';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Names that are kept of a listing while they are looked at. */
const SLICE = 512;

/** Elsewhere paths are all there is: then a folder that is swapped for a link between two calls is followed. */
const HAS_PROC = process.platform === 'linux';

/**
 * A folder that is held open. What is named below it is looked up in this very folder, wherever it is moved to and
 * whatever is put in its place (openat(2), by way of /proc/self/fd), so nobody can swap in a link to somewhere else.
 *
 * Closed only when nothing works on it any more: the number of a closed folder may be given to another one.
 */
export class OpenDir {
  readonly #handle: FileHandle;
  readonly #path: Buffer;
  #users = 1;

  private constructor(handle: FileHandle, path: Buffer) {
    this.#handle = handle;
    this.#path = path;
  }

  /** @throws as open(2); ELOOP or ENOTDIR for a symbolic link */
  static async open(path: Buffer): Promise<OpenDir> {
    return new OpenDir(await open(path as unknown as string, DIRECTORY), path);
  }

  /** @throws as open(2); ELOOP or ENOTDIR for a symbolic link */
  async child(name: Buffer): Promise<OpenDir> {
    const path = Buffer.concat([this.#path, Buffer.from('/'), name]);
    return new OpenDir(await open(this.at(name), DIRECTORY), path);
  }

  /** A path to what has this name in the folder, for one call. The name is one that `bytesOf` or the disk gave. */
  at(name: Buffer): Buffer & string {
    const folder = HAS_PROC ? Buffer.from(`/proc/self/fd/${this.#handle.fd}`) : this.#path;
    // Node takes Buffers as paths; its types for some calls don't say so.
    return Buffer.concat([folder, Buffer.from('/'), name]) as Buffer & string;
  }

  /** @throws EACCES where what is in it may not be looked at, though its names may be */
  async checkSearchable(): Promise<void> {
    await access(this.at(Buffer.from('.')), constants.X_OK);
  }

  /** Names of what is in it, in the disk's order, without `.` and `..`. */
  async *names(): AsyncGenerator<Buffer> {
    const listing = await opendir(this.at(Buffer.from('.')), {
      encoding: 'buffer' as BufferEncoding,
      bufferSize: SLICE,
    });
    for await (const { name } of listing) yield name as unknown as Buffer;
  }

  /** The same, many at once. */
  async *slices(): AsyncGenerator<readonly Buffer[]> {
    let slice: Buffer[] = [];
    for await (const name of this.names()) {
      slice.push(name);
      if (slice.length < SLICE) continue;
      yield slice;
      slice = [];
    }
    yield slice;
  }

  /** What was made, renamed or removed in it survives a power cut. */
  async sync(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (thrown) {
      // Some network file systems sync folders by themselves and refuse to be told.
      if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'].includes(errnoOf(thrown) ?? '')) throw thrown;
    }
  }

  retain(): this {
    this.#users += 1;
    return this;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users === 0) await this.#handle.close();
  }
}
