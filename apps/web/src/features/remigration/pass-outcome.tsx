import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api, type Schema } from '../../api/client.ts';
import { formatBytes, formatDuration, formatNumber } from '../../lib/format.ts';
import { StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';

const words = strings.remigration.outcome;

/** What came of the pass of a step, in a line. */
export function PassOutcome({ passId }: { readonly passId: number }) {
  const { data: pass } = useQuery($api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: passId } } }));
  if (pass === undefined) return null;
  return (
    <div className="st-outcome">
      <StatusChip status={pass.status} />
      <Text size="sm" c="dimmed">
        {wordsOf(pass)}
      </Text>
    </div>
  );
}

function wordsOf(pass: Schema<'Pass'>): string {
  const parts: string[] = [];
  const emptied = pass.result as { mode?: unknown; objects?: number; bytes?: number } | null | undefined;
  if (pass.kind === 'empty' && emptied?.mode !== undefined)
    parts.push(words.objects(emptied.objects ?? 0), ...(emptied.bytes ? [formatBytes(emptied.bytes)] : []));
  if (pass.books !== undefined) {
    parts.push(words.migrated(pass.books.migrated));
    if (pass.books.failed > 0) parts.push(words.failed(formatNumber(pass.books.failed)));
  }
  if (pass.activeSeconds >= 1) parts.push(words.took(formatDuration(pass.activeSeconds)));
  return parts.join(' · ');
}
