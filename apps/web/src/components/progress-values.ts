import { formatNumber } from '../lib/format.ts';

interface Shares {
  readonly done: number;
  readonly failed?: number;
  readonly total: number;
}

/** A part of the bar, as a width. */
export const shareOf = (count: number, total: number): string =>
  total === 0 ? '0%' : `${Math.min(100, (100 * count) / total)}%`;

/** What a bar says to those who don't see it. */
export function progressValues({ done, failed = 0, total }: Shares) {
  return {
    'aria-valuemin': 0,
    'aria-valuemax': total,
    'aria-valuenow': Math.min(done, total),
    'aria-valuetext': `${formatNumber(done)} of ${formatNumber(total)}${failed > 0 ? `, ${formatNumber(failed)} failed` : ''}`,
  };
}
