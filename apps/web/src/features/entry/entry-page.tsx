import { Anchor, Button, Stack, Tabs } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { $api, type Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { isLive } from '../../lib/progress.ts';
import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { ActionBar } from './action-bar.tsx';
import { BooksTab } from './books-tab.tsx';
import './entry.css';
import { EntryFacts } from './entry-facts.tsx';
import { FailuresTab } from './failures-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { LivePass } from './live-pass.tsx';
import { entryRoute, TABS, type Tab, useShow } from './search.ts';
import { VerifyTab } from './verify-tab.tsx';

const words = strings.entry;

export function EntryPage() {
  const { entryId } = entryRoute.useParams();
  const init = { params: { path: { id: entryId } } };
  const { data: entry } = useSuspenseQuery($api.queryOptions('get', '/api/entries/{id}', init));
  const lineage = useQuery($api.queryOptions('get', '/api/entries/{id}/lineage', init)).data?.items ?? [];
  const at = lineage.findIndex((one) => one.id === entry.id);
  const isReplaced = at >= 0 && at < lineage.length - 1;
  return (
    <Page
      title={words.title(entry.sourceAddress, entry.targetAddress)}
      above={
        entry.projectId === undefined ? undefined : (
          <Anchor
            component={Link}
            size="sm"
            to="/projects/$projectId/list"
            // The types of Mantine's polymorphic parts don't carry those of the route's parameters.
            {...({ params: { projectId: entry.projectId } } as object)}
          >
            {words.back}
          </Anchor>
        )
      }
      actions={
        entry.lastPass === undefined ? undefined : (
          <Button
            component={Link}
            variant="default"
            to="/entries/$entryId/report/print"
            {...({ params: { entryId: entry.id } } as object)}
          >
            {strings.reports.print}
          </Button>
        )
      }
      lead={
        <div className="st-entry-head">
          <EntryFacts entry={entry} before={lineage[at - 1]} after={at < 0 ? undefined : lineage[at + 1]} />
          <ActionBar entry={entry} isReplaced={isReplaced} />
        </div>
      }
    >
      <State entry={entry} isReplaced={isReplaced} />
      <EntryTabs entry={entry} />
    </Page>
  );
}

/** Why it stands as it does: deleted, running, waiting, failed. */
function State({ entry, isReplaced }: { readonly entry: Schema<'Entry'>; readonly isReplaced: boolean }) {
  const pass = entry.lastPass;
  const remigration = useQuery(
    $api.queryOptions('get', '/api/remigrations', { params: { query: { entryId: entry.id, open: 'true' } } }),
  ).data?.items[0];
  return (
    <>
      {entry.archivedAt !== undefined && (
        <Notice tone="wait" title={words.deleted}>
          {words.deletedHint(formatDateTime(entry.archivedAt))} {isReplaced && words.deletedReplaced}
        </Notice>
      )}
      {remigration !== undefined && (
        <Notice tone="busy" title={words.remigration.open}>
          {remigration.next}{' '}
          <Link to="/remigrations/$remigrationId" params={{ remigrationId: remigration.id }}>
            {words.remigration.goOn}
          </Link>
        </Notice>
      )}
      {pass !== undefined && isLive(pass) && <LivePass passId={pass.id} />}
    </>
  );
}

const PANELS: Readonly<Record<Tab, (props: { readonly entry: Schema<'Entry'> }) => React.ReactNode>> = {
  books: BooksTab,
  failures: FailuresTab,
  verify: VerifyTab,
  history: HistoryTab,
};

function EntryTabs({ entry }: { readonly entry: Schema<'Entry'> }) {
  const { tab = 'books' } = entryRoute.useSearch();
  const show = useShow();
  return (
    <Tabs
      value={tab}
      onChange={(chosen) => show({ tab: TABS.find((known) => known === chosen), open: undefined, compare: undefined })}
      keepMounted={false}
    >
      <Tabs.List aria-label={words.tabs.label} className="st-entry-tabs">
        {TABS.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {words.tabs[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((one) => {
        const Shown = PANELS[one];
        return (
          <Tabs.Panel key={one} value={one} pt="lg">
            <Stack gap="lg">
              <Shown entry={entry} />
            </Stack>
          </Tabs.Panel>
        );
      })}
    </Tabs>
  );
}
