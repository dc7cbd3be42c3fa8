import type { Schema } from '../../api/client.ts';
import { formatNumber } from '../../lib/format.ts';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';

const words = strings.batches.evidence;

type PassEvidence = Schema<'PassEvidence'>;

function toneOf({ entries, done, withFailures, failed, running, stale }: PassEvidence): Tone {
  if (running > 0) return 'busy';
  if (withFailures + failed > 0) return 'bad';
  return entries > 0 && done === entries && stale === 0 ? 'ok' : 'wait';
}

/** What the passes say about a line, whoever has ticked it. */
export function Evidence({ of, evidence }: { readonly of: string; readonly evidence: PassEvidence }) {
  const { entries, done, withFailures, failed, running, none, stale, lastEndedAt } = evidence;
  if (entries === 0) return <div>{words.noEntries}</div>;
  const parts = [
    (of === 'verify' ? words.verify : words.delta)(done, entries),
    ...(
      [
        [running, words.running],
        [withFailures, words.withFailures[of] ?? ''],
        [failed, words.failed],
        [none, words.none[of] ?? ''],
      ] as const
    )
      .filter(([count]) => count > 0)
      .map(([count, what]) => `${formatNumber(count)} ${what}`),
    ...(stale > 0 ? [words.stale(stale)] : []),
    ...(lastEndedAt === undefined ? [] : [words.ended(lastEndedAt)]),
  ];
  return (
    <div className="st-evidence" data-tone={toneOf(evidence)}>
      {parts.join('; ')}.
    </div>
  );
}
