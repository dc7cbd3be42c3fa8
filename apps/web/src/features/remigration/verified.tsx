import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { formatMoment, formatNumber } from '../../lib/format.ts';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { Fact } from '../entry/entry-facts.tsx';
import { type Figure, verifyResultOf } from '../entry/verify-result.ts';

const words = strings.remigration.verified;

/** Those that decide; the others are in the entry's report. */
const SHOWN: readonly Figure[] = [
  'identical',
  'rewritten',
  'adapted',
  'missing',
  'duplicated',
  'different',
  'notMigrated',
  'extra',
];

/** The verdict of a verify, with its figures; every word of it is in the report of the entry. */
export function Verified({ pass, entryId }: { readonly pass: Schema<'Pass'>; readonly entryId: number }) {
  const result = verifyResultOf(pass);
  if (result === undefined) return null;
  return (
    <div className="st-verified">
      <Chip tone={result.ok ? 'ok' : 'bad'}>
        {result.ok ? <IconCircleCheck size={14} aria-hidden /> : <IconAlertTriangle size={14} aria-hidden />}
        {result.ok ? words.ok : words.bad}
      </Chip>
      <dl className="st-facts">
        {result.figures
          .filter(({ name }) => SHOWN.includes(name))
          .map(({ name, count }) => (
            <Fact key={name} name={strings.entry.verify.figure[name]}>
              {formatNumber(count)}
            </Fact>
          ))}
      </dl>
      <Text size="sm" c="dimmed">
        {pass.endedAt !== undefined && `${formatMoment(pass.endedAt)} · `}
        <TextLink to="/entries/$entryId" params={{ entryId }} search={{ tab: 'verify' }}>
          {words.whole}
        </TextLink>
      </Text>
    </div>
  );
}
