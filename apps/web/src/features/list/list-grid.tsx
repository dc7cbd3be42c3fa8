import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react';
import { strings } from '../../strings.ts';
import { type ColumnId, LOOKS } from './columns.tsx';
import { ListRow } from './list-row.tsx';
import type { ListSearch, Sort } from './search.ts';
import { EVERYTHING, extendTo, isSelected, NOTHING, type Selection, toggle } from './selection.ts';
import type { EntryPagesView } from './use-entry-pages.ts';

const words = strings.list;
const ROW = 46;
/** A card of four lines: phones. */
const CARD = 112;
const CHECK_TRACK = '40px';

/**
 * The rows, some forty of them at a time, whatever the list's length. One row has the keyboard's focus; it stays in the
 * document when it is scrolled away, so that the keyboard never falls out of the grid.
 */
export function ListGrid({
  view,
  columns,
  search,
  onSort,
  selection,
  onSelect,
  selectable,
}: {
  readonly view: EntryPagesView;
  readonly columns: readonly ColumnId[];
  readonly search: ListSearch;
  readonly onSort: (sort: Sort) => void;
  readonly selection: Selection;
  readonly onSelect: (change: (selection: Selection) => Selection) => void;
  readonly selectable: boolean;
}) {
  const { pages, show } = view;
  const total = pages.total ?? 12;
  const isPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false }) ?? false;
  const height = isPhone ? CARD : ROW;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const takesFocus = useRef(false);
  const navigate = useNavigate();

  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    rangeExtractor: (range) => {
      const rows = defaultRangeExtractor(range);
      if (focused < range.count && !rows.includes(focused)) rows.push(focused);
      return rows;
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows have another height now
  useEffect(() => virtualizer.measure(), [height]);

  const first = virtualizer.range?.startIndex ?? 0;
  const last = virtualizer.range?.endIndex ?? 0;
  useEffect(() => show(first, Math.max(last, first + 20)), [show, first, last]);

  useEffect(() => {
    if (!takesFocus.current) return;
    takesFocus.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  });

  const idAt = (index: number): number | undefined => pages.at(index)?.id;
  const goTo = (index: number): number => {
    const to = Math.max(0, Math.min(total - 1, index));
    takesFocus.current = true;
    setFocused(to);
    virtualizer.scrollToIndex(to);
    return to;
  };
  const open = (index: number): void => {
    const id = idAt(index);
    if (id !== undefined) void navigate({ to: '/entries/$entryId', params: { entryId: id } });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, last - first - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: focused + 1,
      ArrowUp: focused - 1,
      PageDown: focused + page,
      PageUp: focused - page,
      Home: 0,
      End: total - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      const from = focused;
      const to = goTo(move);
      if (event.shiftKey && selectable)
        onSelect((now) =>
          extendTo(now.mode === 'ids' && now.anchor === undefined ? { ...now, anchor: from } : now, to, idAt),
        );
    } else if (event.key === ' ' && selectable) {
      const id = idAt(focused);
      if (id !== undefined)
        onSelect((now) => (event.shiftKey ? extendTo(now, focused, idAt) : toggle(now, id, focused)));
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && selectable) onSelect(() => EVERYTHING);
    else if (event.key === 'Escape') onSelect(() => NOTHING);
    else if (event.key === 'Enter') open(focused);
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent): void => {
    const at = event.target as HTMLElement;
    const index = Number(at.closest<HTMLElement>('[data-index]')?.dataset.index ?? Number.NaN);
    const id = Number.isNaN(index) ? undefined : idAt(index);
    if (id === undefined) return;
    const isLink = at.closest('a') !== null;
    if (isLink && !event.shiftKey) return;
    takesFocus.current = true;
    setFocused(index);
    if (!selectable) return;
    if (event.shiftKey) {
      event.preventDefault();
      // What the browser made of it: text from there to here.
      window.getSelection()?.removeAllRanges();
      onSelect((now) => extendTo(now, index, idAt));
    } else if (at.closest('.st-row-check') !== null || event.ctrlKey || event.metaKey)
      onSelect((now) => toggle(now, id, index));
  };

  const tracks = [...(selectable ? [CHECK_TRACK] : []), ...columns.map((id) => LOOKS[id].track)].join(' ');
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={words.gridLabel}
      aria-rowcount={total + 1}
      aria-multiselectable={selectable || undefined}
      className={`st-grid${isPhone ? ' st-grid-cards' : ''}`}
      onKeyDown={onKeyDown}
      onClick={onClick}
      // Before the first page is there nothing is to be reached.
      tabIndex={pages.total === undefined || total === 0 ? 0 : undefined}
    >
      <div role="rowgroup" className="st-grid-head">
        <div role="row" aria-rowindex={1} className="st-head" style={{ gridTemplateColumns: tracks }}>
          {selectable && (
            <div role="columnheader" className="st-row-check">
              <input
                type="checkbox"
                aria-label={words.selectAll}
                checked={selection.mode === 'all'}
                onChange={(event) => onSelect(() => (event.currentTarget.checked ? EVERYTHING : NOTHING))}
                onKeyDown={(event) => event.stopPropagation()}
              />
            </div>
          )}
          {columns.map((id) => (
            <HeadCell key={id} id={id} search={search} onSort={onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className="st-grid-body" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const entry = pages.at(item.index);
          return (
            <ListRow
              key={item.index}
              index={item.index}
              top={item.start}
              height={height}
              entry={entry}
              columns={columns}
              tracks={tracks}
              selectable={selectable}
              selected={entry !== undefined && isSelected(selection, entry.id)}
              focused={item.index === Math.min(focused, total - 1)}
            />
          );
        })}
      </div>
    </div>
  );
}

function HeadCell({
  id,
  search,
  onSort,
}: {
  readonly id: ColumnId;
  readonly search: ListSearch;
  readonly onSort: (sort: Sort) => void;
}) {
  const { sort } = LOOKS[id];
  if (sort === undefined)
    return (
      <div role="columnheader" className="st-cell">
        {words.column[id]}
      </div>
    );
  const isSorted = search.sort === sort;
  const Icon = !isSorted ? IconArrowsSort : search.desc ? IconArrowDown : IconArrowUp;
  return (
    <div
      role="columnheader"
      className="st-cell"
      aria-sort={!isSorted ? 'none' : search.desc ? 'descending' : 'ascending'}
    >
      <button
        type="button"
        className="st-sort"
        data-sorted={isSorted || undefined}
        onClick={() => onSort(sort)}
        // The grid's keys are for its rows.
        onKeyDown={(event) => event.stopPropagation()}
      >
        {words.column[id]}
        <Icon size={14} aria-hidden />
      </button>
    </div>
  );
}
