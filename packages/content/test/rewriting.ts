import fc from 'fast-check';

/** A line as a test means it: what stands in it, not how it is written. */
export interface Line {
  readonly name: string;
  readonly params?: readonly (readonly [string, string])[];
  readonly value: string;
}

export interface Block {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly blocks?: readonly Block[];
}

/** How a program writes: all of it choices that have no meaning. */
export interface Style {
  readonly seed: number;
  /** Octets of a line before it is folded; folds fall inside characters. */
  readonly width: number;
  readonly end: '\r\n' | '\n';
  readonly shuffles: boolean;
  readonly lowers: boolean;
  readonly quotes: boolean;
}

export const styles: fc.Arbitrary<Style> = fc.record({
  seed: fc.nat(),
  width: fc.integer({ min: 20, max: 200 }),
  end: fc.constantFrom('\r\n' as const, '\n' as const),
  shuffles: fc.boolean(),
  lowers: fc.boolean(),
  quotes: fc.boolean(),
});

/** Texts with what has to be escaped, folded and kept. */
export const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(',', ';', '\\', '\n', ':', '"', "'", ' ', 'ü', '漢字', '🎂', 'é', '\\n', '^'),
      fc.string({ unit: 'grapheme', maxLength: 12 }).map(withoutControls),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => `x${parts.join('')}x`);

/** Signs of a parameter: no quote, which RFC 5545 has no way to write. */
export const parameterTexts = texts.map((text) => text.replace(/["\n\\^]/g, '-'));

export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: neither standard has them
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/gu, '');
}

export const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\n/g, '\\n');

/** Small, fast, and the same for the same seed. */
export function random(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

/** Written by nothing of ours. */
export function written(block: Block, style: Style): Buffer {
  const next = random(style.seed);
  const lines: string[] = [];
  const write = (one: Block): void => {
    lines.push(`BEGIN:${one.name}`);
    // VERSION stands first in a card.
    const fixed = one.lines.filter((line) => line.name === 'VERSION');
    const others = one.lines.filter((line) => line.name !== 'VERSION');
    for (const line of [...fixed, ...(style.shuffles ? shuffled(others, next) : others)]) lines.push(text(line));
    for (const inner of one.blocks ?? []) write(inner);
    lines.push(`END:${one.name}`);
  };
  const text = ({ name, params = [], value }: Line): string => {
    const all = (style.shuffles ? shuffled(params, next) : params).map(
      ([key, one]) =>
        `;${style.lowers ? key.toLowerCase() : key}=${style.quotes || /[:;,]/.test(one) ? `"${one}"` : one}`,
    );
    return `${style.lowers ? name.toLowerCase() : name}${all.join('')}:${value}`;
  };
  write(block);
  return Buffer.concat(lines.map((line) => foldedBytes(Buffer.from(line, 'utf8'), style)));
}

function foldedBytes(line: Buffer, { width, end }: Style): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < line.length; at += width)
    parts.push(Buffer.from(at === 0 ? '' : `${end} `), line.subarray(at, at + width));
  return Buffer.concat([...parts, Buffer.from(end)]);
}

/** For parsers that take text: folds inside characters are gone. */
export const unfolded = (body: Buffer): string =>
  Buffer.from(body.toString('latin1').replace(/\r?\n[ \t]/g, ''), 'latin1').toString('utf8');
