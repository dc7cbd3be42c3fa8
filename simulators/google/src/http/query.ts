import { invalidParameter } from './errors.ts';

/** What all of Google's APIs know; `userIp` and `fields` included (cloud.google.com/apis/docs/system-parameters). */
const SYSTEM = new Set([
  '$.xgafv',
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_id',
  'upload_protocol',
  'userIp',
]);

/** The parameters of a request's query. What a handler never reads is found out, so that nothing is ignored silently. */
export class Query {
  readonly #values = new Map<string, string[]>();
  readonly #read = new Set<string>();

  constructor(text: string) {
    for (const [name, value] of new URLSearchParams(text)) {
      const known = this.#values.get(name);
      if (known === undefined) this.#values.set(name, [value]);
      else known.push(value);
    }
  }

  /** The names that nobody asked for, without those that every API knows. */
  get unread(): string[] {
    return [...this.#values.keys()].filter((name) => !SYSTEM.has(name) && !this.#read.has(name));
  }

  /** The last value given. */
  text(name: string): string | undefined {
    this.#read.add(name);
    return this.#values.get(name)?.at(-1);
  }

  /** A parameter that must be there. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw missing(name);
    return value;
  }

  /** A parameter that may be given several times. */
  all(name: string): string[] {
    this.#read.add(name);
    return this.#values.get(name) ?? [];
  }

  /** A whole number within limits; a larger one is cut to `max` when `cut` is set, otherwise refused. */
  integer(name: string, { otherwise, min = 0, max, cut = false }: IntegerRule): number {
    const text = this.text(name);
    if (text === undefined || text === '') return otherwise;
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min) throw invalidValue(name, text);
    if (value > max) {
      if (cut) return max;
      throw invalidValue(name, text);
    }
    return value;
  }

  boolean(name: string, otherwise = false): boolean {
    const text = this.text(name);
    if (text === undefined || text === '') return otherwise;
    if (text !== 'true' && text !== 'false') throw invalidValue(name, text);
    return text === 'true';
  }

  /** One of a fixed set of words. */
  choice<const Word extends string>(name: string, words: readonly Word[], otherwise: Word): Word {
    const text = this.text(name);
    if (text === undefined || text === '') return otherwise;
    const word = words.find((known) => known === text);
    if (word === undefined) throw invalidValue(name, text);
    return word;
  }
}

export interface IntegerRule {
  readonly otherwise: number;
  readonly min?: number;
  readonly max: number;
  readonly cut?: boolean;
}

function missing(name: string) {
  return invalidParameter(name, `Missing required parameter: ${name}`);
}

function invalidValue(name: string, text: string) {
  return invalidParameter(name, `Invalid value '${text.slice(0, 100)}' for ${name}.`);
}
