/**
 * The part of Gmail’s search that settings in neutral words can say
 * (https://support.google.com/mail/answer/7190): any of some values in one place, `OR` and `{}`, quoted phrases, `-`.
 */

/** `''`: anywhere in the message. */
export type Field = '' | 'from' | 'to' | 'cc' | 'subject' | 'list' | 'has' | 'larger' | 'smaller';

/** Any of these values in this place. */
export interface Term {
  readonly field: Field;
  readonly values: readonly string[];
}

/** Any of these terms, or with `negated` none of them. */
export interface Clause {
  readonly negated: boolean;
  readonly any: readonly Term[];
}

const FIELDS: ReadonlySet<string> = new Set(['from', 'to', 'cc', 'subject', 'list', 'has', 'larger', 'smaller']);
const TOKEN = /\s+|"([^"]*)"|([({})]|-(?=\S))|([A-Za-z_]+):(?=\S)|([^\s"(){}:]+)/y;

type Token =
  | { readonly sort: 'space' }
  | { readonly sort: 'mark'; readonly mark: string }
  | { readonly sort: 'field'; readonly field: string }
  | { readonly sort: 'or' }
  | { readonly sort: 'value'; readonly value: string };

/** All clauses must hold. Undefined for what is said in other ways. */
export function parseSearch(text: string): readonly Clause[] | undefined {
  const tokens = tokensOf(text.trim());
  if (tokens === undefined) return undefined;
  try {
    return new Parser(tokens).clauses();
  } catch (thrown) {
    if (thrown instanceof OtherWords) return undefined;
    throw thrown;
  }
}

class OtherWords extends Error {}

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (found === null) return undefined;
    const [whole, quoted, mark, field, word] = found;
    if (quoted?.trim() === '') return undefined;
    if (quoted !== undefined) tokens.push({ sort: 'value', value: quoted.trim() });
    else if (mark !== undefined) tokens.push({ sort: 'mark', mark });
    else if (field !== undefined) tokens.push({ sort: 'field', field: field.toLowerCase() });
    else if (word === 'OR') tokens.push({ sort: 'or' });
    else if (word !== undefined && (/^[+*]|\*$/.test(word) || word === 'AROUND' || word === 'AND')) return undefined;
    else if (word !== undefined) tokens.push({ sort: 'value', value: word });
    else if (whole !== '') tokens.push({ sort: 'space' });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  clauses(): readonly Clause[] {
    const found: Clause[] = [];
    for (this.#spaces(); this.#at < this.#tokens.length; this.#spaces()) {
      const next = this.#clause();
      if (!this.#or()) {
        found.push(next);
        continue;
      }
      const any = [...next.any];
      let isNegated = next.negated;
      do {
        const other = this.#clause();
        isNegated ||= other.negated;
        any.push(...other.any);
      } while (this.#or());
      if (isNegated) throw new OtherWords();
      found.push({ negated: false, any: merged(any) });
    }
    return found;
  }

  #clause(): Clause {
    this.#spaces();
    if (this.#mark('-')) return { negated: true, any: this.#terms() };
    return { negated: false, any: this.#terms() };
  }

  /** One term, or a group of which any holds. */
  #terms(): readonly Term[] {
    if (this.#mark('{')) {
      const any: Term[] = [];
      for (this.#spaces(); !this.#mark('}'); this.#spaces()) any.push(...this.#terms());
      if (any.length === 0) throw new OtherWords();
      return merged(any);
    }
    if (this.#mark('(')) {
      this.#spaces();
      const any = [...this.#terms()];
      while (this.#or()) any.push(...this.#terms());
      this.#spaces();
      if (!this.#mark(')')) throw new OtherWords();
      return merged(any);
    }
    const token = this.#next();
    if (token.sort === 'value') return [{ field: '', values: [token.value] }];
    if (token.sort !== 'field' || !FIELDS.has(token.field)) throw new OtherWords();
    const field = token.field as Field;
    return [{ field, values: this.#values() }];
  }

  #values(): readonly string[] {
    const here = this.#tokens[this.#at];
    if (here?.sort === 'value') {
      this.#at += 1;
      return [here.value];
    }
    const terms = this.#terms();
    const [only] = terms;
    if (terms.length !== 1 || only?.field !== '') throw new OtherWords();
    return only.values;
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new OtherWords();
    this.#at += 1;
    return token;
  }

  #spaces(): void {
    while (this.#tokens[this.#at]?.sort === 'space') this.#at += 1;
  }

  #mark(mark: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.sort !== 'mark' || token.mark !== mark) return false;
    this.#at += 1;
    return true;
  }

  #or(): boolean {
    const before = this.#at;
    this.#spaces();
    if (this.#tokens[this.#at]?.sort === 'or') {
      this.#at += 1;
      this.#spaces();
      return true;
    }
    this.#at = before;
    return false;
  }
}

/** Terms of one place are one. */
function merged(any: readonly Term[]): readonly Term[] {
  const byField = Map.groupBy(any, ({ field }) => field);
  return [...byField].map(([field, terms]) => ({ field, values: [...new Set(terms.flatMap(({ values }) => values))] }));
}

/** A value that holds a quotation mark can’t be searched for. */
export const canBeSearched = (value: string): boolean => value.trim() === value && value !== '' && !value.includes('"');

/** As `parseSearch` reads it again. */
export function writeSearch(clauses: readonly Clause[]): string {
  return clauses
    .map(({ negated, any }) => {
      const terms = any.flatMap(({ field, values }) => values.map((value) => writeTerm(field, value)));
      return `${negated ? '-' : ''}${terms.length === 1 ? terms[0] : `{${terms.join(' ')}}`}`;
    })
    .join(' ');
}

const writeTerm = (field: Field, value: string): string => `${field === '' ? '' : `${field}:`}${writeValue(value)}`;

export const writeValue = (value: string): string =>
  /^[\p{L}\p{N}@.][\p{L}\p{N}@._%-]*$/u.test(value) && !/^(?:OR|AND|AROUND)$/.test(value) ? value : `"${value}"`;
