/** Reading lines and counted bytes from a socket, in order, at the reader's pace. */
import type { Socket } from 'node:net';

export class ByteReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#wake?.();
    });
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('end', end);
    socket.on('close', end);
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(count: number): Buffer {
    const all = this.#joined();
    const taken = all.subarray(0, count);
    const rest = all.subarray(count);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    return taken;
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
    return true;
  }

  /** The next line without its line end; undefined once the other side has gone. */
  async line(): Promise<string | undefined> {
    let scanned = 0;
    for (;;) {
      const all = this.#joined();
      const end = all.indexOf(10, scanned);
      if (end >= 0)
        return this.#take(end + 1)
          .toString('latin1')
          .replace(/\r?\n$/, '');
      scanned = all.length;
      const before = this.#size;
      if (!(await this.#more()) && this.#size === before) return undefined;
    }
  }

  /** Exactly `count` bytes; undefined if the other side went before sending them. */
  async bytes(count: number): Promise<Buffer | undefined> {
    while (this.#size < count) {
      const before = this.#size;
      if (!(await this.#more()) && this.#size === before) return undefined;
    }
    return Buffer.from(this.#take(count));
  }
}
