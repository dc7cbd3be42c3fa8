import { VisuallyHidden } from '@mantine/core';
import { IconClockPause } from '@tabler/icons-react';
import { TextLink } from '../../components/text-link.tsx';
import { formatDateTime, formatNumber } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { type Batch, nameOf, type Schedule } from './use-batches.ts';

const words = strings.batches.table;

export function BatchTable({
  batches,
  schedules,
  shown,
}: {
  readonly batches: readonly Batch[];
  readonly schedules: readonly Schedule[];
  readonly shown: string;
}) {
  return (
    <Panel title={words.title} lead={words.lead} flush>
      <table className="st-table st-stacked">
        <thead>
          <tr>
            <th scope="col">{words.batch}</th>
            <th scope="col" className="st-number">
              {words.entries}
            </th>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.next}</th>
            <th scope="col">{words.checklist}</th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <tr key={batch.batch} className={batch.batch === shown ? 'st-batch-shown' : undefined}>
              <td data-label={words.batch}>
                <TextLink
                  from="/projects/$projectId/batches"
                  to="."
                  search={{ batch: batch.batch }}
                  resetScroll={false}
                  inherit
                  className="st-strong-link"
                  aria-current={batch.batch === shown ? 'true' : undefined}
                >
                  {nameOf(batch.batch)}
                </TextLink>
                {batch.batch === shown && <VisuallyHidden> ({words.shown})</VisuallyHidden>}
              </td>
              <td data-label={words.entries} className="st-number">
                {formatNumber(batch.entries)}
              </td>
              <td data-label={words.state}>
                <Completed batch={batch} />
              </td>
              <td data-label={words.next}>
                <Next schedules={schedules.filter((one) => one.batch === batch.batch && one.state === 'open')} />
              </td>
              <td data-label={words.checklist}>
                {words.ticked(batch.lines.filter((line) => line.doneAt !== undefined).length, batch.lines.length)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Completed({ batch }: { readonly batch: Batch }) {
  const failing = (batch.statuses['completed with failures'] ?? 0) + (batch.statuses.failed ?? 0);
  return (
    <span className="st-batch-state">
      {words.done(batch.statuses.completed ?? 0, batch.entries)}
      {failing > 0 && <Chip tone="bad">{words.failing(failing)}</Chip>}
    </span>
  );
}

function Next({ schedules }: { readonly schedules: readonly Schedule[] }) {
  const at = schedules
    .map((one) => one.nextRunAt)
    .filter((one) => one !== undefined)
    .sort()[0];
  const next = schedules.find((one) => one.nextRunAt === at);
  if (at === undefined || next === undefined) return <span className="st-batches-dim">{words.nothingPlanned}</span>;
  return (
    <Chip tone="busy">
      <IconClockPause size={14} stroke={2.2} aria-hidden />
      {strings.batches.schedule.kind[next.kind]}, {formatDateTime(at)}
    </Chip>
  );
}
