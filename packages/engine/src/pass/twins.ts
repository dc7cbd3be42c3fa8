import type { ContentKind } from '@sterna/core';
import { claimsOf, copiesOfEntries, entriesOfTarget } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';

/** A copy that the target has acknowledged, not in the books yet. */
export interface Acknowledged {
  /** Hexadecimal. */
  readonly src: string;
  readonly targetId: string;
  readonly digest: Buffer | undefined;
}

/** What the copy that an object shares is: `equal` to it, or `another`, which the target took for the same. */
export type Sharing = 'equal' | 'another';

/**
 * Targets that keep equal objects once answer the second of them with the first one's id. Such an object is `merged`: it
 * has no copy of its own, and whatever happens to it later leaves the other's alone.
 */
export class Twins {
  readonly #context: PassContext;
  readonly #known = new Map<ContentKind, Promise<KnownIds>>();
  #sharers: Promise<number[]> | undefined;
  /** Copies of batches that aren't in the books yet, and what they are: lanes run side by side. */
  readonly #underWay = new Map<string, Buffer | undefined>();

  constructor(context: PassContext) {
    this.#context = context;
  }

  /**
   * @param containerKey Of the target's container that they were written to
   * @returns which of them (by source) got the copy of another object, and what is to be called when the rest is in the
   *   books
   */
  async shared(
    kind: ContentKind,
    containerKey: string,
    copies: readonly Acknowledged[],
  ): Promise<{ readonly shared: ReadonlyMap<string, Sharing>; readonly inBooks: () => void }> {
    const shared = new Map<string, Sharing>();
    const scope = capabilitiesFor(this.#context.target, kind).collapsesTwins;
    if (scope === false || copies.length === 0) return { shared, inBooks: () => undefined };
    const keyOf = (targetId: string, container: string): string =>
      scope === 'endpoint' ? `${kind}/${targetId}` : `${kind}/${container}/${targetId}`;
    const known = await this.#knownOf(kind, keyOf);
    const mine = new Map<string, Acknowledged>();
    for (const copy of copies) {
      const key = keyOf(copy.targetId, containerKey);
      if (this.#underWay.has(key)) shared.set(copy.src, sharing(copy, this.#underWay.get(key)));
      else {
        this.#underWay.set(key, copy.digest);
        mine.set(key, copy);
      }
    }
    const doubtful = [...mine].filter(([key]) => known.mayHave(key)).map(([, { targetId }]) => targetId);
    for (const claim of await this.#claims(kind, doubtful)) {
      const copy = mine.get(keyOf(claim.targetId, claim.containerKey));
      const isOwn = claim.entryId === this.#context.claim.entryId && claim.src.toString('hex') === copy?.src;
      if (copy !== undefined && !isOwn) shared.set(copy.src, sharing(copy, claim.digest));
    }
    for (const key of mine.keys()) known.add(key);
    return {
      shared,
      inBooks: () => {
        for (const key of mine.keys()) this.#underWay.delete(key);
      },
    };
  }

  async #claims(kind: ContentKind, targetIds: readonly string[]) {
    return targetIds.length === 0 ? [] : claimsOf(this.#context.pool, await this.#entries(), kind, targetIds);
  }

  #entries(): Promise<number[]> {
    this.#sharers ??= sharersOf(this.#context);
    return this.#sharers;
  }

  #knownOf(kind: ContentKind, keyOf: (targetId: string, container: string) => string): Promise<KnownIds> {
    const load = async (): Promise<KnownIds> => {
      const ids = new KnownIds();
      for await (const page of copiesOfEntries(this.#context.pool, await this.#entries(), kind))
        for (const { targetId, containerKey } of page) ids.add(keyOf(targetId, containerKey));
      return ids;
    };
    const known = this.#known.get(kind) ?? load();
    this.#known.set(kind, known);
    return known;
  }
}

const sharing = ({ digest }: Acknowledged, other: Buffer | undefined): Sharing =>
  digest !== undefined && other?.equals(digest) === true ? 'equal' : 'another';

/** This entry, and others that still migrate into the same target. */
export async function sharersOf({ pool, claim }: PassContext): Promise<number[]> {
  return [...new Set([claim.entryId, ...(await entriesOfTarget(pool, claim.entryId, 'live'))])];
}

const BITS = 2 ** 25;
const PROBES = 3;

/**
 * A set of strings in 4 MiB, however many there are (a Bloom filter): "no" is certain, "yes" is to be looked up. Of five
 * million strangers it says "yes" to one in twenty.
 */
export class KnownIds {
  readonly #bits = new Uint8Array(BITS / 8);

  add(id: string): void {
    for (const bit of probes(id)) this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }

  mayHave(id: string): boolean {
    return probes(id).every((bit) => ((this.#bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0);
  }
}

/** Two hashes (FNV-1a), and multiples of the second on top of the first. */
function probes(id: string): number[] {
  let [one, other] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x5bd1e995);
    other ^= other >>> 13;
  }
  return Array.from({ length: PROBES }, (_, n) => ((one + n * (other | 1)) >>> 0) % BITS);
}
