import { Button, Group, NativeSelect, VisuallyHidden } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { formatDateTime, formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { ChainVerdict } from './chain-verdict.tsx';
import { downloadJson } from './download.ts';
import { EVENT_KINDS, type EventKind, licensesRoute } from './search.ts';

const { ledger: words, types, tiers, verify, exportAction, exportName } = strings.licenses;
const PAGE = 50;
const TONE: Readonly<Record<EventKind, Tone>> = { grant: 'ok', assign: 'busy', release: 'quiet', burn: 'wait' };

type LedgerEvent = Schema<'ListedLicenseEvent'>;

/** Who granted, assigned, released and burned what, for which entry and when; its proof, and its export. */
export function LedgerPanel() {
  const { kind } = licensesRoute.useSearch();
  const navigate = licensesRoute.useNavigate();
  const ledger = useInfiniteQuery({
    queryKey: ['get', '/api/licenses/ledger', { kind }],
    queryFn: ({ pageParam: after, signal }) =>
      dataOf(
        api.GET('/api/licenses/ledger', {
          params: { query: { limit: PAGE, ...(kind === undefined ? {} : { kind }), ...(after && { after }) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const verifying = useMutation({ mutationFn: () => dataOf(api.GET('/api/licenses/ledger/verify')) });
  const exporting = useMutation({
    mutationFn: async () => {
      const whole = await dataOf(api.GET('/api/licenses/ledger/export'));
      downloadJson(whole, exportName(whole.exportedAt.slice(0, 10)));
    },
  });
  const events = ledger.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={words.title}
      lead={words.lead}
      flush
      actions={
        <Group gap="xs">
          <NativeSelect
            size="xs"
            aria-label={words.filter}
            value={kind ?? ''}
            onChange={({ currentTarget: { value } }) =>
              void navigate({
                search: EVENT_KINDS.some((one) => one === value) ? { kind: value as EventKind } : {},
                replace: true,
              })
            }
            data={[
              { value: '', label: words.all },
              ...EVENT_KINDS.map((one) => ({ value: one, label: words.kinds[one] ?? one })),
            ]}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconShieldCheck size={16} aria-hidden />}
            loading={verifying.isPending}
            onClick={() => verifying.mutate()}
          >
            {verify.action}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={exporting.isPending}
            onClick={() => exporting.mutate()}
          >
            {exportAction}
          </Button>
        </Group>
      }
    >
      <div className="st-ledger-notices">
        <ErrorNotice error={ledger.error} onRetry={() => void ledger.refetch()} />
        <ErrorNotice error={verifying.error ?? exporting.error} />
        {verifying.data !== undefined && <ChainVerdict verdict={verifying.data} />}
      </div>
      {ledger.isPending && <Pending />}
      {ledger.isSuccess && events.length === 0 && (
        <p className="st-empty">{kind === undefined ? words.empty : words.emptyKind}</p>
      )}
      {events.length > 0 && <LedgerTable events={events} />}
      {ledger.hasNextPage && (
        <Group justify="center" p="sm">
          <Button
            variant="default"
            size="xs"
            loading={ledger.isFetchingNextPage}
            onClick={() => void ledger.fetchNextPage()}
          >
            {words.older}
          </Button>
        </Group>
      )}
    </Panel>
  );
}

function LedgerTable({ events }: { readonly events: readonly LedgerEvent[] }) {
  return (
    <table className="st-table st-stacked st-ledger">
      <VisuallyHidden component="caption">{words.caption}</VisuallyHidden>
      <thead>
        <tr>
          <th scope="col" className="st-number">
            {words.number}
          </th>
          <th scope="col">{words.kind}</th>
          <th scope="col">{words.what}</th>
          <th scope="col">{words.entry}</th>
          <th scope="col">{words.who}</th>
          <th scope="col">{words.when}</th>
          <th scope="col">{words.hash}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.seq}>
            <td data-label={words.number} className="st-number">
              {formatNumber(event.seq)}
            </td>
            <td data-label={words.kind}>
              <Chip tone={TONE[event.kind]}>{words.kinds[event.kind]}</Chip>
            </td>
            <td data-label={words.what}>
              <What event={event} />
            </td>
            <td data-label={words.entry} className="st-address">
              <Entry event={event} />
            </td>
            <td data-label={words.who} className="st-address">
              {event.actor}
            </td>
            <td data-label={words.when}>{formatDateTime(event.at)}</td>
            <td data-label={words.hash} className="st-mono st-ledger-hash" title={event.hash}>
              {event.hash.slice(0, 10)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `data` of an event, as packages/core writes it. */
interface EventData {
  readonly type?: string;
  readonly tier?: string;
  readonly quantity?: number;
  readonly note?: string;
  readonly reason?: string;
  readonly upgrades?: string;
  readonly pack?: { readonly issuer?: string };
}

function What({ event }: { readonly event: LedgerEvent }) {
  const data = (event.data ?? {}) as EventData;
  const type = data.type === undefined ? undefined : (types[data.type] ?? data.type);
  const tier = data.tier === undefined ? undefined : (tiers[data.tier] ?? data.tier);
  const more = [
    event.kind === 'grant' || type === undefined ? undefined : words.ofType(type, tier ?? ''),
    data.note,
    data.reason,
    data.pack?.issuer === undefined ? undefined : words.pack(data.pack.issuer),
    data.upgrades === undefined ? undefined : words.upgrades(data.upgrades),
  ].filter((part) => part !== undefined);
  return (
    <>
      {event.kind === 'grant' ? (
        words.quantity(data.quantity ?? 0, type ?? '', tier ?? '')
      ) : (
        <span>{event.license}</span>
      )}
      {more.length > 0 && <div className="st-ledger-more">{more.join(' · ')}</div>}
    </>
  );
}

function Entry({ event: { entry, about } }: { readonly event: LedgerEvent }) {
  if (entry === undefined) return null;
  return (
    <>
      <TextLink to="/entries/$entryId" params={{ entryId: entry }} size="sm">
        {about?.sourceAddress ?? words.entryNumber(entry)}
      </TextLink>
      {about?.archived && <span className="st-ledger-more"> {words.deleted}</span>}
    </>
  );
}
