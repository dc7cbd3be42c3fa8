import { Checkbox, Group, NativeSelect, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schema } from '../../api/client.ts';
import { BalanceChip, BooksBar, BooksLegend, booksSentence } from '../../components/books-bar.tsx';
import { Notice } from '../../components/notice.tsx';
import { BOOK_STATES, type BookState, type Books, surplusOf } from '../../lib/books.ts';
import { formatDateTime, formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { MoreButton } from './more-button.tsx';
import { usePasses } from './queries.ts';
import { entryRoute, useShow } from './search.ts';

const words = strings.entry.books;
type Pass = Schema<'Pass'>;

const kindOf = (pass: Pass): string => strings.common.passKind[pass.kind] ?? pass.kind;

/** Where every object of the source is, as a pass left it. */
export function BooksTab({ entry }: { readonly entry: Schema<'Entry'> }) {
  const { pass: chosen } = entryRoute.useSearch();
  const show = useShow();
  const passes = usePasses(entry.id);
  const writing = (passes.data?.pages ?? [])
    .flatMap((page) => page.items)
    .filter((pass) => pass.kind === 'initial' || pass.kind === 'delta');
  const passId = chosen ?? writing.find((pass) => pass.books !== undefined)?.id;
  const known = writing.find((pass) => pass.id === passId);
  // An older one than the first page of passes, from a link.
  const fetched = useQuery({
    ...$api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: passId ?? 0 } } }),
    enabled: passes.isSuccess && passId !== undefined && known === undefined,
  });
  const pass = known ?? fetched.data;
  if (passes.isPending) return <Skeleton height={180} />;
  if (passes.error) return <ErrorNotice error={passes.error} onRetry={() => void passes.refetch()} />;
  if (pass === undefined)
    return (
      <Panel title={words.title}>
        <Text className="st-empty">{words.none}</Text>
      </Panel>
    );
  const options = known === undefined ? [pass, ...writing] : writing;
  return (
    <>
      <Panel
        title={words.title}
        lead={words.lead(kindOf(pass), pass.number)}
        actions={
          <Group gap="sm">
            {pass.books !== undefined && <BalanceChip books={pass.books} />}
            {options.length > 1 && (
              <NativeSelect
                aria-label={words.pass}
                size="xs"
                value={pass.id}
                data={options.map((one) => ({
                  value: String(one.id),
                  label: words.passOf(kindOf(one), one.number, formatDateTime(one.startedAt ?? one.createdAt)),
                }))}
                onChange={(event) => show({ pass: Number(event.currentTarget.value) })}
              />
            )}
          </Group>
        }
      >
        {pass.books === undefined ? <Text className="st-empty">{words.noneOfPass}</Text> : <Total pass={pass} />}
      </Panel>
      {pass.books !== undefined && (pass.folders ?? []).length > 0 && (
        <Folders key={pass.id} books={pass.books} folders={pass.folders ?? []} />
      )}
    </>
  );
}

function Total({ pass }: { readonly pass: Pass }) {
  const { books } = pass;
  if (books === undefined) return null;
  const reasons = Object.entries((pass.result as { reasons?: Record<string, number> } | null)?.reasons ?? {});
  return (
    <Stack gap="sm">
      {!books.balanced && (
        <Notice tone="bad" title={words.unbalanced}>
          {words.unbalancedBy(-surplusOf(books))}
        </Notice>
      )}
      <BooksBar label={words.all} books={books} tall />
      <Text size="sm" className="st-sentence">
        {booksSentence(books)}
      </Text>
      <BooksLegend books={books} />
      {reasons.length > 0 && (
        <Text size="sm" c="dimmed">
          {words.why}:{' '}
          {reasons.map(([code, count]) => `${formatNumber(count)} ${words.reason[code] ?? code}`).join(', ')}
        </Text>
      )}
    </Stack>
  );
}

type Folder = NonNullable<Pass['folders']>[number];

const PAGE = 100;
/** With fewer folders nobody needs to search. */
const MANY = 15;

const isOpen = ({ books }: Folder): boolean => !books.balanced || books.failed > 0 || books.uncertain > 0;

function Folders({ books, folders }: { readonly books: Books; readonly folders: readonly Folder[] }) {
  const [find, setFind] = useState('');
  const [onlyOpen, setOnlyOpen] = useState(false);
  const [most, setMost] = useState(PAGE);
  const wanted = find.trim().toLowerCase();
  const found = folders.filter(
    (one) => (!onlyOpen || isOpen(one)) && (wanted === '' || one.folder.toLowerCase().includes(wanted)),
  );
  // The states that anything is in: with them each line adds up, and no column is empty.
  const states = BOOK_STATES.filter((state) => books[state] > 0 || folders.some((one) => one.books[state] > 0));
  return (
    <Panel title={words.table} flush>
      {folders.length > MANY && (
        <Group px={18} pb="sm" gap="md">
          <TextInput
            aria-label={words.find}
            placeholder={words.find}
            size="xs"
            value={find}
            onChange={(event) => setFind(event.currentTarget.value)}
          />
          <Checkbox
            label={words.onlyOpen}
            size="xs"
            checked={onlyOpen}
            onChange={(event) => setOnlyOpen(event.currentTarget.checked)}
          />
        </Group>
      )}
      <table className="st-table st-folders">
        <thead>
          <tr>
            <th scope="col">{words.folder}</th>
            <th scope="col">{words.bar}</th>
            <th scope="col" className="st-number">
              {words.seen}
            </th>
            {states.map((state) => (
              <th key={state} scope="col" className="st-number" title={words.stateHint[state]}>
                {words.state[state]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.slice(0, most).map((one) => (
            <FolderRow key={`${one.kind} ${one.folder}`} folder={one} states={states} />
          ))}
          {found.length === 0 && (
            <tr>
              <td colSpan={states.length + 3}>{words.noFolder}</td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <FolderRow folder={{ folder: words.all, books }} states={states} />
        </tfoot>
      </table>
      <MoreButton shown={found.length > most} onClick={() => setMost(most + PAGE)} />
    </Panel>
  );
}

function FolderRow({ folder, states }: { readonly folder: Folder; readonly states: readonly BookState[] }) {
  const { books, target } = folder;
  return (
    <tr>
      <th scope="row">
        {folder.folder}
        {target !== undefined && target !== folder.folder && (
          <span className="st-folder-target">{words.target(target)}</span>
        )}
        {!books.balanced && <BalanceChip books={books} />}
      </th>
      <td>
        <BooksBar label={folder.folder} books={books} />
        {/* At the width of a phone instead of the columns. */}
        <span className="st-folder-sum" aria-hidden>
          {booksSentence(books)}
        </span>
      </td>
      <td className="st-number">{formatNumber(books.seen)}</td>
      {states.map((state) => (
        <td key={state} className={`st-number${books[state] === 0 ? ' st-zero' : ''}`}>
          {formatNumber(books[state])}
        </td>
      ))}
    </tr>
  );
}
