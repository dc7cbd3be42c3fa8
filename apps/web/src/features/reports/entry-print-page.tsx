import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { formatDateTime, formatDuration, formatNumber } from '../../lib/format.ts';
import { isLive } from '../../lib/progress.ts';
import { useMe } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { verifyResultOf } from '../entry/verify-result.ts';
import { heapsOf } from './figures.ts';
import { Paper, PaperBooks, PaperFacts, PaperProof, PaperSection, periodInWords } from './paper.tsx';

const words = strings.reports.paper;
const route = getRouteApi('/paper/entries/$entryId/report/print');

/** What is printed of notes; the CSV holds all. */
const MOST_NOTES = 500;
const MOST_FAILURES = 500;

type Pass = Schema<'Pass'>;

/** What is failed or uncertain now, cause by cause. */
async function failedObjects(id: number, signal: AbortSignal) {
  const { objects: total, groups } = await dataOf(
    api.GET('/api/entries/{id}/failures', { params: { path: { id } }, signal }),
  );
  const objects: FailedObject[] = [];
  for (const { code, state, fix } of groups) {
    const limit = MOST_FAILURES - objects.length;
    if (limit <= 0) break;
    const { items } = await dataOf(
      api.GET('/api/entries/{id}/failures/objects', {
        params: { path: { id }, query: { code, state, limit } },
        signal,
      }),
    );
    objects.push(...items.map(({ folder, subject, reason }) => ({ state, folder, subject, reason, fix })));
  }
  return { total, objects };
}

interface FailedObject {
  readonly state: 'failed' | 'uncertain';
  readonly folder: string | undefined;
  readonly subject: string | undefined;
  readonly reason: string;
  readonly fix: string | undefined;
}

export function EntryPrintPage() {
  const { entryId } = route.useParams();
  const { account } = useMe();
  const path = { path: { id: entryId } };
  const report = useQuery(
    $api.queryOptions('get', '/api/entries/{id}/report', { params: { ...path, query: { limit: 1 } } }),
  );
  const failures = useQuery({
    queryKey: ['report-print-failures', entryId],
    queryFn: ({ signal }) => failedObjects(entryId, signal),
  });
  const verify = useQuery($api.queryOptions('get', '/api/entries/{id}/verify', { params: path }));
  const notes = useQuery(
    $api.queryOptions('get', '/api/entries/{id}/notes', {
      params: { ...path, query: { kind: 'fidelity', limit: MOST_NOTES } },
    }),
  );
  const error = report.error ?? failures.error ?? verify.error ?? notes.error;
  const { data } = report;
  const ready =
    data !== undefined && failures.data !== undefined && verify.data !== undefined && notes.data !== undefined;
  return (
    <Paper
      title={words.entryTitle}
      name={data?.entry.sourceAddress ?? ''}
      back={`/entries/${entryId}`}
      ready={ready && error === null}
    >
      <ErrorNotice error={error} />
      {data === undefined || failures.data === undefined || verify.data === undefined || notes.data === undefined ? (
        error === null && <p role="status">{words.loading}</p>
      ) : (
        <>
          <PaperFacts
            facts={[
              [words.facts.from, data.entry.sourceAddress],
              [words.facts.to, data.entry.targetAddress],
              [words.facts.customer, account.organization.name],
              [words.facts.period, periodOf(data.passes)],
              [words.facts.status, strings.common.status[data.entry.status] ?? data.entry.status],
              [words.facts.batch, data.entry.batch ?? strings.common.none],
              [words.facts.license, licenseOf(data.entry)],
            ]}
          />
          <PaperSection title={words.result}>
            <PaperBooks books={{ ...data.books, balanced: data.balanced }} />
          </PaperSection>
          <PaperSection title={words.verify}>
            <p>{verifyInWords(verify.data)}</p>
          </PaperSection>
          <PaperSection title={words.method}>
            {words.methodText.map((text) => (
              <p key={text}>{text}</p>
            ))}
          </PaperSection>
          <PaperSection title={words.passes}>
            <PassesTable passes={data.passes} />
          </PaperSection>
          <Folders passes={data.passes} />
          <PaperSection title={words.exceptions}>
            {failures.data.total === 0 ? (
              <p>{words.exceptionsNone}</p>
            ) : (
              <FailuresTable failures={failures.data.objects} />
            )}
            {failures.data.objects.length < failures.data.total && (
              <p>{words.cut(failures.data.objects.length, failures.data.total)}</p>
            )}
          </PaperSection>
          {notes.data.items.length > 0 && (
            <PaperSection title={words.notes}>
              <NotesTable notes={notes.data.items} />
              {notes.data.next !== undefined && <p>{words.notesMore(notes.data.items.length)}</p>}
            </PaperSection>
          )}
          <PaperProof proof={data.proof} />
        </>
      )}
    </Paper>
  );
}

const licenseOf = ({ licenses }: Schema<'Entry'>): string => {
  const [best] = licenses;
  if (best === undefined) return strings.entry.noLicense;
  return strings.entry.licenseOf(best.id, best.tier, best.burned);
};

