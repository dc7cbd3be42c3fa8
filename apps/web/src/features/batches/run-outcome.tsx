import { TextLink } from '../../components/text-link.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import type { Run } from './use-batches.ts';

const words = strings.batches.run;
const LATE_MS = 10 * 60_000;

/** What came of the last time: who was started and how that went, who wasn't and why. */
export function RunOutcome({ run }: { readonly run: Run }) {
  const { running, completed, withFailures, failed } = run.passes;
  const isLate = Date.parse(run.beganAt) - Date.parse(run.dueAt) > LATE_MS;
  return (
    <div className="st-run">
      <div>
        {run.endedAt === undefined ? words.running(run.beganAt, run.started) : words.ran(run.beganAt, run.started)}
      </div>
      {isLate && <div className="st-batches-dim">{words.late(run.dueAt)}</div>}
      {run.missed > 0 && <div className="st-batches-dim">{words.missed(run.missed)}</div>}
      <div className="st-chips">
        {running > 0 && <Chip tone="busy">{words.passes.running(running)}</Chip>}
        {completed > 0 && <Chip tone="ok">{words.passes.completed(completed)}</Chip>}
        {withFailures > 0 && <Chip tone="wait">{words.passes.withFailures(withFailures)}</Chip>}
        {failed > 0 && <Chip tone="bad">{words.passes.failed(failed)}</Chip>}
      </div>
      {run.refusals.length > 0 && (
        <>
          <div className="st-run-refused">{words.notStarted(run.refused)}</div>
          <ul className="st-refusals">
            {run.refusals.map((refusal) => (
              <li key={refusal.code}>
                <div>{refusal.message}</div>
                {refusal.fix !== undefined && <div className="st-batches-dim">{refusal.fix}</div>}
                <div className="st-refused-entries">
                  {refusal.sample.map((entry) => (
                    <TextLink
                      key={entry.entryId}
                      to="/entries/$entryId"
                      params={{ entryId: entry.entryId }}
                      underline="always"
                      inherit
                    >
                      {entry.sourceAddress}
                    </TextLink>
                  ))}
                  {refusal.entries > refusal.sample.length && (
                    <span className="st-batches-dim">{words.others(refusal.entries - refusal.sample.length)}</span>
                  )}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
