import { Text } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';

const words = strings.entry.passes;

/** As the engine writes it (packages/engine, PreprocessResult). */
interface Line {
  readonly what: string;
  readonly outcome: 'made' | 'found' | 'missing' | 'failed';
  readonly reason?: string;
  readonly fix?: string;
}
interface Result extends Readonly<Record<Line['outcome'], number>> {
  readonly lines: readonly Line[];
}

/** What somebody has to look after comes first. */
const ORDER: readonly Line['outcome'][] = ['failed', 'missing', 'made', 'found'];

const TONES: Readonly<Record<Line['outcome'], Tone>> = { made: 'ok', found: 'quiet', missing: 'wait', failed: 'bad' };

/** What a preprocess made, found and missed, one thing a line. */
export function PreprocessReport({ pass }: { readonly pass: Schema<'Pass'> }) {
  const result = pass.result as Result | null | undefined;
  if (!result) return null;
  const lines = [...result.lines].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  return (
    <>
      <Text size="sm">{words.prepared(result)}</Text>
      <ScrollRegion label={words.prepare.table}>
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{words.prepare.what}</th>
              <th scope="col">{words.prepare.outcome}</th>
              <th scope="col">{words.prepare.reason}</th>
              <th scope="col">{words.prepare.fix}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={`${line.outcome} ${line.what}`}>
                <td className="st-wrap">{line.what}</td>
                <td className="st-nowrap">
                  <Chip tone={TONES[line.outcome]}>{words.prepare.outcomes[line.outcome]}</Chip>
                </td>
                <td className="st-wrap">{line.reason}</td>
                <td className="st-wrap">{line.fix}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
