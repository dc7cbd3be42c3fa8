import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { BooksBar } from '../../components/books-bar.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatBytes, formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Panel } from '../../shell/page.tsx';
import { StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { countOf, heapsOf } from './figures.ts';
import { More } from './more.tsx';
import { useReportEntries } from './queries.ts';
import type { ReportSummary } from './totals.tsx';

const words = strings.reports;

export function EntriesReport({ projectId, summary }: { readonly projectId: number; readonly summary: ReportSummary }) {
  const entries = useReportEntries(projectId);
  const rows = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const total = countOf(summary.entries);
  if (total === 0) return null;
  return (
    <Panel title={words.entries} flush>
      <ErrorNotice error={entries.error} onRetry={() => void entries.refetch()} />
      {entries.isPending && <Pending />}
      <ScrollRegion label={words.entries}>
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{words.column.entry}</th>
              <th scope="col">{words.column.status}</th>
              <th scope="col">{words.column.books}</th>
              <th scope="col" className="st-number">
                {words.column.seen}
              </th>
              <th scope="col" className="st-number">
                {words.column.inTarget}
              </th>
              <th scope="col" className="st-number">
                {words.column.leftOut}
              </th>
              <th scope="col" className="st-number">
                {words.column.attention}
              </th>
              <th scope="col" className="st-number">
                {words.column.size}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const heaps = heapsOf(row.books);
              return (
                <tr key={row.entryId}>
                  <td className="st-report-address">
                    <Anchor component={Link} to={`/entries/${row.entryId}` as never} size="sm">
                      {row.sourceAddress}
                    </Anchor>
                    <div className="st-report-code">{words.to(row.targetAddress)}</div>
                  </td>
                  <td>
                    <StatusChip status={row.status} />
                  </td>
                  <td className="st-report-bar">
                    <BooksBar label={words.booksOf(row.sourceAddress)} books={row.books} />
                  </td>
                  <td className="st-number">{formatNumber(row.books.seen)}</td>
                  <td className="st-number">{formatNumber(heaps.inTarget)}</td>
                  <td className="st-number">{formatNumber(heaps.leftOut)}</td>
                  <td className="st-number" data-attention={heaps.attention > 0}>
                    {formatNumber(heaps.attention)}
                  </td>
                  <td className="st-number">{formatBytes(row.bytes)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollRegion>
      <More query={entries}>
        <Text size="sm" c="dimmed">
          {words.shown(rows.length, total)}
        </Text>
      </More>
    </Panel>
  );
}
