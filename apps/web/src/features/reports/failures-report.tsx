import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { heapsOf } from './figures.ts';
import { More } from './more.tsx';
import { useReportFailures } from './queries.ts';
import { reportsRoute } from './search.ts';
import type { ReportSummary } from './totals.tsx';

const words = strings.reports;

/** By cause first, because one act often mends hundreds; then object by object. */
export function FailuresReport({
  projectId,
  summary,
}: {
  readonly projectId: number;
  readonly summary: ReportSummary;
}) {
  const { cause } = reportsRoute.useSearch();
  const { causes } = summary;
  const told = causes.reduce((sum, one) => sum + one.objects, 0);
  const untold = heapsOf(summary.books).attention - told;
  return (
    <>
      <Panel title={words.causes} flush={causes.length > 0}>
        {causes.length === 0 ? (
          <Text size="sm" c="dimmed">
            {untold > 0 ? words.untold(untold) : words.causesNone}
          </Text>
        ) : (
          <ScrollRegion label={words.causes}>
            <table className="st-table">
              <thead>
                <tr>
                  <th scope="col">{words.cause}</th>
                  <th scope="col">{words.todo}</th>
                  <th scope="col" className="st-number">
                    {words.objects}
                  </th>
                  <th scope="col" className="st-number">
                    {words.entriesColumn}
                  </th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {causes.map((one) => (
                  <tr key={`${one.kind} ${one.code}`}>
                    <td className="st-report-words">
                      <Mark kind={one.kind} /> {one.reason}
                      <div className="st-mono st-report-code">{one.code}</div>
                    </td>
                    <td className="st-report-words">{one.fix}</td>
                    <td className="st-number">{formatNumber(one.objects)}</td>
                    <td className="st-number">{formatNumber(one.entries)}</td>
                    <td className="st-report-act">
                      <Anchor
                        component={Link}
                        to="."
                        search={{ cause: one.code } as never}
                        size="sm"
                        aria-label={`${words.showShort}: ${one.code}`}
                        resetScroll={false}
                      >
                        {words.showShort}
                      </Anchor>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {untold > 0 && (
              <Text size="sm" p="md">
                {words.untold(untold)}
              </Text>
            )}
          </ScrollRegion>
        )}
      </Panel>
      {causes.length > 0 && <Objects projectId={projectId} cause={cause} />}
    </>
  );
}

const Mark = ({ kind }: { readonly kind: string }) => (
  <Chip tone={kind === 'uncertain' ? 'wait' : 'bad'}>{kind === 'uncertain' ? words.uncertain : words.failed}</Chip>
);

function Objects({ projectId, cause }: { readonly projectId: number; readonly cause: string | undefined }) {
  const failures = useReportFailures(projectId, cause);
  const rows = failures.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={cause === undefined ? words.failures : words.failuresOf(cause)}
      flush
      actions={
        cause === undefined ? undefined : (
          <Anchor component={Link} to="." search={{} as never} size="sm" resetScroll={false}>
            {words.showAll}
          </Anchor>
        )
      }
    >
      <ErrorNotice error={failures.error} onRetry={() => void failures.refetch()} />
      <ScrollRegion label={words.failures}>
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{words.entry}</th>
              <th scope="col">{words.object}</th>
              <th scope="col">{words.reason}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.noteId}>
                <td className="st-report-address">
                  <Anchor component={Link} to={`/entries/${one.entryId}` as never} size="sm">
                    {one.sourceAddress}
                  </Anchor>
                </td>
                <td className="st-report-words">
                  {one.subject ?? words.noSubject}
                  <div className="st-report-code">{one.folder}</div>
                </td>
                <td className="st-report-words">
                  {one.reason} {one.fix}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <More query={failures} />
    </Panel>
  );
}
