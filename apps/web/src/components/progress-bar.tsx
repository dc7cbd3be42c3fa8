import { formatNumber } from '../lib/format.ts';
import './progress-bar.css';

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
  const share = (count: number): string => (total === 0 ? '0%' : `${Math.min(100, (100 * count) / total)}%`);
  return (
    <div
      className={`st-progress${tall ? ' st-progress-tall' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(done, total)}
      aria-valuetext={`${formatNumber(done)} of ${formatNumber(total)}${failed > 0 ? `, ${formatNumber(failed)} failed` : ''}`}
    >
      <span className={live ? 'st-progress-live' : 'st-progress-done'} style={{ width: share(done) }} />
      {failed > 0 && <span className="st-progress-failed" style={{ width: share(failed) }} />}
    </div>
  );
}
