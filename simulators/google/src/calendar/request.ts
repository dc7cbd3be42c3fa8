import type { Query } from '../http/query.ts';
import type { CalendarAssumptions } from './assumptions.ts';
import type { Json } from './event-input.ts';
import { invalid } from './problems.ts';
import { parseInstant } from './times.ts';
import type { CalendarWorld, Person } from './world.ts';

/** The parameters of a request, read as Calendar reads them. */
export class Parameters {
  readonly #query: Query;

  constructor(query: Query) {
    this.#query = query;
  }

  text(name: string): string | undefined {
    return this.#query.text(name);
  }

  texts(name: string): readonly string[] {
    return this.#query.all(name);
  }

  has(name: string): boolean {
    return this.#query.text(name) !== undefined;
  }

  flag(name: string): boolean {
    return this.#query.boolean(name);
  }

  optionalFlag(name: string): boolean | undefined {
    return this.has(name) ? this.flag(name) : undefined;
  }

  number(name: string): number | undefined {
    return this.has(name) ? this.#query.integer(name, { otherwise: 0, max: 1_000_000 }) : undefined;
  }

  /** Of a page: what is wanted, up to the most there may be. */
  pageSize(preset: number, max: number): number {
    return this.#query.integer('maxResults', { otherwise: preset, min: 1, max, cut: true });
  }

  instant(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const instant = parseInstant(value);
    if (instant === undefined) throw invalid(`Invalid value for: ${name}`);
    return instant;
  }

  needed(name: string): string {
    return this.#query.required(name);
  }
}

/** One request to Calendar, whoever carried it here. */
export interface CalendarRequest {
  readonly world: CalendarWorld;
  /** On whose behalf. */
  readonly person: Person;
  readonly parameters: Parameters;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly assumptions: CalendarAssumptions;
  /** Sync tokens that are older, in milliseconds of the clock, are no good any more. */
  readonly syncTokensInvalidBefore: number;
  path(name: string): string;
  /** Throws for what isn't a JSON object. */
  body(): Json;
  seal(kind: string, content: unknown): string;
  /** Throws 400 for what wasn't sealed here. */
  unseal<T>(kind: string, token: string, parameter: string): T;
}

/** What is answered; no `json`: 204 without a body. */
export interface Answer {
  readonly json?: Json;
  readonly etag?: string;
  readonly notModified?: boolean;
}
