import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react';
import { strings } from '../../strings.ts';
import { CARD, type ColumnId, LAYOUT, PHONE, ROW, tracksOf } from './column-layout.ts';
import { ListRow } from './list-row.tsx';
import type { ListSearch, Sort } from './search.ts';
import { isSelected, type Selection } from './selection.ts';
import type { EntryPagesView } from './use-entry-pages.ts';

const words = strings.list;

export interface SelectionChanges {
  readonly toggle: (id: number, index: number) => void;
  /** From the row chosen last, or from `from` where none is. */
  readonly extend: (to: number, from: number) => void;
  readonly all: () => void;
  readonly none: () => void;
}

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
}: {
  readonly view: EntryPagesView;
  readonly columns: readonly ColumnId[];
  readonly search: ListSearch;
  readonly onSort: (sort: Sort) => void;
  readonly selection: Selection;
  /** Absent for those who may not act on entries. */
  readonly onSelect: SelectionChanges | undefined;
}) {
  const { pages, show, isStale } = view;
  const selectable = onSelect !== undefined;
  const total = pages.total ?? 12;
  const isPhone = useMediaQuery(PHONE, false, { getInitialValueInEffect: false }) ?? false;
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
      if (event.shiftKey) onSelect?.extend(to, from);
    } else if (event.key === ' ' && selectable) {
      const id = idAt(focused);
      if (event.shiftKey) onSelect.extend(focused, focused);
      else if (id !== undefined) onSelect.toggle(id, focused);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && selectable) onSelect.all();
    else if (event.key === 'Escape' && selectable) onSelect.none();
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
      onSelect.extend(index, index);
    } else if (at.closest('.st-row-check') !== null || event.ctrlKey || event.metaKey) onSelect.toggle(id, index);
  };

  const searchKey = JSON.stringify(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setFocused(0);
  }, [searchKey]);

  const { tracks, width } = tracksOf(columns, selectable);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={words.gridLabel}
      aria-rowcount={pages.total === undefined ? -1 : total + 1}
      aria-multiselectable={selectable || undefined}
      aria-busy={isStale || undefined}
      className={`st-grid${isPhone ? ' st-grid-cards' : ''}`}
      onKeyDown={onKeyDown}
      onClick={onClick}
      // Before the first page is there nothing is to be reached.
      tabIndex={pages.total === undefined || total === 0 ? 0 : undefined}
    >
      {!isPhone && (
        <div role="rowgroup" className="st-grid-head" style={{ minWidth: width }}>
          <div role="row" aria-rowindex={1} className="st-head" style={{ gridTemplateColumns: tracks }}>
            {selectable && (
              <div role="columnheader" className="st-row-check" aria-label={words.selection}>
                <SelectAll selection={selection} onSelect={onSelect} />
              </div>
            )}
            {columns.map((id) => (
              <HeadCell key={id} id={id} search={search} onSort={onSort} />
            ))}
          </div>
        </div>
      )}
      <div
        role="rowgroup"
        className="st-grid-body"
        style={{ height: virtualizer.getTotalSize(), ...(isPhone ? {} : { minWidth: width }) }}
      >
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

/** On phones it stands above the cards, which have no head. */
export function SelectAll({
  selection,
  onSelect,
}: {
  readonly selection: Selection;
  readonly onSelect: SelectionChanges;
}) {
  return (
    <input
      type="checkbox"
      className="st-check"
      aria-label={words.selectAll}
      checked={selection.mode === 'all'}
      onChange={(event) => (event.currentTarget.checked ? onSelect.all() : onSelect.none())}
      onKeyDown={(event) => event.stopPropagation()}
    />
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
  const { sort } = LAYOUT[id];
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
