import { useQuery } from '@tanstack/react-query';
import { $api, type Schema } from '../../api/client.ts';
import { formatDateTime } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import './reports.css';

const words = strings.reports;

export const useCutover = (projectId: number) =>
  useQuery($api.queryOptions('get', '/api/projects/{id}/cutover', { params: { path: { id: projectId } } }));

export function CutoverReport({ projectId }: { readonly projectId: number }) {
  const cutover = useCutover(projectId);
  return (
    <Panel title={words.cutover}>
      <ErrorNotice error={cutover.error} onRetry={() => void cutover.refetch()} />
      {cutover.data !== undefined && <Checklists batches={cutover.data.items} />}
    </Panel>
  );
}

/** What people ticked, when, and what the passes say; on the screen and on paper. */
export function Checklists({ batches }: { readonly batches: readonly Schema<'CutoverBatch'>[] }) {
  if (batches.length === 0) return <p className="st-report-none">{words.cutoverNone}</p>;
  return batches.map((batch) => (
    <section key={batch.batch} className="st-checklist" aria-label={batch.batch || words.noBatch}>
      <h3>{words.batch(batch.batch || words.noBatch, batch.entries)}</h3>
      <ul>
        {batch.lines.map((line) => (
          <li key={line.key}>
            <span className="st-checkbox" aria-hidden>
              {line.doneAt === undefined ? '☐' : '☑'}
            </span>
            <span>
              <strong>{line.title}</strong>
              {line.evidence !== undefined && <> ({words.evidence(line.evidence.done, line.evidence.entries)})</>}:{' '}
              {line.doneAt === undefined ? words.open : words.done(line.doneBy ?? '', formatDateTime(line.doneAt))}
              {line.note !== '' && <span className="st-checklist-note">{line.note}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  ));
}
