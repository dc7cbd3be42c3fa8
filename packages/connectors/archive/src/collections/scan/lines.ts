/** A content line of a file (RFC 5545 section 3.1): where its bytes are, folds and line ends included. */
export interface FileLine {
  /** Bytes from the file's beginning; `end` is behind the last one. */
  readonly start: number;
  readonly end: number;
  /** Of its first physical line, from 1. */
  readonly number: number;
  /** Latin-1, folds and line end taken out, cut after TEXT_LIMIT characters. */
  readonly text: string;
}

/** Names, parameters and UIDs are shorter; the rest of a photo is nothing to look at. */
const TEXT_LIMIT = 8 * 1024;
const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/** Cuts a file that comes in chunks into its content lines, holding no more than the line it is in. */
export class LineScanner {
  readonly #emit: (line: FileLine) => void;
  #rest: Buffer = Buffer.alloc(0);
  #at = 0;
  #number = 0;
  #current: { start: number; end: number; number: number; text: string } | undefined;

  constructor(emit: (line: FileLine) => void) {
    this.#emit = emit;
  }

  push(chunk: Buffer): this {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(LF, from); end !== -1; end = bytes.indexOf(LF, from)) {
      this.#physical(bytes.subarray(from, end + 1));
      from = end + 1;
    }
    this.#rest = bytes.subarray(from);
    return this;
  }

  end(): void {
    if (this.#rest.length > 0) this.#physical(this.#rest);
    this.#rest = Buffer.alloc(0);
    if (this.#current !== undefined) this.#emit(this.#current);
    this.#current = undefined;
  }

  /** Up to a line feed; a carriage return alone, of old programs, ends a line as well. */
  #physical(bytes: Buffer): void {
    let from = 0;
    let end = bytes.length;
    while (end > 0 && (bytes[end - 1] === LF || bytes[end - 1] === CR)) end -= 1;
    for (let at = bytes.indexOf(CR); at !== -1 && at < end; at = bytes.indexOf(CR, from)) {
      this.#line(bytes.subarray(from, at), at + 1 - from);
      from = at + 1;
    }
    this.#line(bytes.subarray(from, end), bytes.length - from);
  }

  #line(text: Buffer, length: number): void {
    const start = this.#at;
    this.#at += length;
    this.#number += 1;
    // A byte order mark is no part of the first line.
    const mark = start === 0 && text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? 3 : 0;
    const isFold = text[mark] === SPACE || text[mark] === TAB;
    const current = this.#current;
    if (isFold && current !== undefined) {
      current.end = this.#at;
      if (current.text.length < TEXT_LIMIT) current.text += text.toString('latin1', 1, TEXT_LIMIT);
      return;
    }
    if (current !== undefined) this.#emit(current);
    this.#current = {
      start: start + mark,
      end: this.#at,
      number: this.#number,
      text: text.toString('latin1', mark, TEXT_LIMIT),
    };
  }
}

/** `BEGIN:NAME` or `END:NAME`, in upper case. */
export function markerOf(text: string): { readonly begins: boolean; readonly name: string } | undefined {
  const found = /^\s*(BEGIN|END)\s*:\s*(.*?)\s*$/i.exec(text);
  if (found === null) return undefined;
  return { begins: found[1]?.toUpperCase() === 'BEGIN', name: (found[2] ?? '').toUpperCase() };
}

/** Name in upper case and value (still escaped, Latin-1); undefined for what is no content line. */
export function propertyOf(text: string): { readonly name: string; readonly value: string } | undefined {
  const found = /^\s*(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9_-]+)\s*(?:;(?:"[^"]*"|[^":])*)?:(.*)$/s.exec(text);
  if (found !== null) return { name: (found[1] ?? '').toUpperCase(), value: found[2] ?? '' };
  // An unclosed quote, or a value beyond the limit.
  const head = /^\s*(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9_-]+)\s*[;:]/.exec(text);
  return head === null ? undefined : { name: (head[1] ?? '').toUpperCase(), value: '' };
}
