import { badRequest } from '../http/errors.ts';
import { type Expand, parseExpand, splitTop } from './expand.ts';

const OPTIONS = new Set([
  '$select',
  '$expand',
  '$filter',
  '$orderby',
  '$top',
  '$skip',
  '$count',
  '$search',
  '$skiptoken',
  '$deltatoken',
  '$format',
]);

/**
 * A request's query. It notes which of the `$` options the handler read: one that nobody read was not obeyed, and the
 * dispatcher refuses the request instead of ignoring it.
 */
export class Query {
  readonly #options = new Map<string, string>();
  readonly #unread = new Set<string>();
  /** Parameters that are not OData's, such as startDateTime; names in lower case. */
  readonly other = new Map<string, string>();

  /** @param text without the question mark */
  constructor(text: string) {
    for (const [name, value] of new URLSearchParams(text)) {
      const lower = name.toLowerCase();
      // Graph takes system options without their $ too.
      const option = lower.startsWith('$') ? lower : `$${lower}`;
      if (OPTIONS.has(option)) {
        if (this.#options.has(option)) throw badRequest(`Query option '${option}' was specified more than once.`);
        this.#options.set(option, value);
        this.#unread.add(option);
      } else if (lower.startsWith('$')) throw badRequest(`The query parameter '${name}' is not supported.`);
      else this.other.set(lower, value);
    }
    this.#unread.delete('$format');
  }

  /** The options that no handler has asked for. */
  get unread(): ReadonlySet<string> {
    return this.#unread;
  }

  text(option: string): string | undefined {
    this.#unread.delete(option);
    return this.#options.get(option);
  }

  has(option: string): boolean {
    return this.#options.has(option);
  }

  /** `$top` and `$skip`. */
  number(option: string): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) throw badRequest(`Invalid value '${text}' for ${option} query option found.`);
    return Number(text);
  }

  boolean(option: string): boolean {
    const text = this.text(option);
    if (text !== undefined && text !== 'true' && text !== 'false') throw badRequest(`Invalid value for ${option}.`);
    return text === 'true';
  }

  get select(): string[] | undefined {
    const text = this.text('$select');
    return text === undefined ? undefined : splitTop(text, ',').map((name) => name.trim());
  }

  get expand(): Expand[] {
    const text = this.text('$expand');
    return text === undefined ? [] : parseExpand(text);
  }
}
