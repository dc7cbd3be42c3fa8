import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Schema } from '../../api/client.ts';
import { formatBytes, formatNumber } from '../../lib/format.ts';
import { useMe } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { Checklists, useCutover } from './cutover-report.tsx';
import { countOf, heapsOf, isRunning } from './figures.ts';
import { LicenseUse } from './license-use.tsx';
import { Address, Paper, PaperBooks, PaperFacts, PaperProof, PaperSection, periodInWords } from './paper.tsx';
import { entriesPage, failuresPage, summaryQuery } from './queries.ts';
import { SettingsThatDecided } from './settings-that-decided.tsx';
import type { ReportSummary } from './totals.tsx';

const words = strings.reports.paper;
const route = getRouteApi('/paper/projects/$projectId/report/print');

/** Beyond this nobody reads a print; the CSV holds all. */
const MOST_ENTRIES = 2_000;
const MOST_FAILURES = 1_000;
const PAGE = 500;

/** The first `most` of all pages. */
async function firstOf<Item>(
  most: number,
  page: (after: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next?: string }>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined, more = true; more && items.length < most; ) {
    const { items: some, next } = await page(after);
    items.push(...some);
    after = next;
    more = next !== undefined;
  }
  return items.slice(0, most);
}

export function ProjectPrintPage() {
  const { projectId } = route.useParams();
  const { account } = useMe();
  const summary = useQuery(summaryQuery(projectId));
  const cutover = useCutover(projectId);
  const lists = useQuery({
    queryKey: ['report-print', projectId],
    queryFn: async ({ signal }) => ({
      entries: await firstOf(MOST_ENTRIES, (after) => entriesPage(projectId, after, PAGE, signal)),
      failures: await firstOf(MOST_FAILURES, (after) => failuresPage(projectId, undefined, after, PAGE, signal)),
    }),
  });
  const error = summary.error ?? lists.error ?? cutover.error;
  const { data } = summary;
  const ready = data !== undefined && lists.data !== undefined && cutover.data !== undefined;
  return (
    <Paper
      title={words.projectTitle}
      name={data?.project.name ?? ''}
      back={`/projects/${projectId}/reports`}
      ready={ready && error === null}
    >
      <ErrorNotice error={error} />
      {data === undefined || lists.data === undefined || cutover.data === undefined ? (
        error === null && <p role="status">{words.loading}</p>
      ) : (
        <>
          <PaperFacts
            facts={[
              [words.facts.project, data.project.name],
              [words.facts.customer, account.organization.name],
              [words.facts.from, data.project.source],
              [words.facts.to, data.project.target],
              [words.facts.period, periodInWords(data.firstAt, data.lastAt, isRunning(data.entries))],
              [words.facts.entries, entriesInWords(data)],
            ]}
          />
          <PaperSection title={words.result}>
            <PaperBooks books={{ ...data.books, balanced: data.balanced }} />
            <p>{words.verified(data.verified, countOf(data.entries), data.verifiedClean)}</p>
          </PaperSection>
          <Method projectId={projectId} />
          <PerEntry summary={data} rows={lists.data.entries} />
          <Exceptions summary={data} rows={lists.data.failures} />
          {cutover.data.items.length > 0 && (
            <PaperSection title={strings.reports.cutover}>
              <Checklists batches={cutover.data.items} />
            </PaperSection>
          )}
          <PaperSection title={strings.reports.licenses}>
            <LicenseUse licenses={data.licenses} />
          </PaperSection>
          <PaperProof proof={data.proof} />
        </>
      )}
    </Paper>
  );
}

const entriesInWords = ({ entries }: ReportSummary): string =>
  Object.entries(entries)
    .map(([status, count]) => `${formatNumber(count)} ${(strings.common.status[status] ?? status).toLowerCase()}`)
    .join(', ') || formatNumber(0);

