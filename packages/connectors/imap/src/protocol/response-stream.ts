import { protocolError } from '../errors.ts';

/** One whole response: texts[0] literals[0] texts[1] … The `{n}` markers are cut off; no line end. Text is latin1. */
export interface Line {
  readonly texts: string[];
  readonly literals: Buffer[];
}

/** Takes a literal as it comes in, instead of holding it in memory. */
export interface LiteralSink {
  chunk(bytes: Buffer): void;
  end(): void;
}

export interface ResponseHandler {
  line(line: Line): void;
  /** A literal of `size` bytes follows `line`: a sink that streams it, or undefined to hold it in the line. */
  literal(line: Line, size: number): LiteralSink | undefined;
}

/** Text of one response, without its literals. */
export const MAX_TEXT = 1024 * 1024;
/** Literals held in memory by one response, together. Larger ones must have a sink. */
export const MAX_HELD = 4 * 1024 * 1024 + 64 * 1024;
/** RFC 9051: number64 for literals, but no message is as large as this. */
export const MAX_LITERAL = 4 * 1024 * 1024 * 1024;

const LF = 10;
const CR = 13;
const CLOSE_BRACE = 125;
/** Replies of free text: what looks like a literal at their end is text (RFC 9051 section 9, resp-text). */
const FREE_TEXT = /^(?:\+|\* (?:OK|NO|BAD|BYE|PREAUTH)(?: |$)|(?!\* )\S+ (?:OK|NO|BAD)(?: |$))/i;
const LITERAL_MARK = /~?\{(\d{1,20})\+?\}$/;

/**
 * Splits what a server sends into responses, whatever the chunks are. Memory is bounded by MAX_TEXT + MAX_HELD.
 *
 * @throws SternaError transient `imap-protocol` from `push`: the connection is of no use any more
 */
export class ResponseStream {
  readonly #handler: ResponseHandler;
  #line: { texts: string[]; literals: Buffer[] } = { texts: [], literals: [] };
  #textBytes = 0;
  #heldBytes = 0;
  /** Beginnings of a line whose end has not come yet. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #literalLeft = 0;
  #held: Buffer | undefined;
  #sink: LiteralSink | undefined;
  #stopped = false;

  constructor(handler: ResponseHandler) {
    this.#handler = handler;
  }

  /** True between two responses. */
  get idle(): boolean {
    return this.#literalLeft === 0 && this.#partialBytes === 0 && this.#line.texts.length === 0;
  }

  /** Drops all that is buffered and all that is pushed from now on (STARTTLS, a destroyed socket). */
  stop(): void {
    this.#stopped = true;
    this.#partial = [];
    this.#held = undefined;
    this.#sink = undefined;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#stopped) {
      if (this.#literalLeft > 0) {
        at = this.#pushLiteral(chunk, at);
        continue;
      }
      const lf = chunk.indexOf(LF, at);
      if (lf === -1) {
        const rest = chunk.subarray(at);
        this.#countText(rest.length);
        // A copy: the chunk's memory must not be held by a few bytes of it.
        this.#partial.push(Buffer.from(rest));
        this.#partialBytes += rest.length;
        if (this.#partial.length > 64) this.#partial = [Buffer.concat(this.#partial)];
        return;
      }
      this.#countText(lf - at);
      let text: string;
      if (this.#partialBytes > 0) {
        this.#partial.push(chunk.subarray(at, lf));
        const whole = Buffer.concat(this.#partial);
        this.#partial = [];
        this.#partialBytes = 0;
        text = latin1Line(whole, 0, whole.length);
      } else {
        text = latin1Line(chunk, at, lf);
      }
      at = lf + 1;
      this.#endOfText(text);
    }
  }

  #pushLiteral(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#literalLeft);
    if (this.#sink) this.#sink.chunk(Buffer.from(chunk.subarray(at, end)));
    else if (this.#held) chunk.copy(this.#held, this.#held.length - this.#literalLeft, at, end);
    this.#literalLeft -= end - at;
    if (this.#literalLeft === 0) this.#endLiteral();
    return end;
  }

  #endLiteral(): void {
    if (this.#sink) {
      this.#sink.end();
      this.#line.literals.push(EMPTY);
    } else {
      this.#line.literals.push(this.#held ?? EMPTY);
    }
    this.#sink = undefined;
    this.#held = undefined;
  }

  #countText(bytes: number): void {
    this.#textBytes += bytes;
    if (this.#textBytes > MAX_TEXT) throw protocolError('sent a line longer than any reply may be');
  }

  #endOfText(text: string): void {
    const line = this.#line;
    if (text.charCodeAt(text.length - 1) === CLOSE_BRACE && !(line.texts.length === 0 && FREE_TEXT.test(text))) {
      const mark = LITERAL_MARK.exec(text);
      if (mark) {
        line.texts.push(text.slice(0, mark.index));
        this.#beginLiteral(Number(mark[1]));
        return;
      }
    }
    line.texts.push(text);
    this.#line = { texts: [], literals: [] };
    this.#textBytes = 0;
    this.#heldBytes = 0;
    this.#handler.line(line);
  }

  #beginLiteral(size: number): void {
    if (size > MAX_LITERAL) throw protocolError('announced a literal of an impossible size');
    this.#sink = this.#handler.literal(this.#line, size);
    if (this.#stopped) return;
    if (!this.#sink) {
      this.#heldBytes += size;
      if (this.#heldBytes > MAX_HELD) throw protocolError('announced a literal where none of that size may be');
      this.#held = size === 0 ? EMPTY : Buffer.allocUnsafe(size);
    }
    this.#literalLeft = size;
    if (size === 0) this.#endLiteral();
  }
}

const EMPTY = Buffer.alloc(0);

function latin1Line(bytes: Buffer, from: number, to: number): string {
  const end = to > from && bytes[to - 1] === CR ? to - 1 : to;
  return bytes.toString('latin1', from, end);
}
