import type { Readable } from 'node:stream';
import { SignsOfLife } from './signs-of-life.ts';

/** What becomes of a body that isn't taken; thrown as they are. */
export interface BodyErrors {
  tooLarge(): Error;
  tooSlow(): Error;
  cutShort(): Error;
}

/**
 * All that a sender has to send, in memory. By events: to iterate costs more than a small answer's whole exchange.
 *
 * @param most bytes
 * @param patienceMs as `SignsOfLife` has it; silence is the connection's to end
 */
export function wholeBody(body: Readable, most: number, patienceMs: number, errors: BodyErrors): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const life = new SignsOfLife(patienceMs);
    let last = performance.now();
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      const now = performance.now();
      const isAlive = life.came(chunk.length, now - last);
      last = now;
      if (size <= most && isAlive) {
        chunks.push(chunk);
        return;
      }
      reject(size > most ? errors.tooLarge() : errors.tooSlow());
      body.destroy();
    });
    body.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    body.on('error', reject);
    body.on('close', () => {
      // An error costs its stack: none is made for nothing.
      if (!body.readableEnded) reject(errors.cutShort());
    });
  });
}
