import { Button, CloseButton, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconFileImport, IconListSearch, IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from 'react';
import { downloadText } from '../../lib/download.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { handOverKey } from '../remigration/search.ts';
import { type BulkAction, chosenIds, exportCsv, type Target } from './bulk.ts';
import { type BarAction, BulkActions } from './bulk-bar.tsx';
import { ColumnChooser } from './column-chooser.tsx';
import { Filters, sortedBy } from './filters.tsx';
import './list.css';
import { ListGrid, SelectAll } from './list-grid.tsx';
import { isFiltered, type ListDialog, type ListSearch, type Sort } from './search.ts';
import { EVERYTHING, NOTHING, sizeOf } from './selection.ts';
import { useColumns } from './use-columns.ts';
import { useEntryPages } from './use-entry-pages.ts';
import { useSelection } from './use-selection.ts';

// Whoever only looks at the list needs none of these.
const BulkDialog = lazy(() => import('./bulk-dialog.tsx').then((part) => ({ default: part.BulkDialog })));
const ImportDialog = lazy(() => import('./import-dialog.tsx').then((part) => ({ default: part.ImportDialog })));
const GetListDialog = lazy(() => import('./get-list-dialog.tsx').then((part) => ({ default: part.GetListDialog })));
const AddEntryDialog = lazy(() => import('./add-entry-dialog.tsx').then((part) => ({ default: part.AddEntryDialog })));

const words = strings.list;
const route = getRouteApi('/app/projects/$projectId/list');
/** Ids that an address can hold. */
const IN_ADDRESS = 100;

export function UserListPage() {
  const { projectId } = route.useParams();
  const { open, ...given } = route.useSearch();
  const listKey = JSON.stringify([projectId, given]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same object for the same words
  const search = useMemo((): ListSearch => given, [listKey]);
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const mayAct = useMay('operate');
  const view = useEntryPages(projectId, search);
  const columns = useColumns();
  const { selection, changes, choose, isExtending, failure } = useSelection(listKey, view);
  const [acting, setActing] = useState<{ action: BulkAction; target: Target }>();
  const [busy, setBusy] = useState(false);

  const { pages } = view;
  const total = pages.total ?? 0;
  const count = sizeOf(selection, total);
  const show = useCallback((next: ListSearch): void => void navigate({ search: next, replace: true }), [navigate]);
  const openDialog = (dialog: ListDialog | undefined): void =>
    void navigate({ search: { ...search, ...(dialog === undefined ? {} : { open: dialog }) }, replace: true });
  const changed = (): void => {
    view.reload();
    void queryClient.invalidateQueries({ queryKey: ['get', '/api/projects/{id}/batches'] });
  };
  const sort = (by: Sort): void => show(sortedBy(search, by, search.sort === by && search.desc !== true));
  const during = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      notifications.show({ message: error instanceof Error ? error.message : String(error), color: 'red' });
    } finally {
      setBusy(false);
    }
  };
  const exportAs = (target: Target): Promise<void> =>
    during(async () => downloadText(words.fileName(projectId), await exportCsv(target)));
  const remigrate = (target: Target): Promise<void> =>
    during(async () => {
      const ids = await chosenIds(target);
      const [first] = ids;
      if (first === undefined) return;
      if (ids.length === 1) return navigate({ to: '/entries/$entryId/again', params: { entryId: first } });
      window.sessionStorage.setItem(handOverKey(projectId), ids.join(','));
      await navigate({
        to: '/projects/$projectId/remigrate',
        params: { projectId },
        search: ids.length <= IN_ADDRESS ? { entries: ids.join(',') } : {},
      });
    });
  const act = (action: BarAction): void => {
    const target: Target = { projectId, selection, search };
    if (action === 'export') void exportAs(target);
    else if (action === 'remigrate') void remigrate(target);
    else setActing({ action, target });
  };
  const dialog = { projectId, onClose: () => openDialog(undefined), onDone: changed };

  return (
    <Page title={words.title} actions={mayAct ? <Additions onOpen={openDialog} /> : undefined}>
      {pages.failure !== undefined && pages.total === undefined && (
        <ErrorNotice error={asError(pages.failure)} onRetry={view.reload} />
      )}
      <ErrorNotice error={failure} />
      <section className="st-panel" aria-label={words.title}>
        <Filters projectId={projectId} search={search} onChange={show} />
        <div className="st-list-bar" data-selected={count > 0 || undefined}>
          {mayAct && (
            <span className="st-phone-only">
              <SelectAll selection={selection} onSelect={changes} />
            </span>
          )}
          {count > 0 ? (
            <section aria-label={words.bulk.region} className="st-list-bar-part">
              <strong role="status">
                {isExtending
                  ? words.reading
                  : selection.mode === 'all' && selection.except.size === 0
                    ? words.allSelected(count)
                    : words.selected(count)}
              </strong>
              {count < total && (
                <Button variant="subtle" size="compact-sm" px={6} onClick={() => choose(EVERYTHING)}>
                  {words.chooseAll(total)}
                </Button>
              )}
              <CloseButton
                size="sm"
                aria-label={words.clearSelection}
                title={words.clearSelection}
                onClick={changes.none}
              />
              <div className="st-list-bar-end">
                <BulkActions onAct={act} busy={busy} />
              </div>
            </section>
          ) : (
            <>
              <span role="status" className="st-number">
                {pages.total === undefined
                  ? strings.common.loading
                  : isFiltered(search)
                    ? words.matching(total)
                    : words.total(total)}
              </span>
              <div className="st-list-bar-end">
                <Button
                  variant="default"
                  size="xs"
                  title={words.exportHint}
                  leftSection={<IconDownload size={16} aria-hidden />}
                  loading={busy}
                  disabled={total === 0}
                  onClick={() => void exportAs({ projectId, selection: EVERYTHING, search })}
                >
                  {words.export}
                </Button>
                <span className="st-desk-only">
                  <ColumnChooser {...columns} />
                </span>
              </div>
            </>
          )}
        </div>
        {pages.total === 0 && !view.isStale ? (
          <Empty isFiltered={isFiltered(search)} onClear={() => show(sortedBy({}, search.sort, search.desc))}>
            {mayAct && <Additions onOpen={openDialog} />}
          </Empty>
        ) : (
          <ListGrid
            view={view}
            columns={columns.visible}
            search={search}
            onSort={sort}
            selection={selection}
            onSelect={mayAct ? changes : undefined}
          />
        )}
      </section>
      <Suspense>
        {acting !== undefined && (
          <BulkDialog
            action={acting.action}
            target={acting.target}
            count={sizeOf(acting.target.selection, total)}
            onClose={() => setActing(undefined)}
            onDone={() => {
              if (acting.action === 'delete') choose(NOTHING);
              changed();
            }}
            onChoose={(ids) => choose({ mode: 'ids', ids: new Set(ids), anchor: undefined })}
          />
        )}
        {mayAct && open === 'import' && <ImportDialog {...dialog} />}
        {mayAct && open === 'get' && <GetListDialog {...dialog} onImport={() => openDialog('import')} />}
        {mayAct && open === 'add' && <AddEntryDialog {...dialog} />}
      </Suspense>
    </Page>
  );
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function Additions({ onOpen }: { readonly onOpen: (dialog: ListDialog) => void }) {
  return (
    <>
      <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onOpen('add')}>
        {words.addEntry}
      </Button>
      <Button variant="default" leftSection={<IconListSearch size={16} aria-hidden />} onClick={() => onOpen('get')}>
        {words.getList}
      </Button>
      <Button leftSection={<IconFileImport size={16} aria-hidden />} onClick={() => onOpen('import')}>
        {words.import}
      </Button>
    </>
  );
}

function Empty({
  isFiltered: isFilteredOut,
  onClear,
  children,
}: {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  readonly children: ReactNode;
}) {
  return (
    <div className="st-empty">
      <Text fw={600}>{isFilteredOut ? words.noMatch : words.empty}</Text>
      <Text size="sm">{isFilteredOut ? words.noMatchHint : words.emptyHint}</Text>
      <div className="st-empty-actions">
        {isFilteredOut ? (
          <Button variant="default" onClick={onClear}>
            {words.clearFilters}
          </Button>
        ) : (
          children
        )}
      </div>
    </div>
  );
}
