import type { Schema } from '../../api/client.ts';
import type { Hours } from './search.ts';

type Throughput = Schema<'Overview'>['throughput'];

/** Minutes of one bar: as many bars as can be told apart. */
const MINUTES: Readonly<Record<Hours, number>> = { 1: 1, 3: 2, 12: 10, 24: 20 };

export interface Bar {
  /** Begin, in seconds since 1970. */
  readonly at: number;
  readonly objects: number;
  readonly bytes: number;
}

export interface Bars {
  readonly minutes: number;
  readonly bars: readonly Bar[];
}

/** Bars that begin at round times, so that they don't change when a minute passes; the last one is still counting. */
export function barsOf({ from, objects, bytes }: Throughput, hours: Hours): Bars {
  const minutes = MINUTES[hours];
  const first = Date.parse(from) / 60_000;
  const bars = new Map<number, { objects: number; bytes: number }>();
  for (let minute = 0; minute < objects.length; minute += 1) {
    const key = Math.floor((first + minute) / minutes) * minutes;
    const bar = bars.get(key) ?? { objects: 0, bytes: 0 };
    bar.objects += objects[minute] ?? 0;
    bar.bytes += bytes[minute] ?? 0;
    bars.set(key, bar);
  }
  return { minutes, bars: [...bars].map(([key, bar]) => ({ at: key * 60, ...bar })) };
}

export const totalOf = (bars: readonly Bar[], unit: 'objects' | 'bytes'): number =>
  bars.reduce((sum, bar) => sum + bar[unit], 0);

/** The bar with the most; undefined where all are empty. */
export const peakOf = (bars: readonly Bar[], unit: 'objects' | 'bytes'): Bar | undefined =>
  bars.reduce<Bar | undefined>((most, bar) => (bar[unit] > (most?.[unit] ?? 0) ? bar : most), undefined);
