import type { FileHandle } from 'node:fs/promises';

/** What is looked at for being nothing but zeros, and what a hole is at least. */
const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Writes a stream into a file from its start. What is there already is compared with it instead of written again: the
 * beginning that an earlier try left. Blocks of zeros are left out, so that holes stay holes.
 */
export class SparseWriter {
  readonly #handle: FileHandle;
  /** Bytes of an earlier try that haven't been compared yet end here. */
  #known: number;
  #position = 0;
  /** How long the file is: of what is behind, nothing is written. */
  #length: number;

  constructor(handle: FileHandle, known: number) {
    this.#handle = handle;
    this.#known = known;
    this.#length = known;
  }

  get position(): number {
    return this.#position;
  }

  async write(chunk: Buffer): Promise<void> {
    const rest = chunk.subarray(await this.#compare(chunk));
    // Neighbouring blocks are written together.
    let from = 0;
    for (let at = 0; at < rest.length; at += BLOCK) {
      const block = rest.subarray(at, at + BLOCK);
      if (ZEROS.compare(block, 0, block.length, 0, block.length) !== 0) continue;
      await this.#put(rest.subarray(from, at));
      this.#position += block.length;
      from = at + block.length;
    }
    await this.#put(rest.subarray(from));
  }

  /** Ends the file where the stream ended: behind a last hole, before what an earlier try wrote too much. */
  async end(): Promise<void> {
    if (this.#length !== this.#position) await this.#handle.truncate(this.#position);
  }

  /** @returns how many of the bytes are there already */
  async #compare(chunk: Buffer): Promise<number> {
    const length = Math.min(chunk.length, this.#known - this.#position);
    if (length <= 0) return 0;
    const there = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await this.#handle.read(there, at, length - at, this.#position + at);
      if (bytesRead === 0) return this.#forget();
      at += bytesRead;
    }
    if (there.compare(chunk, 0, length) !== 0) return this.#forget();
    this.#position += length;
    return length;
  }

  /** From here on the earlier try had something else. */
  async #forget(): Promise<number> {
    await this.#handle.truncate(this.#position);
    this.#known = 0;
    this.#length = this.#position;
    return 0;
  }

  async #put(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at, this.#position);
      at += bytesWritten;
      this.#position += bytesWritten;
      this.#length = Math.max(this.#length, this.#position);
    }
  }
}
