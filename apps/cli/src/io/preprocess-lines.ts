import type { PassView } from '@sterna/api-contract';
import { printable } from './table.ts';

interface Line {
  readonly what: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly fix?: string;
}

/** What a preprocess made, found and missed, one thing a line; below it why, and what to do. Empty for other passes. */
export function preprocessLines({ kind, result }: Pick<PassView, 'kind' | 'result'>): string[] {
  const lines = kind === 'preprocess' ? (result as { lines?: readonly Line[] } | null | undefined)?.lines : undefined;
  return (lines ?? []).flatMap(({ what, outcome, reason, fix }) => [
    `${outcome.padEnd(7)}  ${printable(what)}`,
    ...(reason === undefined ? [] : [`${INDENT}${printable(reason)}`]),
    ...(fix === undefined ? [] : [`${INDENT}To do: ${printable(fix)}`]),
  ]);
}

const INDENT = ' '.repeat(9);
