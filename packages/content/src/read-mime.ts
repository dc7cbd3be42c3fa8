import PostalMime, { type Email, type PostalMimeOptions } from 'postal-mime';

/**
 * A message taken apart (RFC 5322, RFC 2045 to 2047, RFC 2231), as `PostalMime.parse` does, in a tenth of its time: that one
 * feeds every line of a body to its decoder by itself, and gathers what comes out in a Blob. Here a body goes from one line
 * that may be a boundary to the next in one piece.
 *
 * @param raw octets of the message, unchanged
 * @throws Error where limits of nesting or of header bytes are exceeded
 */
export function readMime(raw: Buffer, options: PostalMimeOptions): Promise<Email> {
  return new PiecewiseParser(options).parse(raw);
}

/** What of the package's parser is built upon, which its types don't show; it is pinned, and a test compares both. */
interface Internals {
  readonly av: Uint8Array<ArrayBuffer>;
  readPos: number;
  readonly boundaries: readonly unknown[];
  readonly currentNode: {
    readonly state: 'header' | 'body' | 'finished';
    readonly contentTransferEncoding: { readonly encoding: string };
    contentDecoder: unknown;
  };
  /** The next line without its end, and whether it is the last. */
  readLine(): Line;
}

interface Line {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly done: boolean;
}

const Parser = PostalMime as unknown as new (options: PostalMimeOptions) => PostalMime & Internals;

class PiecewiseParser extends Parser {
  override readLine(): Line {
    const { av, readPos, currentNode: part, boundaries } = this;
    if (part.state !== 'body') return super.readLine();
    if (!(part.contentDecoder instanceof Pieces))
      part.contentDecoder = new Pieces(decoderOf(part.contentTransferEncoding.encoding));
    let end = -1;
    if (boundaries.length > 0) {
      if (av[readPos] === DASH && av[readPos + 1] === DASH) return super.readLine();
      end = Buffer.from(av.buffer).indexOf('\n--', readPos, 'latin1');
    }
    if (end === -1) end = av.at(-1) === LF ? av.length - 1 : av.length;
    this.readPos = end + 1;
    return { bytes: av.subarray(readPos, end), done: this.readPos >= av.length };
  }
}

/** Of a part's body: lines as they stand, without the end of the last, one or more in a piece. */
class Pieces {
  readonly #pieces: Uint8Array[] = [];
  readonly #decode: Decode;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  update(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  async finalize(): Promise<ArrayBuffer> {
    const [first, ...more] = this.#pieces;
    if (first === undefined) return new ArrayBuffer(0);
    return this.#decode(
      more.length === 0 ? first : Buffer.concat([first, ...more.flatMap((piece) => [LF_ALONE, piece])]),
    );
  }
}

/** Content of a body, which has no line end after its last line. What it gives has LF after each line. */
type Decode = (body: Uint8Array) => ArrayBuffer;

const decoderOf = (encoding: string): Decode => {
  if (encoding.includes('base64')) return fromBase64;
  return encoding.includes('quoted-printable') ? fromQuotedPrintable : asItStands;
};

const LF = 10;
const CR = 13;
const DASH = 45;
const EQUALS = 61;
const LF_ALONE = Uint8Array.of(LF);

/** CRs before a line end belong to it, others to the line. */
const asItStands: Decode = (body) => {
  const to = new Uint8Array(body.length + 1);
  let at = 0;
  for (let position = 0; position < body.length; position += 1) {
    if (body[position] === CR) {
      let next = position;
      while (body[next] === CR) next += 1;
      if (next < body.length && body[next] !== LF) while (position < next) to[at++] = body[position++] as number;
      position = next;
      if (next === body.length) break;
    }
    to[at++] = body[position] as number;
  }
  to[at++] = LF;
  return at === to.length ? to.buffer : to.buffer.slice(0, at);
};

/** RFC 2045 section 6.7. What is no escape stays as it is. */
const fromQuotedPrintable: Decode = (body) =>
  byLines(body, (start, end, to, from) => {
    let at = from;
    const isSoft = end > start && body[end - 1] === EQUALS;
    const last = isSoft ? end - 1 : end;
    for (let position = start; position < last; position += 1) {
      const byte = body[position] as number;
      if (byte === EQUALS && position + 2 < last) {
        const high = HEX[body[position + 1] as number] as number;
        const low = HEX[body[position + 2] as number] as number;
        if (high >= 0 && low >= 0) {
          to[at++] = high * 16 + low;
          position += 2;
          continue;
        }
      }
      to[at++] = byte;
    }
    if (!isSoft) to[at++] = LF;
    return at;
  });

/** Value of each byte as a hexadecimal digit, -1 for others. */
const HEX = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
);

/** `line` writes what stands from `start` up to `end` to `to`, from `at` on, and gives where it ends; it grows by no more than LF. */
function byLines(
  body: Uint8Array,
  line: (start: number, end: number, to: Uint8Array, at: number) => number,
): ArrayBuffer {
  const to = new Uint8Array(body.length + 1);
  let at = 0;
  for (let start = 0; start <= body.length; ) {
    let next = body.indexOf(LF, start);
    if (next === -1) next = body.length;
    let end = next;
    while (end > start && body[end - 1] === CR) end -= 1;
    at = line(start, end, to, at);
    start = next + 1;
  }
  return at === to.length ? to.buffer : to.buffer.slice(0, at);
}

/** RFC 2045 section 6.8; each run of padding ends a unit, as many mailers pad every line. */
const fromBase64: Decode = (body) => {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const units = PADDED_ONCE.test(text) ? [text] : text.replace(/[^A-Za-z0-9+/=]+/g, '').split(/=+/);
  const parts = units.map((unit) => Buffer.from(unit, 'base64'));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
};
const PADDED_ONCE = /^[A-Za-z0-9+/\r\n]*(?:=[=\r\n]*)?$/;
