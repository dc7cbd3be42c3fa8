import { Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { MoreButton } from './more-button.tsx';
import { errorOf, type PagedQuery, useAuditTrail, useLicenseHistory } from './queries.ts';

const words = strings.entry;

/** From the ledger: who took, gave back and burned which license. */
export function LicenseHistory({ entryId }: { readonly entryId: number }) {
  const query = useLicenseHistory(entryId);
  const events = query.data?.pages.flatMap((page) => page.items);
  return (
    <HistoryTable
      title={words.licenses.title}
      none={words.licenses.none}
      head={[words.when, words.what, words.licenses.license, words.who]}
      query={query}
      rows={events?.map((event) => {
        const { tier, reason } = (event.data ?? {}) as { tier?: string; reason?: string };
        return {
          key: event.seq,
          cells: [
            formatDateTime(event.at),
            words.licenses.kind[event.kind],
            [event.license, tier, reason].filter((part) => part !== undefined).join(' · '),
            event.actor,
          ],
        };
      })}
    />
  );
}

/** Who did what with the entry. */
export function AuditTrail({ entryId }: { readonly entryId: number }) {
  const query = useAuditTrail(entryId);
  const events = query.data?.pages.flatMap((page) => page.items);
  return (
    <HistoryTable
      title={words.trail.title}
      none={words.trail.none}
      head={[words.when, words.what, words.details, words.who]}
      query={query}
      rows={events?.map((event) => ({
        key: event.seq,
        cells: [
          formatDateTime(event.at),
          words.trail.action[event.action] ?? event.action,
          <Data key="data" data={event.data} />,
          event.actor,
        ],
      }))}
    />
  );
}

/** `pass: 3, reason: retry` */
function Data({ data }: { readonly data: unknown }) {
  const members = Object.entries((data ?? {}) as Record<string, unknown>).filter(
    ([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return members
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

function HistoryTable({
  title,
  none,
  head,
  query,
  rows,
}: {
  readonly title: string;
  readonly none: string;
  readonly head: readonly string[];
  readonly query: PagedQuery;
  readonly rows: readonly { readonly key: number; readonly cells: readonly ReactNode[] }[] | undefined;
}) {
  return (
    <Panel title={title} flush>
      <ErrorNotice error={errorOf(query)} onRetry={() => void query.refetch()} />
      {rows === undefined && !query.error && <Skeleton height={60} m="md" />}
      {rows?.length === 0 && <Text className="st-empty">{none}</Text>}
      {rows !== undefined && rows.length > 0 && (
        <ScrollRegion label={title}>
          <table className="st-table">
            <thead>
              <tr>
                {head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, cells }) => (
                <tr key={key}>
                  {cells.map((cell, index) => (
                    <td key={head[index]} className={index === 0 ? 'st-nowrap' : 'st-wrap'}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <MoreButton
        shown={query.hasNextPage}
        busy={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      />
    </Panel>
  );
}
