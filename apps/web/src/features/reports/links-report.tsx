import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { More } from './more.tsx';
import { useLinks, useProjectLinks } from './queries.ts';
import { reportsRoute } from './search.ts';

const words = strings.reports.links;

/** Counted by entry and kind; then, of one entry, link by link. Nothing where nobody has asked for links. */
export function LinksReport({ projectId }: { readonly projectId: number }) {
  const { links: entryId } = reportsRoute.useSearch();
  const counts = useProjectLinks(projectId);
  const [first] = counts.data?.pages ?? [];
  const rows = (counts.data?.pages ?? [])
    .flatMap((page) => page.items)
    .flatMap((entry) => entry.kinds.map((of) => ({ entry, of })));
  if (first !== undefined && first.setting === 'keep' && first.total.found === 0) return null;
  return (
    <>
      <Panel title={words.title} flush={rows.length > 0}>
        <ErrorNotice error={counts.error} onRetry={() => void counts.refetch()} />
        {first !== undefined && (
          <Text size="sm" c="dimmed" p={rows.length > 0 ? 'md' : 0}>
            {words.total(first.setting, first.total.found, first.total.rewritten)}{' '}
            {first.behind > 0 && words.behind(first.behind)}
          </Text>
        )}
        {rows.length > 0 && (
          <ScrollRegion label={words.title}>
            <table className="st-table">
              <thead>
                <tr>
                  <th scope="col">{words.entry}</th>
                  <th scope="col">{words.in}</th>
                  <th scope="col" className="st-number">
                    {words.found}
                  </th>
                  <th scope="col" className="st-number">
                    {words.rewritten}
                  </th>
                  <th scope="col">{words.kept}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {rows.map(({ entry, of }) => (
                  <tr key={`${entry.entryId} ${of.kind}`}>
                    <td className="st-report-address">
                      <Anchor component={Link} to={`/entries/${entry.entryId}` as never} size="sm">
                        {entry.sourceAddress}
                      </Anchor>
                    </td>
                    <td>{words.kind(of.kind)}</td>
                    <td className="st-number">{formatNumber(of.found)}</td>
                    <td className="st-number">{formatNumber(of.rewritten)}</td>
                    <td className="st-report-words">{words.reasons(of.kept)}</td>
                    <td className="st-report-act">
                      <Anchor
                        component={Link}
                        to="."
                        search={((now: object) => ({ ...now, links: entry.entryId })) as never}
                        size="sm"
                        aria-label={words.showOf(entry.sourceAddress)}
                        resetScroll={false}
                      >
                        {words.show}
                      </Anchor>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )}
        <More query={counts} />
      </Panel>
      {entryId !== undefined && <LinksOfEntry projectId={projectId} entryId={entryId} />}
    </>
  );
}

function LinksOfEntry({ projectId, entryId }: { readonly projectId: number; readonly entryId: number }) {
  const links = useLinks(projectId, entryId);
  const rows = links.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={words.of(rows[0]?.sourceAddress ?? '…')}
      flush
      actions={
        <Anchor
          component={Link}
          to="."
          search={(({ links: _, ...rest }: { links?: number }) => rest) as never}
          size="sm"
          resetScroll={false}
        >
          {words.close}
        </Anchor>
      }
    >
      <ErrorNotice error={links.error} onRetry={() => void links.refetch()} />
      <ScrollRegion label={words.list}>
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{words.where}</th>
              <th scope="col">{words.address}</th>
              <th scope="col">{words.now}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one, place) => (
              // Their order is that of the books: no other key tells two alike in one object apart.
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <tr key={`${one.objectId} ${place}`}>
                <td className="st-report-words">
                  {one.subject ?? one.objectId}
                  <div className="st-report-code">{one.folder}</div>
                </td>
                <td className="st-report-words">{one.address}</td>
                <td className="st-report-words">
                  {one.newAddress ?? (
                    <>
                      <Chip tone="wait">{words.stays}</Chip> {one.why}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <More query={links} />
    </Panel>
  );
}
