import { TextLink } from '../../components/text-link.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { BatchTable } from './batch-table.tsx';
import { ChecklistPanel } from './checklist-panel.tsx';
import { SchedulePanel } from './schedule-panel.tsx';
import { batchesRoute } from './search.ts';
import { useBatches } from './use-batches.ts';
import './batches.css';

const words = strings.batches;

/** The batches of a project; below, the schedule and the checklist of one. */
export function BatchesPage() {
  const { projectId } = batchesRoute.useParams();
  const { batch: wanted } = batchesRoute.useSearch();
  const { cutover, schedules, readAgain } = useBatches(projectId);
  const batches = cutover.data?.items ?? [];
  const shown = batches.find((one) => one.batch === wanted) ?? batches[0];
  const all = schedules.data?.items ?? [];
  return (
    <Page title={words.title} lead={words.lead}>
      <ErrorNotice error={cutover.error ?? schedules.error} onRetry={() => void readAgain()} />
      {cutover.isPending && <Pending />}
      {cutover.data !== undefined && shown === undefined && (
        <p className="st-empty">
          {words.empty}{' '}
          <TextLink to="/projects/$projectId/list" params={{ projectId }}>
            {words.toList}
          </TextLink>
        </p>
      )}
      {shown !== undefined && (
        <>
          <BatchTable batches={batches} schedules={all} shown={shown.batch} />
          <div className="st-batch">
            <ChecklistPanel key={`lines of ${shown.batch}`} projectId={projectId} batch={shown} onChanged={readAgain} />
            {schedules.data !== undefined && (
              <SchedulePanel
                key={shown.batch}
                projectId={projectId}
                batch={shown}
                schedules={all.filter((one) => one.batch === shown.batch)}
                onChanged={readAgain}
              />
            )}
          </div>
        </>
      )}
    </Page>
  );
}
