/**
 * `From ` at a line's start is a separator, so text that begins like it carries a `>` more.
 * - mboxrd: every line of `>`s and `From ` gets one more, and loses one when read: exact.
 * - mboxo: only `From ` gets one; `>From ` can't be told from what the writer wrote.
 */
export type Quoting = 'mboxrd' | 'mboxo';

const LF = 10;
const GT = 62;
const FROM = Buffer.from('From ');

/** Rewrites a message chunk by chunk; `end` gives what was held back because a line's start wasn't complete. */
export class LineRewriter {
  readonly #change: 'quote' | Quoting;
  #held: Buffer = Buffer.alloc(0);
  /** The held bytes, or the next chunk, begin a line. */
  #lineStart = true;

  /** `quote` writes mboxrd; `mboxrd` and `mboxo` read that kind. */
  constructor(change: 'quote' | Quoting) {
    this.#change = change;
  }

  push(chunk: Buffer): Buffer[] {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    const out: Buffer[] = [];
    let from = 0;
    let line = this.#lineStart ? 0 : nextLine(bytes, 0);
    while (line !== -1) {
      const depth = depthAt(bytes, line);
      const rest = bytes.subarray(line + depth, line + depth + FROM.length);
      if (rest.length < FROM.length && FROM.subarray(0, rest.length).equals(rest)) {
        // The line may yet become one.
        if (line > from) out.push(bytes.subarray(from, line));
        this.#held = bytes.subarray(line);
        this.#lineStart = true;
        return out;
      }
      if (rest.equals(FROM)) {
        if (this.#change === 'quote') {
          out.push(bytes.subarray(from, line), QUOTE);
          from = line;
        } else if (depth === 1 || (depth > 1 && this.#change === 'mboxrd')) {
          out.push(bytes.subarray(from, line));
          from = line + 1;
        }
      }
      line = nextLine(bytes, line + depth);
    }
    this.#lineStart = false;
    if (from < bytes.length) out.push(bytes.subarray(from));
    return out;
  }

  end(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

const QUOTE = Buffer.from('>');

export function rewrite(bytes: Buffer, change: 'quote' | Quoting): Buffer {
  const rewriter = new LineRewriter(change);
  return Buffer.concat([...rewriter.push(bytes), rewriter.end()]);
}

export interface QuoteCount {
  /** Lines `>From `. */
  single: number;
  /** Lines of two or more `>` and `From `. */
  deep: number;
  /** Evidence: deep lines in a block of the same depth (a reply's quotes, so mboxo) against one deeper (mboxrd). */
  sameDepth: number;
  oneDeeper: number;
}

/** Counts what reading would change, to know a message's size without reading it again. Whole messages only. */
export function countQuotes(bytes: Buffer, count: QuoteCount): void {
  let previous = -1;
  for (let line = 0; line !== -1; ) {
    if (bytes[line] === GT) {
      const depth = depthAt(bytes, line);
      if (bytes.subarray(line + depth, line + depth + FROM.length).equals(FROM)) {
        if (depth === 1) count.single++;
        else {
          count.deep++;
          const before = previous === -1 ? 0 : depthAt(bytes, previous);
          if (before === depth) count.sameDepth++;
          else if (before === depth - 1) count.oneDeeper++;
        }
      }
    }
    previous = line;
    line = nextLine(bytes, line);
  }
}

function nextLine(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  return lf === -1 || lf + 1 > bytes.length ? -1 : lf + 1;
}

function depthAt(bytes: Buffer, line: number): number {
  let at = line;
  while (bytes[at] === GT) at++;
  return at - line;
}
