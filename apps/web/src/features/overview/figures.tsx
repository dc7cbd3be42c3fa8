import type { Schema } from '../../api/client.ts';
import { formatDuration, formatMoment, formatNumber, formatRate } from '../../lib/format.ts';
import { strings } from '../../strings.ts';

const words = strings.overview.figures;

/** The four numbers that are looked at from across the room. */
export function Figures({ overview }: { readonly overview: Schema<'Overview'> }) {
  const { passes, forecast } = overview;
  const moves = forecast.objectsPerSecond > 0 || forecast.bytesPerSecond > 0;
  return (
    <dl className="st-night" aria-label={words.label}>
      <Figure
        name={words.running}
        value={formatNumber(passes.running)}
        hint={words.runningHint(passes.queued, passes.pending)}
      />
      <Figure
        name={words.speed}
        value={moves ? words.perMinute(forecast.objectsPerSecond * 60) : '0'}
        hint={moves ? formatRate(forecast.bytesPerSecond) : words.speedIdle}
      />
      <Figure
        name={words.left}
        value={words.objects(forecast.objectsLeft)}
        hint={forecast.unlisted > 0 ? words.unlisted(forecast.unlisted) : words.allListed}
      />
      <Finish overview={overview} />
    </dl>
  );
}

function Finish({ overview: { at, passes, forecast } }: { readonly overview: Schema<'Overview'> }) {
  const { finishAt, basis } = forecast;
  if (forecast.passes === 0) return <Figure name={words.finish} value="–" hint={words.nothing} />;
  if (finishAt === undefined || basis === undefined)
    return (
      <Figure
        name={words.finish}
        value={words.notKnown}
        hint={passes.running === 0 && passes.queued === 0 ? words.standstill : words.notKnownHint}
        quiet
      />
    );
  const seconds = (Date.parse(finishAt) - Date.parse(at)) / 1_000;
  return (
    <Figure
      name={words.finish}
      value={formatMoment(finishAt)}
      hint={words.finishIn(formatDuration(seconds), words.basis[basis])}
    />
  );
}

function Figure({
  name,
  value,
  hint,
  quiet,
}: {
  readonly name: string;
  readonly value: string;
  readonly hint: string;
  readonly quiet?: boolean;
}) {
  return (
    <div className="st-night-figure">
      <dt>{name}</dt>
      <dd className={quiet ? 'st-night-quiet' : undefined}>{value}</dd>
      <dd className="st-night-hint">{hint}</dd>
    </div>
  );
}
