/** A record of a CSV as it was typed. `line` is its first one, counted from 1, as the API counts. */
export interface RawRecord {
  readonly line: number;
  readonly from: number;
  /** Without its line end. */
  readonly to: number;
}

/**
 * Where each record begins and ends, by the rules by which the API reads a CSV (a quoted field may span lines; blank
 * lines count, but are no records), so that a line it complains about can be corrected in place.
 */
export function recordsOf(text: string): readonly RawRecord[] {
  const start = text.startsWith('\ufeff') ? 1 : 0;
  const told = /^sep=(.)\r?\n/i.exec(text.slice(start));
  const delimiter = told?.[1] ?? delimiterOf(text.slice(start));
  const records: RawRecord[] = [];
  let at = start + (told?.[0].length ?? 0);
  let line = told === null ? 1 : 2;
  while (at < text.length) {
    const from = at;
    const first = line;
    let isFieldStart = true;
    let fields = 1;
    while (at < text.length && !isLineEnd(text[at])) {
      if (isFieldStart && text[at] === '"') {
        const close = closingQuote(text, at + 1);
        line += countLineEnds(text.slice(at, close));
        at = close + 1;
      } else at += 1;
      isFieldStart = text[at - 1] === delimiter;
      if (isFieldStart) fields += 1;
    }
    const to = Math.min(at, text.length);
    at = to + (text.startsWith('\r\n', to) ? 2 : 1);
    line += 1;
    const isBlank = fields === 1 && /^(\s*|"\s*")$/.test(text.slice(from, to));
    if (!isBlank) records.push({ line: first, from, to });
  }
  return records;
}

const isLineEnd = (char: string | undefined): boolean => char === '\n' || char === '\r';
const countLineEnds = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return text.length;
}

function delimiterOf(text: string): string {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let isQuoted = false;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && isLineEnd(char)) break;
    else if (!isQuoted && char in counts) counts[char as ',' | ';' | '\t'] += 1;
  }
  if (counts['\t'] > counts[','] && counts['\t'] > counts[';']) return '\t';
  return counts[';'] > counts[','] ? ';' : ',';
}

/** The text of the record that begins on each of these lines. */
export function textsOf(text: string, lines: Iterable<number>): ReadonlyMap<number, string> {
  const wanted = new Set(lines);
  return new Map(
    recordsOf(text)
      .filter(({ line }) => wanted.has(line))
      .map(({ line, from, to }) => [line, text.slice(from, to)]),
  );
}

/** The text with some records written anew; `undefined` leaves one out. Other lines keep every byte. */
export function corrected(text: string, changes: ReadonlyMap<number, string | undefined>): string {
  let result = '';
  let done = 0;
  for (const { line, from, to } of recordsOf(text)) {
    if (!changes.has(line)) continue;
    const change = changes.get(line);
    result += text.slice(done, from) + (change ?? '');
    done = to;
    if (change === undefined) done += text.startsWith('\r\n', to) ? 2 : Math.min(1, text.length - to);
  }
  return result + text.slice(done);
}
