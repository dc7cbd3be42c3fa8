import { badRequest } from '../http/errors.ts';

type Value = string | number | boolean | null | Moment | undefined | object;

/** An instant; strings that are dates are compared with it as instants. */
class Moment {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

type Scope = ReadonlyMap<string, unknown>;
type Expression = (scope: Scope) => Value;

/** A `$filter`, ready to be asked. */
export type Predicate = (entity: object) => boolean;

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})|(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(-?\d+(?:\.\d+)?)|([A-Za-z_@][\w.@]*(?:\/[A-Za-z_@][\w.@]*)*)|([(),:]))/y;

/**
 * Parses what of OData's filter language Graph's clients use: and, or, not, comparisons, `in`, any and all, startswith,
 * endswith, contains, tolower, toupper. Anything else is refused with 400, as Graph does, never ignored.
 *
 * @param ignoreCase the directory compares strings without their case, Exchange's ids mustn't
 */
export function parseFilter(text: string, { ignoreCase = false } = {}): Predicate {
  const parser = new Parser(text, ignoreCase);
  const expression = parser.whole();
  return (entity) => expression(new Map([['$it', entity]])) === true;
}

class Parser {
  readonly #tokens: string[] = [];
  readonly #text: string;
  readonly #ignoreCase: boolean;
  readonly #variables = new Set<string>();
  #at = 0;

  constructor(text: string, ignoreCase: boolean) {
    this.#text = text;
    this.#ignoreCase = ignoreCase;
    TOKEN.lastIndex = 0;
    const end = text.trimEnd().length;
    while (TOKEN.lastIndex < end) {
      const match = TOKEN.exec(text);
      if (match === null) throw this.#invalid();
      this.#tokens.push(match[0].trimStart());
    }
  }

  whole(): Expression {
    const expression = this.#or();
    if (this.#at < this.#tokens.length) throw this.#invalid();
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#take('or')) {
      const [a, b] = [left, this.#and()];
      left = (scope) => a(scope) === true || b(scope) === true;
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#take('and')) {
      const [a, b] = [left, this.#not()];
      left = (scope) => a(scope) === true && b(scope) === true;
    }
    return left;
  }

  #not(): Expression {
    if (this.#take('not')) {
      const inner = this.#not();
      return (scope) => inner(scope) !== true;
    }
    return this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#operand();
    for (const operator of ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const) {
      if (!this.#take(operator)) continue;
      const right = this.#operand();
      return (scope) => this.#compare(operator, left(scope), right(scope));
    }
    if (this.#take('in')) {
      this.#expect('(');
      const list: Expression[] = [];
      do list.push(this.#operand());
      while (this.#take(','));
      this.#expect(')');
      return (scope) => list.some((item) => this.#compare('eq', left(scope), item(scope)));
    }
    return left;
  }

  #operand(): Expression {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#invalid();
    if (token === '(') {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (token.startsWith("'")) return constant(token.slice(1, -1).replaceAll("''", "'"));
    if (/^\d{4}-\d\d-\d\d/.test(token)) {
      const ms = Date.parse(token);
      if (Number.isNaN(ms)) throw this.#invalid();
      return constant(new Moment(ms));
    }
    if (/^-?\d+(\.\d+)?$/.test(token)) return constant(Number(token));
    if (/^[0-9a-fA-F]{8}-/.test(token)) return constant(token);
    if (token === 'true' || token === 'false') return constant(token === 'true');
    if (token === 'null') return constant(null);
    if (!/^[A-Za-z_@]/.test(token)) throw this.#invalid();
    if (this.#tokens[this.#at] === '(') return this.#call(token);
    return this.#path(token);
  }

  #call(name: string): Expression {
    const lambda = /^(.+)\/(any|all)$/.exec(name);
    if (lambda !== null) return this.#lambda(lambda[1] as string, lambda[2] as 'any' | 'all');
    this.#expect('(');
    const list: Expression[] = [];
    if (this.#tokens[this.#at] !== ')') {
      do list.push(this.#or());
      while (this.#take(','));
    }
    this.#expect(')');
    const [a, b] = list;
    const lower = name.toLowerCase();
    if (lower === 'tolower' && a && !b) return (scope) => asText(a(scope))?.toLowerCase();
    if (lower === 'toupper' && a && !b) return (scope) => asText(a(scope))?.toUpperCase();
    const test = { startswith: 'startsWith', endswith: 'endsWith', contains: 'includes' }[lower] as
      | 'startsWith'
      | 'endsWith'
      | 'includes'
      | undefined;
    if (test === undefined || !a || !b || list.length > 2) throw this.#invalid();
    return (scope) => {
      const [text, part] = [asText(a(scope))?.toLowerCase(), asText(b(scope))?.toLowerCase()];
      return text !== undefined && part !== undefined && text[test](part);
    };
  }

  #lambda(collection: string, kind: 'any' | 'all'): Expression {
    const source = this.#path(collection);
    this.#expect('(');
    const variable = this.#tokens[this.#at++] as string;
    if (kind === 'any' && variable === ')') return (scope) => asList(source(scope)).length > 0;
    this.#expect(':');
    this.#variables.add(variable);
    const body = this.#or();
    this.#variables.delete(variable);
    this.#expect(')');
    return (scope) => {
      const matches = (item: unknown) => body(new Map([...scope, [variable, item]])) === true;
      const list = asList(source(scope));
      return kind === 'any' ? list.some(matches) : list.every(matches);
    };
  }

  #path(text: string): Expression {
    const names = text.split('/');
    const variable = this.#variables.has(names[0] as string) ? (names.shift() as string) : '$it';
    return (scope) => {
      let value: unknown = scope.get(variable);
      for (const name of names) {
        if (typeof value !== 'object' || value === null) return undefined;
        value = (value as Record<string, unknown>)[name];
      }
      return value as Value;
    };
  }

  #compare(operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le', left: Value, right: Value): boolean {
    const [a, b] = this.#comparable(left, right);
    if (operator === 'eq') return a === b;
    if (operator === 'ne') return a !== b;
    if (a === null || b === null) return false;
    if (operator === 'gt') return a > b;
    if (operator === 'ge') return a >= b;
    return operator === 'lt' ? a < b : a <= b;
  }

  #comparable(left: Value, right: Value): [Plain, Plain] {
    if (left instanceof Moment || right instanceof Moment) return [asMs(left), asMs(right)];
    const plain = (value: Value): Plain => {
      if (value === undefined || value === null || typeof value === 'object') return null;
      return typeof value === 'string' && this.#ignoreCase ? value.toLowerCase() : value;
    };
    return [plain(left), plain(right)];
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#invalid();
  }

  #invalid() {
    return badRequest(`Invalid filter clause: '${this.#text}' could not be parsed here.`);
  }
}

type Plain = string | number | boolean | null;

function constant(value: Value): Expression {
  return () => value;
}

function asText(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asList(value: Value): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asMs(value: Value): number | null {
  if (value instanceof Moment) return value.ms;
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}
