import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../components/notice.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatNumber } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import { type BulkAction, type BulkResult, causesOf } from './bulk.ts';

const words = strings.list.bulk;
/** Nobody reads more of one cause; all of them can be selected. */
const NAMED = 100;

/** What came of it, with every refusal by its name. */
export function ResultOf({
  action,
  result,
  onClose,
  onChoose,
}: {
  readonly action: BulkAction;
  readonly result: BulkResult;
  readonly onClose: () => void;
  readonly onChoose: (ids: readonly number[]) => void;
}) {
  const { done, refused } = result;
  return (
    <Stack gap="md" role="status">
      <Text fw={600}>{words.done(words.actions[action], done.length)}</Text>
      <Notice tone="wait" title={words.refused(refused.length)} />
      {causesOf(refused).map(({ code, message, fix, refusals }) => (
        <section key={code} aria-label={message}>
          <Text size="sm" fw={600}>
            {formatNumber(refusals.length)}: {message}
          </Text>
          {fix !== undefined && <Text size="sm">{fix}</Text>}
          <ScrollRegion label={words.refusedEntries} className="st-bulk-names">
            {refusals.slice(0, NAMED).map(({ entryId, sourceAddress }) => (
              <Link key={entryId} to="/entries/$entryId" params={{ entryId }} preload={false}>
                {sourceAddress ?? `#${entryId}`}
              </Link>
            ))}
            {refusals.length > NAMED && <span>{words.moreNames(refusals.length - NAMED)}</span>}
          </ScrollRegion>
          <Button
            mt={6}
            size="compact-sm"
            variant="default"
            onClick={() => onChoose(refusals.map(({ entryId }) => entryId))}
          >
            {words.selectThese(refusals.length)}
          </Button>
        </section>
      ))}
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          {words.close}
        </Button>
      </Group>
    </Stack>
  );
}
