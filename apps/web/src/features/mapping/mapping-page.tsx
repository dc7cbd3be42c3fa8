import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconDownload, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Allowed } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { ImportDialog } from './import-dialog.tsx';
import './mapping.css';
import { MappingTable } from './mapping-table.tsx';
import { MAPPING_KINDS, type MappingSearch, mappingRoute, readMappingSearch } from './search.ts';
import { useMappingRows } from './use-mapping-rows.ts';

const words = strings.mapping;
const TYPING_MS = 250;

export function MappingPage() {
  const { projectId } = mappingRoute.useParams();
  const search = mappingRoute.useSearch();
  const navigate = mappingRoute.useNavigate();
  const [importing, importer] = useDisclosure(false);
  const [adding, setAdding] = useState(false);
  const { pages, rows, total, matching } = useMappingRows(projectId, search);

  const show = (change: Partial<Record<keyof MappingSearch, string | undefined>>): void => {
    void navigate({ search: (now) => readMappingSearch({ ...now, ...change }), replace: true });
  };
  const isFiltered = search.q !== undefined || search.kind !== undefined;
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <>
          <Button
            component="a"
            variant="default"
            href={`/api/projects/${projectId}/mapping.csv`}
            download={`mapping-${projectId}.csv`}
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {words.export}
          </Button>
          <Allowed scope="operate">
            <Button variant="default" onClick={importer.open} leftSection={<IconUpload size={16} aria-hidden />}>
              {words.import}
            </Button>
            <Button onClick={() => setAdding(true)} leftSection={<IconPlus size={16} aria-hidden />}>
              {words.add}
            </Button>
          </Allowed>
        </>
      }
    >
      <Panel flush>
        <div className="st-mapping-tools">
          <SearchBox value={search.q ?? ''} onSearch={(q) => show({ q })} />
          <NativeSelect
            aria-label={words.kind}
            value={search.kind ?? ''}
            onChange={(event) => show({ kind: event.currentTarget.value })}
            data={[
              { value: '', label: words.anyKind },
              ...MAPPING_KINDS.map((kind) => ({ value: kind, label: words.kinds[kind] })),
            ]}
          />
          <Text size="sm" c="dimmed" role="status" className="st-number">
            {total !== undefined && (isFiltered ? words.matching(matching, total) : words.rows(total))}
          </Text>
        </div>
        <ErrorNotice error={pages.error} onRetry={() => void pages.refetch()} />
        {pages.isPending ? (
          <Pending />
        ) : rows.length === 0 && !adding ? (
          <div className="st-empty">
            {isFiltered ? (
              <>
                <p>{words.noMatch}</p>
                <Button variant="default" size="xs" onClick={() => show({ q: undefined, kind: undefined })}>
                  {words.clear}
                </Button>
              </>
            ) : (
              <>
                <strong>{words.empty}</strong>
                <p>{words.emptyText}</p>
              </>
            )}
          </div>
        ) : (
          <MappingTable
            key={`${search.q ?? ''} ${search.kind ?? ''}`}
            projectId={projectId}
            rows={rows}
            matching={matching}
            adding={adding}
            onAdded={() => setAdding(false)}
            more={pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : undefined}
            loadingMore={pages.isFetchingNextPage}
          />
        )}
      </Panel>
      <ImportDialog projectId={projectId} opened={importing} onClose={importer.close} />
    </Page>
  );
}

function SearchBox({ value, onSearch }: { readonly value: string; readonly onSearch: (q: string) => void }) {
  const [typed, setTyped] = useState(value);
  const search = useDebouncedCallback(onSearch, TYPING_MS);
  // The address changed by itself: the back button, or "clear".
  useEffect(() => setTyped(value), [value]);
  return (
    <TextInput
      type="search"
      aria-label={words.search}
      placeholder={words.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
      className="st-mapping-search"
    />
  );
}
