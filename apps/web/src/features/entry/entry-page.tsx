import { Button, Group, Stack, Tabs } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { $api, type Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
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
          <TextLink size="sm" to="/projects/$projectId/list" params={{ projectId: entry.projectId }}>
            {words.back}
          </TextLink>
        )
      }
      lead={
        <div className="st-entry-head">
          <EntryFacts entry={entry} before={lineage[at - 1]} after={at < 0 ? undefined : lineage[at + 1]} />
          <Group gap="xs">
            <ActionBar entry={entry} isReplaced={isReplaced} />
            {entry.lastPass !== undefined && (
              <Button
                variant="default"
                renderRoot={(props) => (
                  <Link {...props} to="/entries/$entryId/report/print" params={{ entryId: entry.id }} />
                )}
              >
                {strings.reports.print}
              </Button>
            )}
          </Group>
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
      {entry.inventoryDue && entry.archivedAt === undefined && (
        <Notice tone="busy" title={words.inventoryDue}>
          {words.inventoryDueHint}
        </Notice>
      )}
      {remigration !== undefined && (
        <Notice tone="busy" title={words.remigration.open}>
          {remigration.next}{' '}
          <TextLink size="sm" to="/remigrations/$remigrationId" params={{ remigrationId: remigration.id }}>
            {words.remigration.goOn}
          </TextLink>
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
