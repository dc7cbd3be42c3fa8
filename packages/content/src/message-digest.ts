import { createHash, type Hash } from 'node:crypto';

const CR = 13;
const LF = 10;
const CRLF = Buffer.from('\r\n');

/**
 * 16-byte digest of a message as any IMAP server can hold it: SHA-256 over the bytes with every bare LF as CRLF and
 * every NUL as 0x80 (what Dovecot stores for it), truncated. Equal for a message and its faithful copy whatever the
 * line ends of the store (Maildir LF, IMAP CRLF); different for any other change of a single byte.
 */
export class MessageDigest {
  readonly #hash: Hash = createHash('sha256');
  #previous = 0;

  update(chunk: Buffer): this {
    const bytes = chunk.includes(0) ? replaceNul(chunk) : chunk;
    let from = 0;
    let at = bytes.indexOf(LF);
    while (at !== -1) {
      const before = at === 0 ? this.#previous : bytes[at - 1];
      if (before !== CR) {
        this.#hash.update(bytes.subarray(from, at));
        this.#hash.update(CRLF);
        from = at + 1;
      }
      at = bytes.indexOf(LF, at + 1);
    }
    if (from < bytes.length) this.#hash.update(from === 0 ? bytes : bytes.subarray(from));
    if (bytes.length > 0) this.#previous = bytes[bytes.length - 1] as number;
    return this;
  }

  digest(): Buffer {
    return this.#hash.digest().subarray(0, 16);
  }
}

export const messageDigest = (bytes: Buffer): Buffer => new MessageDigest().update(bytes).digest();

function replaceNul(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  for (let at = copy.indexOf(0); at !== -1; at = copy.indexOf(0, at + 1)) copy[at] = 0x80;
  return copy;
}
