import { mkdir, realpath } from 'node:fs/promises';
import { aborted, asFilesError, errnoOf, folderGone } from './errors.ts';
import { bytesOf, segmentsOf } from './names.ts';
import { OpenDir } from './open-dir.ts';
import type { Place } from './settings.ts';

/** A drive: its folder, and every folder below it by its id. */
export class Root {
  /** Real path. */
  readonly path: string;
  readonly #dir: OpenDir;
  #isClosed = false;

  private constructor(path: string, dir: OpenDir) {
    this.path = path;
    this.#dir = dir;
  }

  /**
   * @param options.create Makes the folders that aren't there yet
   * @throws SternaError config `path-not-found`, `symlink-refused`; auth `path-not-allowed`
   */
  static async open({ base, below }: Place, options: { readonly create: boolean }): Promise<Root> {
    try {
      if (options.create) await mkdir(base, { recursive: true });
      const real = await realpath(base);
      let dir = await OpenDir.open(Buffer.from(real));
      for (const name of below) {
        const parent = dir;
        try {
          dir = await childOf(parent, Buffer.from(name), options.create);
        } finally {
          await parent.release();
        }
      }
      return new Root([real === '/' ? '' : real, ...below].join('/') || '/', dir);
    } catch (thrown) {
      throw asFilesError(thrown, 'the folder of the drive');
    }
  }

  /**
   * Runs `work` with the folder held open.
   *
   * @throws SternaError config `container-not-found` where it isn't there, or is something else now; as `work`
   */
  async within<T>(id: string, work: (dir: OpenDir) => Promise<T>): Promise<T> {
    const dir = await this.openFolder(id);
    try {
      return await work(dir);
    } finally {
      await dir.release();
    }
  }

  /** @throws SternaError as `within`; errno EACCES as it is */
  async openFolder(id: string): Promise<OpenDir> {
    if (this.#isClosed) throw aborted();
    let dir = this.#dir.retain();
    for (const segment of segmentsOf(id)) {
      const name = bytesOf(segment);
      const parent = dir;
      try {
        if (name === undefined) throw folderGone();
        dir = await parent.child(name);
      } catch (thrown) {
        throw ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(thrown) ?? '') ? folderGone() : thrown;
      } finally {
        await parent.release();
      }
    }
    return dir;
  }

  /** What is under way goes on with the folders that it holds. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#dir.release();
  }
}

async function childOf(parent: OpenDir, name: Buffer, create: boolean): Promise<OpenDir> {
  try {
    return await parent.child(name);
  } catch (thrown) {
    if (!create || errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
  await makeFolder(parent, name);
  return parent.child(name);
}

/** Makes a folder, unless something of that name is there. */
export async function makeFolder(parent: OpenDir, name: Buffer): Promise<void> {
  try {
    await mkdir(parent.at(name));
    await parent.sync();
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown;
  }
}
