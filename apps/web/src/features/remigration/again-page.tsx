import { Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { $api } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { Advice } from './advice.tsx';
import { PassWatch } from './pass-watch.tsx';
import { ProblemForm } from './problem-form.tsx';
import '../entry/entry.css';
import './remigration.css';
import type { AgainSearch } from './search.ts';

const words = strings.remigration.advisor;
const route = getRouteApi('/app/entries/$entryId/again');

/** Delta or remigrate: asks what went wrong, looks at both sides, recommends, and takes the first step. */
export function AgainPage() {
  const { entryId } = route.useParams();
  const asked = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const init = { params: { path: { id: entryId } } };
  const { data: entry } = useSuspenseQuery($api.queryOptions('get', '/api/entries/{id}', init));
  const open = useQuery($api.queryOptions('get', '/api/remigrations', { params: { query: { entryId, open: 'true' } } }))
    .data?.items[0];
  const live = useQuery(
    $api.queryOptions('get', '/api/passes', { params: { query: { entryId, live: 'true', limit: 1 } } }),
  ).data?.items[0];
  const isOpenToAdvice = entry.archivedAt === undefined && open === undefined && live === undefined;
  const look = useQuery({
    ...$api.queryOptions('get', '/api/entries/{id}/remigration-plan', {
      params: {
        ...init.params,
        query: { live: 'true', ...(asked.target === undefined ? {} : { targetAddress: asked.target }) },
      },
    }),
    enabled: isOpenToAdvice && asked.problem !== undefined,
    // The systems are asked when a person asks, not whenever a window gets the focus.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const forget = (): Promise<void> =>
    queryClient.resetQueries({ queryKey: ['get', '/api/entries/{id}/remigration-plan'] });
  // What was seen before a pass says nothing of the time after it.
  const watched = useRef<number>(undefined);
  useEffect(() => {
    if (live === undefined && watched.current !== undefined)
      void queryClient.resetQueries({ queryKey: ['get', '/api/entries/{id}/remigration-plan'] });
    watched.current = live?.id;
  }, [live, queryClient]);
  const ask = (search: AgainSearch): void => {
    if (search.problem === asked.problem && search.target === asked.target) void forget();
    else void navigate({ search, replace: true, resetScroll: false });
  };
  return (
    <Page
      title={words.title}
      lead={words.lead}
      above={
        <TextLink size="sm" to="/entries/$entryId" params={{ entryId }}>
          {strings.remigration.flow.of(entry.sourceAddress, entry.targetAddress)}
        </TextLink>
      }
    >
      {entry.archivedAt !== undefined && (
        <Notice tone="wait" title={words.deleted}>
          {words.deletedHint}
        </Notice>
      )}
      {open !== undefined && (
        <Notice tone="busy" title={words.open}>
          {open.next}{' '}
          <TextLink size="sm" to="/remigrations/$remigrationId" params={{ remigrationId: open.id }}>
            {words.goOn}
          </TextLink>
        </Notice>
      )}
      {entry.archivedAt === undefined && open === undefined && (
        <Panel>
          <ProblemForm
            key={entryId}
            asked={asked}
            targetAddress={entry.targetAddress}
            busy={look.isFetching}
            onAsk={ask}
          />
        </Panel>
      )}
      {live !== undefined && open === undefined && (
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {words.underWay}. {words.underWayHint}
          </Text>
          <PassWatch passId={live.id} />
        </Stack>
      )}
      <div aria-live="polite">
        {isOpenToAdvice && asked.problem !== undefined && (
          <>
            {look.isFetching && (
              <Group gap="sm">
                <Loader size="sm" aria-hidden />
                <Text>{words.asking}</Text>
                <Text c="dimmed" size="sm">
                  {words.askedHint}
                </Text>
              </Group>
            )}
            <ErrorNotice error={look.error} onRetry={() => void look.refetch()} />
            {look.data !== undefined && !look.isFetching && (
              <Advice entry={entry} problem={asked.problem} target={asked.target} plan={look.data} />
            )}
          </>
        )}
      </div>
    </Page>
  );
}
