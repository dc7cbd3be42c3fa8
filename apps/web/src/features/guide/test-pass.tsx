import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api, type Schema } from '../../api/client.ts';
import { BalanceChip, BooksBar, BooksLegend, booksSentence } from '../../components/books-bar.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { isLive, progressOf, standingOf } from '../../lib/progress.ts';
import { Allowed } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { useAct } from './use-act.ts';

const words = strings.guide.test;
type Entry = Schema<'Entry'>;

const TONE: Readonly<Record<string, string>> = {
  completed: 'ok',
  'completed with failures': 'wait',
  stopped: 'wait',
  failed: 'bad',
};

/** The test as it runs, and what came of it. */
export function TestPass({ entry }: { readonly entry: Entry }) {
  const { act, busy, refusal } = useAct();
  const pass = entry.lastPass;
  const live = isLive(pass);
  const ended = live ? undefined : words.ended[entry.status];
  const mayRetry = ['failed', 'stopped'].includes(entry.status);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <StatusChip status={entry.status} />
        {entry.statusDetail !== undefined && <Text size="sm">{entry.statusDetail}</Text>}
      </Group>
      {live && <Running entry={entry} />}
      {ended !== undefined && (
        <Alert role="status" variant="default" className={`st-notice st-notice-${TONE[entry.status]}`}>
          {ended}
        </Alert>
      )}
      {!live && pass?.books !== undefined && (
        <section aria-label={words.books}>
          <Stack gap="xs">
            <Group gap="sm">
              <Text size="sm" fw={600}>
                {words.books}
              </Text>
              <BalanceChip books={pass.books} />
            </Group>
            <BooksBar label={words.books} books={pass.books} tall />
            <BooksLegend books={pass.books} />
            <Text size="sm" c="dimmed">
              {booksSentence(pass.books)}
            </Text>
            {pass.books.filtered > 0 && entry.licenses[0]?.tier === 'trial' && <Text size="sm">{words.filtered}</Text>}
          </Stack>
        </section>
      )}
      <ErrorNotice error={refusal} />
      <Group gap="sm">
        {mayRetry && (
          <Allowed scope="operate">
            <Button
              size="xs"
              loading={busy}
              onClick={() =>
                void act(() => api.POST('/api/entries/{id}/resume', { params: { path: { id: entry.id } } }))
              }
            >
              {words.again}
            </Button>
          </Allowed>
        )}
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/entries/$entryId" params={{ entryId: entry.id }} />}
        >
          {words.look}
        </Anchor>
      </Group>
    </Stack>
  );
}

function Running({ entry }: { readonly entry: Entry }) {
  const standing = standingOf(entry.lastPass);
  const progress = progressOf(entry.lastPass);
  if (standing === undefined || standing.total === 0)
    return <Text size="sm">{entry.lastPass?.status === 'queued' ? words.queued : words.listing}</Text>;
  return (
    <div>
      <ProgressBar label={words.progress(entry.sourceAddress)} {...standing} tall />
      <Text size="sm" c="dimmed" mt={4}>
        {words.of(standing.done, standing.total)}
        {progress?.container ? ` · ${progress.container}` : ''}
      </Text>
    </div>
  );
}
