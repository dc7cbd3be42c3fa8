import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INLINE_LIMIT } from '@sterna/connector-kit';

const CHUNK = 256 * 1024;

/** A body that came whole: in memory up to INLINE_LIMIT, above it in a file, so that its size is known. */
export interface Spooled {
  readonly size: number;
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** Removes the file. Any number of times. */
  dispose(): Promise<void>;
}

/** Reads a stream to its end. @throws what the stream throws */
export async function spool(stream: AsyncIterable<Buffer>): Promise<Spooled> {
  const head: Buffer[] = [];
  let size = 0;
  let file: TemporaryFile | undefined;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (file !== undefined) await file.append(chunk);
      else {
        head.push(chunk);
        if (size <= INLINE_LIMIT) continue;
        file = await TemporaryFile.make();
        for (const one of head.splice(0)) await file.append(one);
      }
    }
  } catch (error) {
    await file?.remove();
    throw error;
  }
  if (file === undefined) return { size, body: Buffer.concat(head), dispose: async () => undefined };
  const whole = file;
  return { size, body: whole.chunks(), dispose: () => whole.remove() };
}

class TemporaryFile {
  readonly #folder: string;
  readonly #file: FileHandle;
  #isOpen = true;

  private constructor(folder: string, file: FileHandle) {
    this.#folder = folder;
    this.#file = file;
  }

  static async make(): Promise<TemporaryFile> {
    const folder = await mkdtemp(join(tmpdir(), 'sterna-mail-'));
    return new TemporaryFile(folder, await open(join(folder, 'message'), 'wx+', 0o600));
  }

  async append(chunk: Buffer): Promise<void> {
    await this.#file.write(chunk);
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; ; ) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async remove(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
