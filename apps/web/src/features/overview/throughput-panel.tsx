import { Group, SegmentedControl, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { Schema } from '../../api/client.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatBytes, formatNumber, formatTime, plural } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { DEFAULT_HOURS, HOURS, type OverviewSearch, overviewRoute } from './search.ts';
import { type Bars, barsOf, peakOf, totalOf } from './throughput.ts';
import { ThroughputChart } from './throughput-chart.tsx';

const words = strings.overview.throughput;

const FORMAT = {
  objects: (value: number) => (value > 0 && value < 10 ? String(Math.round(value * 10) / 10) : formatNumber(value)),
  bytes: formatBytes,
};

export function ThroughputPanel({ throughput }: { readonly throughput: Schema<'Overview'>['throughput'] }) {
  const { hours = DEFAULT_HOURS, unit } = overviewRoute.useSearch();
  const navigate = overviewRoute.useNavigate();
  const shown = unit ?? 'objects';
  const bars = useMemo(() => barsOf(throughput, hours), [throughput, hours]);
  const choose = (change: Partial<Record<keyof OverviewSearch, unknown>>): void =>
    void navigate({ search: (now) => ({ ...now, ...change }) as OverviewSearch, replace: true });
  return (
    <Panel
      title={words.title}
      actions={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={words.unit}
            value={shown}
            onChange={(value) => choose({ unit: value === 'bytes' ? 'bytes' : undefined })}
            data={[
              { value: 'objects', label: words.objects },
              { value: 'bytes', label: words.bytes },
            ]}
          />
          <SegmentedControl
            size="xs"
            aria-label={words.hours}
            value={String(hours)}
            onChange={(value) => choose({ hours: Number(value) === DEFAULT_HOURS ? undefined : Number(value) })}
            data={HOURS.map((one) => ({ value: String(one), label: words.lastHours(one) }))}
          />
        </Group>
      }
    >
      <Summary bars={bars} unit={shown} hours={hours} />
      <ThroughputChart
        bars={bars}
        unit={shown}
        label={summaryOf(bars, shown, hours)}
        format={FORMAT[shown]}
        readingOf={words.reading}
      />
      <details className="st-chart-table">
        <summary>{words.table}</summary>
        <BarTable bars={bars} />
      </details>
    </Panel>
  );
}

function summaryOf({ bars, minutes }: Bars, unit: 'objects' | 'bytes', hours: number): string {
  const period = words.period(hours);
  const objects = totalOf(bars, 'objects');
  const peak = peakOf(bars, unit);
  if (objects === 0 || peak === undefined) return words.nothing(period);
  const most = words.peak(FORMAT[unit](peak[unit] / minutes), formatTime(peak.at * 1_000));
  return `${words.summary(period, plural(objects, 'object'), formatBytes(totalOf(bars, 'bytes')))} ${most}`;
}

const Summary = ({ bars, unit, hours }: { bars: Bars; unit: 'objects' | 'bytes'; hours: number }) => (
  <Text size="sm" c="dimmed" mb="xs">
    {summaryOf(bars, unit, hours)}
  </Text>
);

function BarTable({ bars: { bars, minutes } }: { readonly bars: Bars }) {
  const last = bars.at(-1);
  return (
    <ScrollRegion label={words.tableCaption} className="st-chart-rows">
      <table className="st-table">
        <caption className="st-hidden">{words.tableCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col" className="st-number">
              {words.objects}
            </th>
            <th scope="col" className="st-number">
              {words.bytes}
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.toReversed().map((bar) => (
            <tr key={bar.at}>
              <th scope="row">
                {formatTime(bar.at * 1_000)}
                {minutes > 1 && `–${formatTime((bar.at + minutes * 60) * 1_000)}`}
                {bar === last && ` (${words.stillCounting})`}
              </th>
              <td className="st-number">{formatNumber(bar.objects)}</td>
              <td className="st-number">{formatBytes(bar.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
