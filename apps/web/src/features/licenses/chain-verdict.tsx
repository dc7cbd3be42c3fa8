import { Alert, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { strings } from '../../strings.ts';

const words = strings.licenses.verify;

/** Whether the hash chain of the ledger holds, said aloud. */
export function ChainVerdict({ verdict }: { readonly verdict: Schema<'LedgerVerdict'> }) {
  if (!verdict.ok)
    return (
      <Notice tone="bad" title={words.broken(verdict.seq)}>
        <Text size="sm">{verdict.words}</Text>
        <Text size="sm">{words.brokenText}</Text>
      </Notice>
    );
  return (
    <Alert role="status" variant="default" className="st-notice st-notice-ok" icon={<IconCircleCheck aria-hidden />}>
      <div className="st-notice-title">{words.ok(verdict.events)}</div>
      <Text size="sm">{words.okText}</Text>
      <Text size="sm" mt={4}>
        {words.head}: <span className="st-mono">{verdict.head}</span>
      </Text>
      <Text size="sm" mt={4}>
        {words.offline}
      </Text>
    </Alert>
  );
}
