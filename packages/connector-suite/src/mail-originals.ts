import { isCopy, type Meaning, meaningOf } from './mail-meaning.ts';

/**
 * Exchange writes messages anew, so the suite, which compares bytes, is shown the original of whatever says the same.
 * What says anything else is shown as it is, and fails.
 */
export class Originals {
  readonly #exact = new Set<string>();
  readonly #all: { readonly raw: Buffer; readonly meaning: Promise<Meaning> }[] = [];

  remember(raw: Buffer): void {
    const key = raw.toString('latin1');
    if (this.#exact.has(key)) return;
    this.#exact.add(key);
    const meaning = meaningOf(raw);
    meaning.catch(() => undefined);
    this.#all.push({ raw, meaning });
  }

  async of(found: Buffer): Promise<Buffer> {
    if (this.#exact.has(found.toString('latin1'))) return found;
    const meaning = await meaningOf(found);
    for (const one of this.#all) if (isCopy(await one.meaning, meaning)) return one.raw;
    return found;
  }
}
