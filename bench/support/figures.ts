export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** @param share 0.99: all but the worst hundredth are at most this */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const fixed = (value: number, digits: number): string => value.toFixed(digits);
/** `1,650 – 2,600`: the least and the most of the runs. */
export const range = (values: readonly number[]): string =>
  `${whole(Math.min(...values))} – ${whole(Math.max(...values))}`;
export const percent = (value: number): string => `${Math.round(value * 100)} %`;
/** A goal and whether it held in these runs. */
export const goal = (holds: boolean, words: string): string => `${words}: ${holds ? '**holds**' : '**missed**'}`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
