import type { ContentKind } from '@sterna/core';
import type { FileLine } from './lines.ts';
import type { Scan, Scanned } from './scanned.ts';

/** A file of JSON is one object as a whole; whether it means anything its kind tells. */
export class JsonScan implements Scan {
  readonly #kind: ContentKind;
  readonly #what: string;
  #end = 0;
  #first: string | undefined;

  /** @param what for messages: `setting` */
  constructor(kind: ContentKind, what: string) {
    this.#kind = kind;
    this.#what = what;
  }

  line({ end, text }: FileLine): void {
    this.#end = end;
    if (text.trim() !== '') this.#first ??= text.trim();
  }

  end(): Scanned {
    if (this.#first === undefined) return { objects: [], isForeign: true };
    const whole = { start: 0, end: this.#end };
    const isForeign = !this.#first.startsWith('{');
    const problem = isForeign ? { problem: { line: 1, what: `this is no ${this.#what}` } } : {};
    return {
      objects: [{ kind: this.#kind, uid: undefined, line: 1, parts: [whole], own: [whole], ...problem }],
      isForeign,
    };
  }
}
