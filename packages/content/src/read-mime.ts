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
const fromQuotedPrintable: Decode = (body) => {
  const to = new Uint8Array(body.length + 1);
  let at = 0;
  for (let start = 0; start <= body.length; ) {
    let next = body.indexOf(LF, start);
    if (next === -1) next = body.length;
    let end = next;
    while (end > start && body[end - 1] === CR) end -= 1;
    const isSoft = end > start && body[end - 1] === EQUALS;
    if (isSoft) end -= 1;
    for (let position = start; position < end; position += 1) {
      const byte = body[position] as number;
      const isEscape = byte === EQUALS && position + 2 < end;
      const high = isEscape ? (HEX[body[position + 1] as number] as number) : -1;
      const low = isEscape ? (HEX[body[position + 2] as number] as number) : -1;
      const isByte = high >= 0 && low >= 0;
      to[at++] = isByte ? high * 16 + low : byte;
      if (isByte) position += 2;
    }
    if (!isSoft) to[at++] = LF;
    start = next + 1;
  }
  return at === to.length ? to.buffer : to.buffer.slice(0, at);
};

/** Value of each byte as a hexadecimal digit, -1 for others. */
const HEX = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
);

/** RFC 2045 section 6.8; each run of padding ends a unit, as many mailers pad every line. */
const fromBase64: Decode = (body) => {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const units = PADDED_ONCE.test(text) ? [text] : text.replace(/[^A-Za-z0-9+/=]+/g, '').split(/=+/);
  return new Uint8Array(Buffer.concat(units.map((unit) => Buffer.from(unit, 'base64')))).buffer;
};
const PADDED_ONCE = /^[A-Za-z0-9+/\r\n]*(?:=[=\r\n]*)?$/;
