/** IMAP's command syntax: atoms, strings, literals, lists, sequence sets, dates. */

export type Token =
  | { kind: 'atom'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'literal'; text: string; bytes: Buffer }
  | { kind: 'list'; items: Token[] };

/** The client's fault; the answer is BAD. */
export class SyntaxFault extends Error {}

/** `parts`: the text of a command, cut by its literals. */
export function tokenize(parts: (string | Buffer)[]): Token[] {
  const stack: Token[][] = [[]];
  const top = () => stack.at(-1) as Token[];
  for (const part of parts) {
    if (typeof part !== 'string') {
      top().push({ kind: 'literal', text: part.toString('latin1'), bytes: part });
      continue;
    }
    let at = 0;
    while (at < part.length) {
      const char = part[at] as string;
      if (char === ' ') {
        at++;
      } else if (char === '(') {
        const items: Token[] = [];
        top().push({ kind: 'list', items });
        stack.push(items);
        at++;
      } else if (char === ')') {
        if (stack.length === 1) throw new SyntaxFault('unexpected )');
        stack.pop();
        at++;
      } else if (char === '"') {
        let text = '';
        for (at++; part[at] !== '"'; at++) {
          if (part[at] === '\\') at++;
          if (at >= part.length) throw new SyntaxFault('string without an end');
          text += part[at];
        }
        at++;
        top().push({ kind: 'string', text });
      } else {
        let depth = 0;
        const from = at;
        // BODY[HEADER.FIELDS (From To)]<0.100> is one word, blanks and brackets included.
        for (; at < part.length && (depth > 0 || !/[ ()"]/.test(part[at] as string)); at++) {
          if (part[at] === '[') depth++;
          if (part[at] === ']') depth = Math.max(0, depth - 1);
        }
        top().push({ kind: 'atom', text: part.slice(from, at) });
      }
    }
  }
  if (stack.length > 1) throw new SyntaxFault('missing )');
  return top();
}

export class Arguments {
  readonly tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.tokens.length;
  }

  peek(): Token | undefined {
    return this.tokens[this.#at];
  }

  next(): Token {
    const token = this.tokens[this.#at++];
    if (!token) throw new SyntaxFault('missing argument');
    return token;
  }

  /** Atom, string or literal, as text. */
  text(): string {
    const token = this.next();
    if (token.kind === 'list') throw new SyntaxFault('unexpected list');
    return token.text;
  }

  atom(): string {
    const token = this.next();
    if (token.kind !== 'atom') throw new SyntaxFault('expected an atom');
    return token.text;
  }

  isAtom(word: string): boolean {
    const token = this.peek();
    return token?.kind === 'atom' && token.text.toUpperCase() === word;
  }

  list(): Token[] {
    const token = this.next();
    if (token.kind !== 'list') throw new SyntaxFault('expected a list');
    return token.items;
  }

  isList(): boolean {
    return this.peek()?.kind === 'list';
  }

  number(): number {
    const text = this.atom();
    if (!/^\d+$/.test(text)) throw new SyntaxFault(`not a number: ${text}`);
    return Number(text);
  }

  end(): void {
    if (!this.done) throw new SyntaxFault('too many arguments');
  }
}

export function words(tokens: Token[]): string[] {
  return tokens.map((token) => {
    if (token.kind === 'list') throw new SyntaxFault('unexpected list');
    return token.text;
  });
}

export const SYSTEM_FLAGS: readonly string[] = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];

/** A flag in its usual spelling. */
export function flag(text: string): string {
  if (text.startsWith('\\')) {
    const known = SYSTEM_FLAGS.find((name) => name.toLowerCase() === text.toLowerCase());
    if (!known) throw new SyntaxFault(`unknown flag ${text}`);
    return known;
  }
  if (!/^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/.test(text)) throw new SyntaxFault(`not a keyword: ${text}`);
  return text;
}

/** Whether `number` is in the set; `*` stands for `last`. */
export function inSet(set: string, number: number, last: number): boolean {
  return ranges(set, last).some(([low, high]) => number >= low && number <= high);
}

export function ranges(set: string, last: number): [number, number][] {
  if (!/^(\d+|\*)(:(\d+|\*))?(,(\d+|\*)(:(\d+|\*))?)*$/.test(set)) throw new SyntaxFault(`not a set: ${set}`);
  return set.split(',').map((part) => {
    const [a = 0, b = a] = part.split(':').map((text) => (text === '*' ? last : Number(text)));
    return a <= b ? [a, b] : [b, a];
  });
}

/** Ascending numbers as a set: 1:3,7 */
export function toSet(numbers: number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let j = i;
    while (numbers[j + 1] === (numbers[j] as number) + 1) j++;
    parts.push(i === j ? `${numbers[i]}` : `${numbers[i]}:${numbers[j]}`);
    i = j + 1;
  }
  return parts.join(',');
}

export interface MailDate {
  time: number;
  /** minutes east of Greenwich */
  zone: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function month(name: string | undefined): number {
  const found = MONTHS.findIndex((short) => short.toLowerCase() === name?.toLowerCase());
  if (found < 0) throw new SyntaxFault(`not a month: ${name}`);
  return found;
}

export function parseDateTime(text: string): MailDate {
  const match = /^([ \d]?\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  if (!match) throw new SyntaxFault(`not a date: ${text}`);
  const [, day, name, year, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const zone = (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute));
  const local = Date.UTC(Number(year), month(name), Number(day), Number(hour), Number(minute), Number(second));
  const check = new Date(local);
  if (check.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw new SyntaxFault(`no such date: ${text}`);
  }
  return { time: local - zone * 60_000, zone };
}

const two = (number: number) => String(number).padStart(2, '0');

export function formatDateTime({ time, zone }: MailDate): string {
  const local = new Date(time + zone * 60_000);
  const minutes = Math.abs(zone);
  return (
    `${two(local.getUTCDate())}-${MONTHS[local.getUTCMonth()]}-${String(local.getUTCFullYear()).padStart(4, '0')} ` +
    `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ` +
    `${zone < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
  );
}

/** The day that SEARCH compares, as days since 1970, from `1-Jan-2024`. */
export function parseDay(text: string): number {
  const match = /^(\d{1,2})-(\w{3})-(\d{4})$/.exec(text);
  if (!match) throw new SyntaxFault(`not a day: ${text}`);
  return Date.UTC(Number(match[3]), month(match[2]), Number(match[1])) / 86_400_000;
}

/** The day of an internal date in its own zone: SEARCH disregards time and zone. */
export function dayOf({ time, zone }: MailDate): number {
  return Math.floor((time + zone * 60_000) / 86_400_000);
}

/** A string on the wire: quoted where that is possible, else a literal. */
export function imapString(text: string | undefined): string {
  if (text === undefined) return 'NIL';
  if (/[\r\n\0\x80-\xff]/.test(text)) return `{${text.length}}\r\n${text}`;
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** A mailbox name on the wire. */
export function imapName(name: string): string {
  return /^[A-Za-z0-9_.\-/&+,=!$^#]+$/.test(name) && name.toUpperCase() !== 'NIL' ? name : imapString(name);
}
