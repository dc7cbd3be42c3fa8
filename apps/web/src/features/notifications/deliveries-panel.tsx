import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { formatMoment } from '../../lib/format.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { notificationsRoute } from './search.ts';

const words = strings.notify.deliveries;
const PATH = '/api/notifications/deliveries';
const PAGE = 30;

type Delivery = Schema<'NotificationDelivery'>;
const TONE: Readonly<Record<Delivery['status'], Tone>> = { waiting: 'wait', delivered: 'ok', failed: 'bad' };

export function DeliveriesPanel() {
  const { channel } = notificationsRoute.useSearch();
  const navigate = notificationsRoute.useNavigate();
  const channels = $api.useQuery('get', '/api/notifications/channels');
  const list = useInfiniteQuery({
    queryKey: ['get', PATH, { channel }],
    queryFn: ({ pageParam: after, signal }) =>
      dataOf(
        api.GET(PATH, {
          params: {
            query: { limit: PAGE, ...(channel === undefined ? {} : { channelId: channel }), ...(after && { after }) },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  const deliveries = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={words.title}
      lead={words.lead}
      flush
      actions={
        <NativeSelect
          size="xs"
          aria-label={words.filter}
          value={channel === undefined ? '' : String(channel)}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: value === '' ? {} : { channel: Number(value) }, replace: true, resetScroll: false })
          }
          data={[
            { value: '', label: words.allChannels },
            ...(channels.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
        />
      }
    >
      <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      {list.isPending && <Pending />}
      {list.isSuccess && deliveries.length === 0 && <p className="st-empty">{words.empty}</p>}
      {deliveries.length > 0 && <DeliveryTable deliveries={deliveries} onRetried={() => void list.refetch()} />}
      {list.hasNextPage && (
        <Group justify="center" p="sm">
          <Button
            variant="default"
            size="xs"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {strings.common.more}
          </Button>
        </Group>
      )}
    </Panel>
  );
}

function DeliveryTable({
  deliveries,
  onRetried,
}: {
  readonly deliveries: readonly Delivery[];
  readonly onRetried: () => void;
}) {
  const mayOperate = useMay('operate');
  const [opened, setOpened] = useState<number>();
  const retry = useMutation({
    mutationFn: async (id: number) => {
      await api.POST('/api/notifications/deliveries/{id}/retry', { params: { path: { id } } });
      onRetried();
    },
  });
  return (
    <>
      <ErrorNotice error={retry.error} />
      <table className="st-table st-stacked">
        <thead>
          <tr>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.channel}</th>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.state}</th>
            <th scope="col" aria-label={words.details} />
          </tr>
        </thead>
        <tbody>
          {deliveries.map((one) => (
            <Fragment key={one.id}>
              <tr>
                <td data-label={words.what}>
                  <div>
                    <div>{one.title}</div>
                    <Text size="xs" c="dimmed">
                      {strings.notify.topics[one.topic]?.[0] ?? one.topic}
                    </Text>
                  </div>
                </td>
                <td data-label={words.channel}>{one.channel.name}</td>
                <td data-label={words.when}>{formatMoment(one.at)}</td>
                <td data-label={words.state}>
                  <div>
                    <Chip tone={TONE[one.status]}>{words.states[one.status]}</Chip>
                    {one.nextAttemptAt !== undefined && one.attempts.length > 0 && (
                      <Text size="xs" c="dimmed">
                        {words.next(one.nextAttemptAt)}
                      </Text>
                    )}
                  </div>
                </td>
                <td className="st-row-actions">
                  <Group gap={4} wrap="nowrap" justify="flex-end">
                    {mayOperate && one.status !== 'delivered' && (
                      <Button
                        variant="default"
                        size="compact-sm"
                        aria-label={words.againOf(one.title)}
                        loading={retry.isPending && retry.variables === one.id}
                        onClick={() => retry.mutate(one.id)}
                      >
                        {words.again}
                      </Button>
                    )}
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      aria-expanded={opened === one.id}
                      aria-label={words.detailsOf(one.title)}
                      onClick={() => setOpened(opened === one.id ? undefined : one.id)}
                    >
                      {words.details}
                    </Button>
                  </Group>
                </td>
              </tr>
              {opened === one.id && (
                <tr>
                  <td colSpan={5}>
                    <div className="st-notify-details">
                      <div>{one.text}</div>
                      <Text size="xs" c="dimmed">
                        {words.attempts(one.attempts.length)}
                      </Text>
                      <ul>
                        {one.attempts.map((attempt) => (
                          <li key={attempt.number}>{words.attempt(attempt.number, attempt.at, attempt.words)}</li>
                        ))}
                      </ul>
                    </div>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </>
  );
}
