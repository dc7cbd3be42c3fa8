import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { INLINE_LIMIT } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

/** What goes into a file, or comes out of one. */
export interface AsideContent {
  readonly body: Buffer | AsyncIterable<Buffer>;
  readonly native: Buffer | undefined;
}

const NATIVE = '.native';

/**
 * A folder of this machine in which passes put aside what they overwrite in targets: `ENTRY/PASS/NAME`, where each object
 * is a file as its kind's standard has it. Only its owner may read it.
 */
export class AsideFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Durable when it returns.
   *
   * @param name what the file is to be known by; each call makes another file
   * @returns its path below this folder
   * @throws SternaError transient `aside-unwritable`; what `body` throws
   */
  async write(entryId: number, pass: number, name: string, { body, native }: AsideContent): Promise<string> {
    const file = `${entryId}/${pass}/${name}-${randomBytes(4).toString('hex')}`;
    const path = join(this.#root, file);
    const dir = dirname(path);
    await onDisk(mkdir(dir, { recursive: true, mode: 0o700 }));
    try {
      await writeDurably(path, Buffer.isBuffer(body) ? [body] : body);
      if (native !== undefined) await writeDurably(`${path}${NATIVE}`, [native]);
      for (const made of [dir, dirname(dir), this.#root]) await syncFolder(made);
    } catch (thrown) {
      await this.remove(file).catch(() => {});
      throw thrown;
    }
    return file;
  }

  /** @returns undefined where this machine doesn't have it (any more). A streamed body can be read again and again. */
  async read(file: string, isNative: boolean): Promise<AsideContent | undefined> {
    const path = join(this.#root, file);
    try {
      const { size } = await stat(path);
      return {
        body:
          size > INLINE_LIMIT
            ? { [Symbol.asyncIterator]: () => createReadStream(path)[Symbol.asyncIterator]() as AsyncIterator<Buffer> }
            : await readFile(path),
        native: isNative ? await readFile(`${path}${NATIVE}`) : undefined,
      };
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined;
      throw thrown;
    }
  }

  async remove(file: string): Promise<void> {
    const path = join(this.#root, file);
    await Promise.all([rm(path, { force: true }), rm(`${path}${NATIVE}`, { force: true })]);
  }

  /**
   * Removes what nobody needs any more.
   *
   * @param needed which of these files of an entry are to stay
   * @param before files that were written later stay in any case: their row may not be there yet
   */
  async sweep(
    needed: (entryId: number, files: readonly string[]) => Promise<ReadonlySet<string>>,
    before: Date,
  ): Promise<void> {
    for (const entry of await namesIn(this.#root)) {
      for (const pass of await namesIn(join(this.#root, entry))) {
        const dir = join(this.#root, entry, pass);
        const files = (await namesIn(dir))
          .filter((name) => !name.endsWith(NATIVE))
          .map((name) => `${entry}/${pass}/${name}`);
        const stay = await needed(Number(entry), files);
        for (const file of files) {
          if (stay.has(file)) continue;
          const { mtime } = await stat(join(this.#root, file));
          if (mtime < before) await this.remove(file);
        }
        await rmdir(dir).catch(() => {});
      }
      await rmdir(join(this.#root, entry)).catch(() => {});
    }
  }
}

async function writeDurably(path: string, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
  const handle = await onDisk(open(path, 'wx', 0o600));
  try {
    for await (const chunk of chunks) await onDisk(handle.writeFile(chunk));
    await onDisk(handle.sync());
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await onDisk(open(path, 'r'));
  await onDisk(handle.sync()).finally(() => handle.close());
}

/** Errors of the disk, apart from those of what is being read. */
const onDisk = async <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw new SternaError(
      'transient',
      'aside-unwritable',
      `What is to be overwritten in the target can’t be put aside in the data folder (${errnoOf(cause) ?? 'error'}), so nothing is overwritten.`,
      {
        field: 'keepOverwritten',
        fix: 'Make room in the data folder and let it be written, or set keepOverwritten to 0: then nothing is put aside.',
        cause,
      },
    );
  });

const namesIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

const errnoOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException | undefined)?.code;
