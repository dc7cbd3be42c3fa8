import { invalidParameter } from './errors.ts';

/**
 * The language of `q` in files.list. Source: developers.google.com/workspace/drive/api/guides/ref-search-terms.
 * Strings are in single quotes with \' and \\ inside; `and`, `or`, `not` and parentheses combine.
 */
export type Query =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  | { readonly kind: 'compare'; readonly term: string; readonly operator: string; readonly value: string | boolean }
  | { readonly kind: 'in'; readonly value: string; readonly term: string }
  | { readonly kind: 'has'; readonly term: string; readonly key: string; readonly value: string | undefined };

const TIMES = ['<=', '<', '=', '!=', '>', '>='];
const EQUALITY = ['=', '!='];

/** Operators by term. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  name: ['contains', '=', '!='],
  fullText: ['contains'],
  mimeType: ['contains', '=', '!='],
  modifiedTime: TIMES,
  createdTime: TIMES,
  viewedByMeTime: TIMES,
  sharedWithMeTime: TIMES,
  trashed: EQUALITY,
  starred: EQUALITY,
  sharedWithMe: EQUALITY,
  visibility: EQUALITY,
  'shortcutDetails.targetId': EQUALITY,
  parents: ['in'],
  owners: ['in'],
  writers: ['in'],
  readers: ['in'],
  properties: ['has'],
  appProperties: ['has'],
};
const BOOLEANS = new Set(['trashed', 'starred', 'sharedWithMe']);
/** Terms of drives.list. Source: the same page. */
export const DRIVE_OPERATORS: Readonly<Record<string, readonly string[]>> = {
  createdTime: TIMES,
  hidden: EQUALITY,
  memberCount: TIMES,
  name: ['contains', '=', '!='],
  organizerCount: TIMES,
  orgUnitId: EQUALITY,
};
const NUMBERS = new Set(['memberCount', 'organizerCount']);

type Token = { readonly text: string; readonly quoted: boolean };

/** Throws 400 for what Drive wouldn't understand. */
export function parseQuery(q: string, operators = OPERATORS): Query {
  return new Parser(tokens(q), operators).whole();
}

function tokens(q: string): Token[] {
  const found: Token[] = [];
  const pattern = /\s*(?:'((?:[^'\\]|\\.)*)'|([A-Za-z][\w.]*|\d+)|(<=|>=|!=|[=<>(){}]))/gsy;
  while (pattern.lastIndex < q.length) {
    if (q.slice(pattern.lastIndex).trim() === '') break;
    const match = pattern.exec(q);
    if (match === null) throw invalidParameter('q');
    const [, string, word, sign] = match;
    if (string !== undefined) found.push({ text: string.replace(/\\(.)/gs, '$1'), quoted: true });
    else found.push({ text: (word ?? sign) as string, quoted: false });
  }
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #operators: Readonly<Record<string, readonly string[]>>;
  #at = 0;

  constructor(found: readonly Token[], operators: Readonly<Record<string, readonly string[]>>) {
    this.#tokens = found;
    this.#operators = operators;
  }

  whole(): Query {
    const query = this.#combined();
    if (this.#at < this.#tokens.length) throw invalidParameter('q');
    return query;
  }

  /** `and` and `or` bind alike, from left to right. */
  #combined(): Query {
    let query = this.#single();
    for (;;) {
      const kind = this.#takes('and') ? 'and' : this.#takes('or') ? 'or' : undefined;
      if (kind === undefined) return query;
      query = { kind, parts: [query, this.#single()] };
    }
  }

  #single(): Query {
    if (this.#takes('not')) return { kind: 'not', part: this.#single() };
    if (this.#takes('(')) {
      const inside = this.#combined();
      this.#must(')');
      return inside;
    }
    const first = this.#next();
    if (first.quoted) {
      this.#must('in');
      const term = this.#term('in');
      return { kind: 'in', value: first.text, term };
    }
    const allowed = this.#operators[first.text];
    const operator = this.#next();
    if (allowed === undefined || operator.quoted || !allowed.includes(operator.text)) throw invalidParameter('q');
    if (operator.text === 'has') return this.#has(first.text);
    const value = this.#next();
    if (BOOLEANS.has(first.text) || first.text === 'hidden') {
      if (value.quoted || !/^(?:true|false)$/.test(value.text)) throw invalidParameter('q');
      return { kind: 'compare', term: first.text, operator: operator.text, value: value.text === 'true' };
    }
    if (!value.quoted && !(NUMBERS.has(first.text) && /^\d+$/.test(value.text))) throw invalidParameter('q');
    if (/Time$/.test(first.text) && Number.isNaN(parseMoment(value.text))) throw invalidParameter('q');
    return { kind: 'compare', term: first.text, operator: operator.text, value: value.text };
  }

  /** `{ key='department' and value='sales' }`; the value may be left out. */
  #has(term: string): Query {
    this.#must('{');
    this.#must('key');
    this.#must('=');
    const key = this.#string();
    let value: string | undefined;
    if (this.#takes('and')) {
      this.#must('value');
      this.#must('=');
      value = this.#string();
    }
    this.#must('}');
    return { kind: 'has', term, key, value };
  }

  #term(operator: string): string {
    const token = this.#next();
    if (token.quoted || !this.#operators[token.text]?.includes(operator)) throw invalidParameter('q');
    return token.text;
  }

  #string(): string {
    const token = this.#next();
    if (!token.quoted) throw invalidParameter('q');
    return token.text;
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw invalidParameter('q');
    return token;
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.quoted || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #must(text: string): void {
    if (!this.#takes(text)) throw invalidParameter('q');
  }
}