function periodOf(passes: readonly Pass[]): string {
  const writing = passes.filter((pass) => pass.kind === 'initial' || pass.kind === 'delta');
  const ended = writing.map((pass) => pass.endedAt).filter((at) => at !== undefined);
  return periodInWords(
    writing.find((pass) => pass.startedAt !== undefined)?.startedAt,
    ended.at(-1),
    writing.some(isLive),
  );
}

function verifyInWords({ pass, outdated }: { readonly pass?: Pass; readonly outdated: boolean }): string {
  const result = pass === undefined ? undefined : verifyResultOf(pass);
  if (pass === undefined || result === undefined) return words.verifyNone;
  const figure = Object.fromEntries(result.figures.map(({ name, count }) => [name, count]));
  const when = formatDateTime(pass.endedAt ?? pass.createdAt);
  const found = result.ok
    ? words.verifyOk(when, figure.identical ?? 0)
    : words.verifyBad(when, figure.missing ?? 0, figure.duplicated ?? 0, figure.different ?? 0);
  return outdated ? `${found} ${words.verifyOld}` : found;
}

function PassesTable({ passes }: { readonly passes: readonly Pass[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{words.pass.number}</th>
          <th scope="col">{words.pass.when}</th>
          <th scope="col" className="st-n">
            {words.pass.took}
          </th>
          <th scope="col">{words.pass.by}</th>
          <th scope="col">{words.pass.outcome}</th>
          <th scope="col" className="st-n">
            {words.column.seen}
          </th>
          <th scope="col" className="st-n">
            {words.pass.created}
          </th>
          <th scope="col" className="st-n">
            {words.pass.updated}
          </th>
          <th scope="col" className="st-n">
            {words.column.attention}
          </th>
        </tr>
      </thead>
      <tbody>
        {passes.map((pass) => (
          <tr key={pass.id}>
            <td>
              {pass.number}. {strings.common.passKind[pass.kind] ?? pass.kind}
            </td>
            <td>{formatDateTime(pass.startedAt ?? pass.createdAt)}</td>
            <td className="st-n">{formatDuration(pass.activeSeconds)}</td>
            <td>{pass.requestedBy}</td>
            <td>{strings.common.status[pass.status] ?? pass.status}</td>
            {pass.books === undefined || !isWriting(pass) ? (
              <td colSpan={4} />
            ) : (
              <>
                <td className="st-n">{formatNumber(pass.books.seen)}</td>
                <td className="st-n">{formatNumber(pass.books.created)}</td>
                <td className="st-n">{formatNumber(pass.books.updated)}</td>
                <td className="st-n">{formatNumber(heapsOf(pass.books).attention)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const isWriting = (pass: Pass): boolean => pass.kind === 'initial' || pass.kind === 'delta';

function Folders({ passes }: { readonly passes: readonly Pass[] }) {
  const folders = passes.filter((pass) => isWriting(pass) && (pass.folders?.length ?? 0) > 0).at(-1)?.folders;
  if (folders === undefined) return null;
  return (
    <PaperSection title={words.folders}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.folder}</th>
            <th scope="col">{words.column.target}</th>
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
          </tr>
        </thead>
        <tbody>
          {folders.map(({ folder, target, books }) => {
            const heaps = heapsOf(books);
            return (
              <tr key={folder}>
                <td>{folder}</td>
                <td>{target}</td>
                <td className="st-n">{formatNumber(books.seen)}</td>
                <td className="st-n">{formatNumber(heaps.inTarget)}</td>
                <td className="st-n">{formatNumber(heaps.leftOut)}</td>
                <td className="st-n">{formatNumber(heaps.attention)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </PaperSection>
  );
}

function FailuresTable({ failures }: { readonly failures: readonly FailedObject[] }) {
  return (
    <table className="st-paper-exceptions">
      <thead>
        <tr>
          <th scope="col">{words.exception.object}</th>
          <th scope="col">{words.exception.reason}</th>
          <th scope="col">{words.exception.fix}</th>
        </tr>
      </thead>
      <tbody>
        {failures.map(({ state, folder, subject, reason, fix }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an object may be noted without any name
          <tr key={index}>
            <td>
              {subject ?? strings.reports.noSubject}
              <small>{folder}</small>
            </td>
            <td>
              {state === 'uncertain' && <strong>{strings.reports.uncertain}: </strong>}
              {reason}
            </td>
            <td>{fix}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NotesTable({ notes }: { readonly notes: readonly (Schema<'Note'> & { readonly id: number })[] }) {
  return (
    <table className="st-paper-exceptions">
      <thead>
        <tr>
          <th scope="col">{words.exception.object}</th>
          <th scope="col">{words.exception.reason}</th>
        </tr>
      </thead>
      <tbody>
        {notes.map((note) => (
          <tr key={note.id}>
            <td>
              {note.subject ?? strings.reports.noSubject}
              <small>{note.folder}</small>
            </td>
            <td>{note.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
