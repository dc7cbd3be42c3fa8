import { Seal } from '@sterna/simulator-kit';
import { badRequest } from '../http/errors.ts';

/** Seals what a client carries for us: page positions, delta tokens, opaque items. */
export class Tokens {
  readonly #seal: Seal;

  constructor(key: Buffer) {
    this.#seal = new Seal(key);
  }

  seal(kind: string, content: unknown): string {
    return this.#seal.seal(kind, content);
  }

  /** Throws 400 for what this cloud didn't seal, or sealed for something else. */
  open<T>(kind: string, token: string): T {
    const content = this.#seal.unseal<T>(kind, token);
    if (content === undefined) throw badRequest('The token in the request is not valid.', 'InvalidToken');
    return content;
  }
}
