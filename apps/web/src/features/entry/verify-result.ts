import type { Schema } from '../../api/client.ts';

/** In the order of their weight: what must not be, what a delta pass brings, what is people's own work. */
const FIGURES = [
  'identical',
  'rewritten',
  'adapted',
  'missing',
  'different',
  'duplicated',
  'notMigrated',
  'unmigrated',
  'goneFromSource',
  'extra',
  'flagsDiffer',
] as const;
/** Of targets that write contents anew; of no interest elsewhere. */
const OF_SOME_TARGETS: ReadonlySet<string> = new Set(['rewritten', 'adapted']);
export type Figure = (typeof FIGURES)[number];

/** `result` of a verify pass, as the engine writes it (packages/engine, VerifyResult). */
type VerifyResult = Readonly<Record<Figure | 'source' | 'target', number>> & {
  readonly depth: 'counts' | 'keys' | 'content';
  readonly ok: boolean;
};

export interface VerifyFigures {
  readonly depth: VerifyResult['depth'];
  readonly ok: boolean;
  /** Objects that were held against the books. */
  readonly source: number;
  readonly target: number;
  readonly figures: readonly { readonly name: Figure; readonly count: number }[];
}

/** Undefined for a verify that did not come to its end. */
export function verifyResultOf(pass: Schema<'Pass'>): VerifyFigures | undefined {
  const result = pass.result as VerifyResult | null | undefined;
  if (result?.depth === undefined) return undefined;
  const { depth, ok, source, target } = result;
  const figures = FIGURES.map((name) => ({ name, count: result[name] ?? 0 })).filter(
    ({ name, count }) => count > 0 || !OF_SOME_TARGETS.has(name),
  );
  return { depth, ok, source, target, figures };
}
