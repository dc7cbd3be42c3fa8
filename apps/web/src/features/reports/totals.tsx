import { Group, Stack, Text } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { BalanceChip, BooksBar, BooksLegend } from '../../components/books-bar.tsx';
import { Notice } from '../../components/notice.tsx';
import { formatBytes, formatDateTime, formatDuration, formatNumber } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { countOf, heapsOf, isRunning } from './figures.ts';

const words = strings.reports;

export type ReportSummary = Schema<'ReportSummary'>;

export function Totals({ summary }: { readonly summary: ReportSummary }) {
  const { books, entries } = summary;
  const total = countOf(entries);
  const figures: readonly [name: string, value: string, more?: string | undefined][] = [
    [words.figures.entries, formatNumber(total)],
    [words.figures.seen, formatNumber(books.seen)],
    [words.figures.inTarget, formatNumber(heapsOf(books).inTarget)],
    [words.figures.bytes, formatBytes(summary.bytes)],
    [words.figures.passes, formatNumber(summary.passes), periodOf(summary)],
    [words.figures.time, formatDuration(summary.seconds)],
    [
      words.figures.verified,
      words.figures.verifiedOf(summary.verified, total),
      summary.verified === 0 ? undefined : words.figures.verifiedClean(summary.verifiedClean, summary.verified),
    ],
  ];
  return (
    <>
      {!summary.balanced && (
        <Notice tone="bad" title={words.unbalanced}>
          {words.unbalancedText}
        </Notice>
      )}
      <Panel title={words.totals} actions={books.seen > 0 ? <BalanceChip books={withBalance(summary)} /> : undefined}>
        <Stack gap="md">
          <dl className="st-figures">
            {figures.map(([name, value, more]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  {value}
                  {more !== undefined && <small>{more}</small>}
                </dd>
              </div>
            ))}
          </dl>
          {books.seen > 0 ? (
            <>
              <BooksBar label={words.books(summary.project.name)} books={books} tall />
              <BooksLegend books={books} />
            </>
          ) : (
            <Text size="sm" c="dimmed">
              {words.empty}
            </Text>
          )}
          <Group gap="xs">
            {Object.entries(entries).map(([status, count]) => (
              <Group key={status} gap={6} wrap="nowrap">
                <StatusChip status={status} />
                <Text size="sm" component="span" className="st-number">
                  {formatNumber(count)}
                </Text>
              </Group>
            ))}
          </Group>
        </Stack>
      </Panel>
    </>
  );
}

/** The sums of all objects may hold while those of a pass don't. */
const withBalance = (summary: ReportSummary) => ({ ...summary.books, balanced: summary.balanced });

function periodOf({ firstAt, lastAt, entries }: ReportSummary): string | undefined {
  if (firstAt === undefined) return undefined;
  const end = isRunning(entries) || lastAt === undefined ? words.figures.running : formatDateTime(lastAt);
  return words.figures.period(formatDateTime(firstAt), end);
}
