import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCalendarPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { useMay } from '../../session/session.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { RunOutcome } from './run-outcome.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { type Batch, nameOf, type Schedule } from './use-batches.ts';

const words = strings.batches.schedule;
const TONE: Readonly<Record<Schedule['state'], Tone>> = { open: 'busy', over: 'quiet', cancelled: 'quiet' };
/** What is over: the latest ones say how the night went. */
const SHOWN = 3;

export function SchedulePanel({
  projectId,
  batch,
  schedules,
  onChanged,
}: {
  readonly projectId: number;
  readonly batch: Batch;
  readonly schedules: readonly Schedule[];
  readonly onChanged: () => Promise<void>;
}) {
  const mayOperate = useMay('operate');
  const [making, setMaking] = useState(false);
  const [cancelling, setCancelling] = useState<Schedule>();
  const [all, setAll] = useState(false);
  const open = schedules.filter((one) => one.state === 'open');
  const over = schedules.filter((one) => one.state !== 'open');
  const earlier = all ? over : over.slice(0, SHOWN);
  return (
    <Panel
      title={words.title(nameOf(batch.batch))}
      lead={words.lead}
      flush
      actions={
        mayOperate &&
        batch.entries > 0 && (
          <Button size="xs" leftSection={<IconCalendarPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            {words.add}
          </Button>
        )
      }
    >
      {schedules.length === 0 && <p className="st-empty">{words.none}</p>}
      <ul className="st-schedules">
        {[...open, ...earlier].map((one) => (
          <li key={one.id}>
            <ScheduleHead schedule={one} {...(mayOperate ? { onCancel: setCancelling } : {})} />
            {one.lastRun !== undefined && <RunOutcome run={one.lastRun} />}
          </li>
        ))}
      </ul>
      {earlier.length < over.length && (
        <Button variant="subtle" size="xs" m="xs" onClick={() => setAll(true)}>
          {words.earlier(over.length - earlier.length)}
        </Button>
      )}
      {making && (
        <ScheduleDialog
          projectId={projectId}
          batch={batch}
          onClose={() => setMaking(false)}
          onMade={async () => {
            setMaking(false);
            await onChanged();
          }}
        />
      )}
      {cancelling !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setCancelling(undefined)}
          title={words.cancelTitle}
          action={words.cancelAction}
          danger
          onConfirm={async () => {
            await api.POST('/api/schedules/{id}/cancel', { params: { path: { id: cancelling.id } } });
            notifications.show({ message: words.cancelled });
            await onChanged();
          }}
        >
          {words.cancelText}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function ScheduleHead({
  schedule,
  onCancel,
}: {
  readonly schedule: Schedule;
  readonly onCancel?: (schedule: Schedule) => void;
}) {
  const { kind, state, nextRunAt, runAt, everyHours, until, zone, requestedBy, cancelledAt, cancelledBy } = schedule;
  const at = nextRunAt ?? runAt;
  const title = `${words.kind[kind]}, ${formatDateTime(at)}`;
  const isElsewhere = zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className="st-schedule">
      <div className="st-grow">
        <div className="st-schedule-title">
          {title} <Chip tone={TONE[state]}>{words.state[state]}</Chip>
        </div>
        <div className="st-batches-dim">
          {[
            everyHours === undefined || until === undefined ? undefined : words.repeats(everyHours, until),
            isElsewhere ? words.meantIn(zone) : undefined,
            words.by(requestedBy),
            cancelledAt === undefined ? undefined : words.cancelledBy(cancelledBy ?? '', cancelledAt),
          ]
            .filter((part) => part !== undefined)
            .join(' · ')}
        </div>
      </div>
      {state === 'open' && onCancel !== undefined && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={words.cancelOf(title)}
          onClick={() => onCancel(schedule)}
        >
          {words.cancel}
        </Button>
      )}
    </div>
  );
}
