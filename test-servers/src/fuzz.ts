import fc from 'fast-check';

/**
 * Input that somebody has spoilt on purpose, and how a parser has to bear it: it ends, in bounded time, with a result or
 * with an error that it says it throws.
 */
export interface Fuzz {
  /** What good input looks like; spoilt copies of it get deeper than noise. */
  readonly seeds: readonly (string | Buffer)[];
  /** Words of the grammar, put in anywhere. */
  readonly words: readonly string[];
  /** Cases in CI; a hundred times as many with STERNA_TEST_LONG. */
  readonly cases: number;
  /** Longest time for one case of at most 64 KiB, on a machine that does other things too. */
  readonly mostMs?: number;
  /** Is this what the parser says it throws? */
  readonly documented: (thrown: unknown) => boolean;
}

const MOST_BYTES = 64 * 1024;
const isLong = process.env.STERNA_TEST_LONG !== undefined;

type Change =
  | { readonly kind: 'flip' | 'cut' | 'drop'; readonly at: number; readonly size: number }
  | { readonly kind: 'word'; readonly at: number; readonly word: string; readonly times: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly size: number; readonly times: number }
  | { readonly kind: 'splice'; readonly at: number; readonly other: number };

function changed(bytes: Buffer, change: Change, seeds: readonly Buffer[]): Buffer {
  const at = bytes.length === 0 ? 0 : change.at % bytes.length;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 + (change.size % 255));
      return copy;
    }
    case 'cut':
      return before;
    case 'drop':
      return Buffer.concat([before, after.subarray(change.size)]);
    case 'word':
      return Buffer.concat([before, Buffer.from(change.word.repeat(change.times)), after]);
    case 'repeat':
      return Buffer.concat([
        before,
        ...Array.from({ length: change.times }, () => after.subarray(0, change.size)),
        after,
      ]);
    case 'splice': {
      const other = seeds[change.other % seeds.length] as Buffer;
      return Buffer.concat([before, other.subarray(at % Math.max(1, other.length))]);
    }
  }
}

function spoilt({ seeds: given, words }: Fuzz): fc.Arbitrary<Buffer> {
  const seeds = given.map((seed) => Buffer.from(seed as Buffer));
  const at = fc.nat(MOST_BYTES);
  const size = fc.nat(200);
  const times = fc.oneof({ arbitrary: fc.nat(3), weight: 20 }, { arbitrary: fc.nat(2_000), weight: 1 });
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ kind: fc.constantFrom('flip', 'cut', 'drop'), at, size }),
    fc.record({ kind: fc.constant('word'), at, word: fc.constantFrom(...words), times }),
    fc.record({ kind: fc.constant('repeat'), at, size, times }),
    fc.record({ kind: fc.constant('splice'), at, other: fc.nat(100) }),
  );
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const bent = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([seed, changes]) =>
      changes.reduce<Buffer>((bytes, one) => changed(bytes, one, seeds).subarray(0, MOST_BYTES), seed),
    );
  return fc.oneof({ arbitrary: bent, weight: 9 }, { arbitrary: noise, weight: 1 });
}

/**
 * Asks `parse` with every case; the same ones each time, unless the long tests run.
 *
 * @throws where a case takes too long, or ends with an error that isn't documented; fast-check then names the smallest one
 */
export function fuzz(options: Fuzz, parse: (bytes: Buffer) => unknown): void {
  const { mostMs = 1_000 } = options;
  fc.assert(
    fc.property(spoilt(options), (bytes) => {
      const begun = performance.now();
      try {
        parse(bytes);
      } catch (thrown) {
        if (!options.documented(thrown)) throw thrown;
      }
      const took = performance.now() - begun;
      if (took > mostMs) throw new Error(`${bytes.length} bytes took ${Math.round(took)} ms`);
    }),
    { numRuns: options.cases * (isLong ? 100 : 1), ...(isLong ? {} : { seed: 20_261_128 }), endOnFailure: true },
  );
}