function Method({ projectId }: { readonly projectId: number }) {
  return (
    <PaperSection title={words.method}>
      {words.methodText.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <SettingsThatDecided projectId={projectId} />
    </PaperSection>
  );
}

function PerEntry({
  summary,
  rows,
}: {
  readonly summary: ReportSummary;
  readonly rows: readonly Schema<'ReportEntry'>[];
}) {
  const total = countOf(summary.entries);
  const all = heapsOf(summary.books);
  return (
    <PaperSection title={words.perEntry} newPage>
      <table className="st-paper-entries">
        <thead>
          <tr>
            <th scope="col">{words.column.source}</th>
            <th scope="col">{words.column.target}</th>
            <th scope="col">{words.column.status}</th>
            <th scope="col" className="st-n">
              {words.column.seen}
            </th>
            <th scope="col" className="st-n">
              {words.column.inTarget}
            </th>
            <th scope="col" className="st-n">
              {words.column.leftOut}
            </th>
            <th scope="col" className="st-n">
              {words.column.attention}
            </th>
            <th scope="col" className="st-n">
              {words.column.size}
            </th>
            <th scope="col">{words.column.license}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const heaps = heapsOf(row.books);
            return (
              <tr key={row.entryId}>
                <td>
                  <Address of={row.sourceAddress} />
                </td>
                <td>
                  <Address of={row.targetAddress} />
                </td>
                <td>{strings.common.status[row.status] ?? row.status}</td>
                <td className="st-n">{formatNumber(row.books.seen)}</td>
                <td className="st-n">{formatNumber(heaps.inTarget)}</td>
                <td className="st-n">{formatNumber(heaps.leftOut)}</td>
                <td className="st-n">{formatNumber(heaps.attention)}</td>
                <td className="st-n">{formatBytes(row.bytes)}</td>
                <td>{row.license}</td>
              </tr>
            );
          })}
          {/* Not a footer: that would be repeated on every page. */}
          <tr className="st-paper-sum">
            <th scope="row" colSpan={3}>
              {words.total}
            </th>
            <td className="st-n">{formatNumber(summary.books.seen)}</td>
            <td className="st-n">{formatNumber(all.inTarget)}</td>
            <td className="st-n">{formatNumber(all.leftOut)}</td>
            <td className="st-n">{formatNumber(all.attention)}</td>
            <td className="st-n">{formatBytes(summary.bytes)}</td>
            <td />
          </tr>
        </tbody>
      </table>
      {rows.length < total && <p>{words.cut(rows.length, total)}</p>}
    </PaperSection>
  );
}

type Failures = readonly Awaited<ReturnType<typeof failuresPage>>['items'][number][];

function Exceptions({ summary, rows }: { readonly summary: ReportSummary; readonly rows: Failures }) {
  const told = summary.causes.reduce((sum, cause) => sum + cause.objects, 0);
  const untold = heapsOf(summary.books).attention - told;
  return (
    <PaperSection title={words.exceptions}>
      {told + untold === 0 && <p>{words.exceptionsNone}</p>}
      {rows.length > 0 && <ExceptionsTable rows={rows} />}
      {rows.length < told && <p>{words.cut(rows.length, told)}</p>}
      {untold > 0 && <p>{strings.reports.untold(untold)}</p>}
    </PaperSection>
  );
}

function ExceptionsTable({ rows }: { readonly rows: Failures }) {
  return (
    <table className="st-paper-exceptions">
      <thead>
        <tr>
          <th scope="col">{words.exception.entry}</th>
          <th scope="col">{words.exception.object}</th>
          <th scope="col">{words.exception.reason}</th>
          <th scope="col">{words.exception.fix}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.noteId}>
            <td>
              <Address of={row.sourceAddress} />
            </td>
            <td>
              {row.subject ?? strings.reports.noSubject}
              <small>{row.folder}</small>
            </td>
            <td>
              {row.kind === 'uncertain' && <strong>{strings.reports.uncertain}: </strong>}
              {row.reason}
            </td>
            <td>{row.fix}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
