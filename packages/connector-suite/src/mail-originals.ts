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
    // What says little is like much: the one that says most is meant.
    let best: { readonly raw: Buffer; readonly says: number } | undefined;
    for (const { raw, meaning: said } of this.#all) {
      const original = await said;
      if (original.size > (best?.says ?? -1) && isCopy(original, meaning)) best = { raw, says: original.size };
    }
    return best?.raw ?? found;
  }
}
