import 'uplot/dist/uPlot.min.css';
import { useResizeObserver } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import UPlot from 'uplot';
import { formatTime } from '../../lib/format.ts';
import type { Bars } from './throughput.ts';

const HEIGHT = 190;

/** A canvas knows no CSS: its colours are read when the scheme changes. */
function useScheme(): string {
  return useSyncExternalStore(
    (changed) => {
      const observer = new MutationObserver(changed);
      observer.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
      return () => observer.disconnect();
    },
    () => document.documentElement.getAttribute('data-mantine-color-scheme') ?? 'light',
  );
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Bars of what was migrated, per minute. What it shows is said in words beside it, and in a table. */
export function ThroughputChart({
  bars,
  unit,
  label,
  format,
  readingOf,
}: {
  readonly bars: Bars;
  readonly unit: 'objects' | 'bytes';
  /** The chart in a sentence, for those who don't see it. */
  readonly label: string;
  readonly format: (perMinute: number) => string;
  /** What is said of the bar under the pointer. */
  readonly readingOf: (moment: string, value: string) => string;
}) {
  const [frame, { width }] = useResizeObserver<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(undefined);
  const [reading, setReading] = useState<number>();
  const scheme = useScheme();
  const data = useMemo<UPlot.AlignedData>(
    () => [bars.bars.map((bar) => bar.at), bars.bars.map((bar) => bar[unit] / bars.minutes)],
    [bars, unit],
  );
  const latest = useRef({ data, format, minutes: bars.minutes });
  latest.current = { data, format, minutes: bars.minutes };
  const isWide = width > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme is what the colours come from
  useEffect(() => {
    if (place.current === null || !isWide) return;
    const ink = colour('--mantine-color-dimmed');
    const grid = { stroke: colour('--st-line'), width: 1 };
    const font = `12px ${colour('--mantine-font-family') || 'sans-serif'}`;
    const made = new UPlot(
      {
        width: place.current.clientWidth,
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
        scales: {
          // A bar reaches from its begin to its end: the last one too.
          x: { range: (_, first, last) => [first, last + latest.current.minutes * 60] },
          y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
        },
        axes: [
          {
            stroke: ink,
            font,
            grid: { show: false },
            ticks: { ...grid, size: 4 },
            values: (_, splits) => splits.map((at) => formatTime(at * 1_000)),
          },
          {
            stroke: ink,
            font,
            grid,
            ticks: { show: false },
            size: (_, values) => 14 + 7 * Math.max(0, ...(values ?? []).map((text) => text.length)),
            values: (_, splits) => splits.map((value) => latest.current.format(value)),
            space: 40,
          },
        ],
        series: [
          {},
          {
            stroke: colour('--st-busy'),
            fill: colour('--st-busy'),
            width: 0,
            ...(UPlot.paths.bars === undefined
              ? {}
              : { paths: UPlot.paths.bars({ size: [0.82, 26, 1], align: 1, radius: 0.15 }) }),
          },
        ],
        hooks: { setCursor: [(u) => setReading(u.cursor.idx ?? undefined)] },
      },
      latest.current.data,
      place.current,
    );
    chart.current = made;
    return () => {
      made.destroy();
      chart.current = undefined;
    };
  }, [isWide, scheme]);

  useEffect(() => chart.current?.setData(data), [data]);
  useEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height: HEIGHT });
  }, [width]);

  const at = reading === undefined ? undefined : data[0][reading];
  const value = reading === undefined ? undefined : data[1]?.[reading];
  return (
    <div ref={frame} className="st-chart">
      <div ref={place} role="img" aria-label={label} style={{ height: HEIGHT }} />
      <div className="st-chart-reading" aria-hidden>
        {at != null && value != null && readingOf(formatTime(at * 1_000), format(value))}
      </div>
    </div>
  );
}
