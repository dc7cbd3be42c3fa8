import { Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconTicket } from '@tabler/icons-react';
import { formatNumber } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import type { BulkPreview } from './bulk.ts';

const words = strings.list.bulk;

/** What would happen, by the rules by which it will. */
export function PreviewOf({ preview, isOld }: { readonly preview: BulkPreview; readonly isOld: boolean }) {
  const { would, refused, licenses } = preview;
  const refusals = preview.entries - would;
  return (
    <Stack gap="sm" aria-live="polite" aria-busy={isOld || undefined} className="st-bulk-preview">
      <div className={`st-bulk-line ${would > 0 ? 'st-tone-ok' : 'st-tone-quiet'}`}>
        <IconCircleCheck size={18} aria-hidden />
        <strong>{would > 0 ? words.would(would) : words.noneLeft}</strong>
      </div>
      {licenses.map(({ type, tier, needed, available }) => (
        <div key={`${type} ${tier}`} className={`st-bulk-line ${needed > available ? 'st-tone-bad' : 'st-tone-busy'}`}>
          <IconTicket size={18} aria-hidden />
          <span>
            <strong>{words.licenseName(type, tier)}</strong>: {words.needs(needed)},{' '}
            {needed > available ? words.lacking(needed - available) : words.left(available - needed)}
          </span>
        </div>
      ))}
      {licenses.length === 0 && would > 0 && (
        <Text size="sm" c="dimmed">
          {words.costsNothing}
        </Text>
      )}
      {refusals > 0 && (
        <section className="st-bulk-refused" aria-label={words.refused(refusals)}>
          <div className="st-bulk-line st-tone-wait">
            <IconAlertTriangle size={18} aria-hidden />
            <span>
              <strong>{words.refused(refusals)}.</strong> {would > 0 && words.refusedHint}
            </span>
          </div>
          <ul>
            {refused.map(({ code, message, fix, entries, sample }) => (
              <li key={code}>
                <strong>{formatNumber(entries)}</strong>: {message} {fix}
                <Text size="xs" c="dimmed" className="st-bulk-sample">
                  {words.examples}: {sample.map((one) => one.sourceAddress ?? `#${one.entryId}`).join(', ')}
                  {entries > sample.length ? ' …' : ''}
                </Text>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Stack>
  );
}
