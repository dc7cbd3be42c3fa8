import './progress-bar.css';
import { progressValues, shareOf } from './progress-values.ts';

/** Done and failed of a total, with the numbers for those who don't see the bar. */
export function ProgressBar({
  label,
  done,
  failed = 0,
  total,
  live,
  tall,
}: {
  readonly label: string;
  readonly done: number;
  readonly failed?: number;
  readonly total: number;
  readonly live?: boolean;
  readonly tall?: boolean;
}) {
  return (
    <div
      className={`st-progress${tall ? ' st-progress-tall' : ''}`}
      role="progressbar"
      aria-label={label}
      {...progressValues({ done, failed, total })}
    >
      <span className={live ? 'st-progress-live' : 'st-progress-done'} style={{ width: shareOf(done, total) }} />
      {failed > 0 && <span className="st-progress-failed" style={{ width: shareOf(failed, total) }} />}
    </div>
  );
}
