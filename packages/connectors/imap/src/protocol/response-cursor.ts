import { protocolError } from '../errors.ts';
import type { Line } from './response-stream.ts';

/** NIL is null, a literal its bytes, a parenthesized list an array; atoms, numbers and quoted strings are strings. */
export type Value = string | Buffer | null | Value[];

const SPACE = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
/** Deeper than any reply that we ask for. */
const MAX_DEPTH = 16;

/**
 * Reads one response from left to right (RFC 9051 section 4). Liberal: a repeated space is skipped, an atom may hold
 * whatever is no space or parenthesis.
 *
 * @throws SternaError transient `imap-protocol` on what can't be read
 */
export class ResponseCursor {
  readonly #line: Line;
  #segment = 0;
  #text: string;
  #at = 0;

  constructor(line: Line) {
    this.#line = line;
    this.#text = line.texts[0] ?? '';
  }

  /** Nothing is left but spaces. */
  get atEnd(): boolean {
    this.skipSpaces();
    return this.#at >= this.#text.length && this.#segment >= this.#line.literals.length;
  }

  /** What follows in this stretch of text, as it is. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === SPACE) this.#at++;
  }

  /** Up to the next space, parenthesis or end; possibly empty. */
  atom(): string {
    this.skipSpaces();
    const from = this.#at;
    const text = this.#text;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === OPEN || code === CLOSE) break;
    }
    this.#at = at;
    return text.slice(from, at);
  }

  /** A FETCH item's name with its section, `BODY[HEADER.FIELDS (DATE)]` as `BODY[HEADER.FIELDS (DATE)]`, upper case. */
  itemName(): string {
    this.skipSpaces();
    const from = this.#at;
    const text = this.#text;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === OPEN || code === CLOSE) break;
      if (code === OPEN_BRACKET) {
        at = text.indexOf(']', at);
        if (at === -1) throw protocolError('left a section name open');
      }
    }
    this.#at = at;
    return text.slice(from, at).toUpperCase();
  }

  /** True and past it where the next character is `(`. */
  open(): boolean {
    this.skipSpaces();
    if (this.#text.charCodeAt(this.#at) !== OPEN) return false;
    this.#at++;
    return true;
  }

  /** True and past it where the next character is `)`. */
  close(): boolean {
    this.skipSpaces();
    if (this.#text.charCodeAt(this.#at) !== CLOSE) return false;
    this.#at++;
    return true;
  }

  value(depth = 0): Value {
    this.skipSpaces();
    const text = this.#text;
    if (this.#at >= text.length) return this.#literal();
    const code = text.charCodeAt(this.#at);
    if (code === QUOTE) return this.#quoted();
    if (code === OPEN) {
      if (depth >= MAX_DEPTH) throw protocolError('nested lists too deeply');
      this.#at++;
      const list: Value[] = [];
      while (!this.close()) {
        if (this.atEnd) throw protocolError('left a list open');
        list.push(this.value(depth + 1));
      }
      return list;
    }
    if (code === CLOSE) throw protocolError('closed a list that is not open');
    const atom = this.atom();
    return atom.length === 3 && atom.toUpperCase() === 'NIL' ? null : atom;
  }

  /** A list of atoms: flags. Not a list: empty. */
  atoms(): string[] {
    if (!this.open()) {
      this.value();
      return [];
    }
    const found: string[] = [];
    while (!this.close()) {
      const atom = this.atom();
      if (atom === '') throw protocolError('sent flags that are no atoms');
      found.push(atom);
    }
    return found;
  }

  #literal(): Buffer {
    const literal = this.#line.literals[this.#segment];
    if (literal === undefined) throw protocolError('ended a reply too early');
    this.#segment++;
    this.#text = this.#line.texts[this.#segment] ?? '';
    this.#at = 0;
    return literal;
  }

  #quoted(): string {
    const text = this.#text;
    const from = this.#at + 1;
    let escaped = false;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) {
        escaped = true;
        at++;
      } else if (code === QUOTE) {
        this.#at = at + 1;
        const inner = text.slice(from, at);
        return escaped ? inner.replace(/\\(.)/gs, '$1') : inner;
      }
    }
    throw protocolError('left a string open');
  }
}

/** A value that must be a string of bytes, as latin1; undefined for NIL and lists. */
export function asText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('latin1') : undefined;
}
