import { Button, Skeleton, Text, VisuallyHidden } from '@mantine/core';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatBytes, formatMoment } from '../../lib/format.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { MoreButton } from './more-button.tsx';
import { errorOf, type PagedQuery } from './queries.ts';
import { useShow } from './search.ts';

const words = strings.entry.failures;

export interface ListedObject {
  /** Note that the side-by-side is asked for; undefined where there is nothing to show. */
  readonly noteId?: number | undefined;
  readonly subject?: string | undefined;
  /** Its id in the source, where nobody noted a subject. */
  readonly objectId?: string | undefined;
  readonly folder?: string | undefined;
  readonly reason: string;
  readonly size?: number | undefined;
  readonly pass: number;
  readonly at?: string | undefined;
}

/** Objects of one cause, paged, each with its side-by-side. */
export function ObjectList({
  label,
  commonReason,
  query,
  items,
  none,
}: {
  readonly label: string;
  /** Said above already; only what is said differently is said again. */
  readonly commonReason: string;
  readonly query: PagedQuery;
  readonly items: readonly ListedObject[] | undefined;
  readonly none: string;
}) {
  const mayOperate = useMay('operate');
  const show = useShow();
  if (query.error) return <ErrorNotice error={errorOf(query)} onRetry={() => void query.refetch()} />;
  if (items === undefined) return <Skeleton height={60} mt="sm" />;
  if (items.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {none}
      </Text>
    );
  const hasReasons = items.some((one) => one.reason !== commonReason);
  const hasSizes = items.some((one) => one.size !== undefined);
  const hasNames = items.some((one) => (one.subject ?? one.objectId) !== undefined);
  return (
    <ScrollRegion label={label} className="st-objects">
      <table className="st-table">
        <thead>
          <tr>
            {hasNames && <th scope="col">{words.object}</th>}
            <th scope="col">{words.folder}</th>
            {hasReasons && <th scope="col">{words.reason}</th>}
            {hasSizes && (
              <th scope="col" className="st-number">
                {words.size}
              </th>
            )}
            <th scope="col">{words.since}</th>
            {mayOperate && (
              <th scope="col">
                <VisuallyHidden>{strings.entry.verify.compare}</VisuallyHidden>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((one, index) => (
            <tr key={one.noteId ?? `${one.folder} ${index}`}>
              {hasNames && <td className="st-wrap">{nameOf(one)}</td>}
              <td className="st-wrap">{one.folder ?? words.noFolder}</td>
              {hasReasons && <td className="st-wrap">{one.reason}</td>}
              {hasSizes && <td className="st-number">{one.size === undefined ? '' : formatBytes(one.size)}</td>}
              <td className="st-nowrap">
                {words.sincePass(one.pass)}
                {one.at !== undefined && `, ${formatMoment(one.at)}`}
              </td>
              {mayOperate && (
                <td className="st-number">
                  {one.noteId !== undefined && (
                    <Button size="compact-xs" variant="default" onClick={() => show({ compare: one.noteId })}>
                      {strings.entry.verify.compare}
                    </Button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <MoreButton
        shown={query.hasNextPage}
        busy={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      />
    </ScrollRegion>
  );
}

const nameOf = ({ subject, objectId }: ListedObject): string =>
  subject ?? (objectId === undefined ? words.noSubject : words.objectId(objectId));
