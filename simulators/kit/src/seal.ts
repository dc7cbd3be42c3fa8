import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seals what a client carries for us (page positions, delta tokens, opaque items), so that it can't be made up. */
export class Seal {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(kind: string, content: unknown): string {
    const body = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${body}.${this.#sign(kind, body)}`;
  }

  /** Undefined for what wasn't sealed here, or was for something else. */
  unseal<T>(kind: string, token: string): T | undefined {
    const [body = '', signature = ''] = token.split('.');
    const right = this.#sign(kind, body);
    if (signature.length !== right.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(right))) {
      return undefined;
    }
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as T;
  }

  #sign(kind: string, body: string): string {
    return createHmac('sha256', this.#key).update(`${kind}\n${body}`).digest('base64url').slice(0, 22);
  }
}