/** What the query compares, of one file and for the one who asks. Times in milliseconds. */
export interface Queried {
  text(term: string): string;
  time(term: string): number | undefined;
  flag(term: string): boolean;
  collection(term: string): readonly string[];
  pairs(term: string): ReadonlyMap<string, string>;
}

export function matches(query: Query, file: Queried): boolean {
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => matches(part, file));
    case 'or':
      return query.parts.some((part) => matches(part, file));
    case 'not':
      return !matches(query.part, file);
    case 'in':
      return file.collection(query.term).includes(query.value);
    case 'has': {
      const value = file.pairs(query.term).get(query.key);
      return value !== undefined && (query.value === undefined || value === query.value);
    }
    case 'compare':
      return compare(query, file);
  }
}

function compare(query: Query & { kind: 'compare' }, file: Queried): boolean {
  const { term, operator, value } = query;
  if (typeof value === 'boolean') return (file.flag(term) === value) === (operator === '=');
  if (term.endsWith('Time') || term.endsWith('Count')) {
    const time = file.time(term);
    return time !== undefined && ordered(operator, time, term.endsWith('Count') ? Number(value) : parseMoment(value));
  }
  const text = file.text(term);
  if (operator === 'contains') {
    if (term === 'name') return beginsAWord(text, value);
    return term === 'mimeType' ? text.startsWith(value) : text.toLowerCase().includes(value.toLowerCase());
  }
  // Names are compared without regard to case.
  const same = term === 'name' ? text.toLowerCase() === value.toLowerCase() : text === value;
  return same === (operator === '=');
}

/** `name contains 'Hello'` finds `HelloWorld` and `Say hello`, and `name contains 'World'` doesn't find `HelloWorld`. */
function beginsAWord(name: string, prefix: string): boolean {
  const words = name.toLowerCase();
  const wanted = prefix.toLowerCase();
  for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(words[at - 1] as string)) return true;
  }
  return false;
}

function ordered(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '=':
      return left === right;
    default:
      return left !== right;
  }
}

/** RFC 3339, with UTC where no zone is said; not a number for anything else. */
function parseMoment(text: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$|^\d{4}-\d\d-\d\d$/i.exec(text);
  if (match === null) return Number.NaN;
  return Date.parse(match[1] === undefined || match[2] !== undefined ? text : `${text}Z`);
}

/** The parents of whose children alone the query can be true, if it says so; for speed. */
export function parentOf(query: Query): string | undefined {
  if (query.kind === 'in' && query.term === 'parents') return query.value;
  if (query.kind !== 'and') return undefined;
  for (const part of query.parts) {
    const parent = parentOf(part);
    if (parent !== undefined) return parent;
  }
  return undefined;
}
