import { keptVisibility, visibleIn } from '../features/list/column-choice.ts';
import { CARD, type ColumnId, LAYOUT, PHONE, ROW, tracksOf } from '../features/list/column-layout.ts';
import type { PageAnswer } from '../features/list/entry-pages.ts';
import { list as words } from '../strings/list.ts';
import { element, icon, shape } from './element.ts';
import { checkShape, rowOf } from './row.ts';

/** The panel of the user list: shapes of what acts, and the first rows as the grid draws them. */
export function listPicture({ items, total }: PageAnswer, selectable: boolean): HTMLElement {
  const isPhone = window.matchMedia(PHONE).matches;
  return element(
    'section',
    { class: 'st-panel', 'aria-label': words.title },
    element(
      'div',
      { class: 'st-toolbar', 'aria-hidden': true },
      shape('st-first-field st-toolbar-search'),
      // Status, batch, license; and the order, where no head offers it.
      ...Array.from({ length: isPhone ? 4 : 3 }, () => shape('st-first-field st-toolbar-filter')),
    ),
    element(
      'div',
      { class: 'st-list-bar' },
      ...(selectable ? [element('span', { class: 'st-phone-only' }, checkShape())] : []),
      element('span', { role: 'status', class: 'st-number' }, words.total(total)),
      element(
        'div',
        { class: 'st-list-bar-end', 'aria-hidden': true },
        shape('st-first-field st-first-export'),
        element('span', { class: 'st-desk-only' }, shape('st-first-field st-first-columns')),
      ),
    ),
    gridOf({ items, total }, selectable, isPhone),
  );
}

function gridOf({ items, total }: PageAnswer, selectable: boolean, isPhone: boolean): HTMLElement {
  const columns = visibleIn(keptVisibility());
  const { tracks, width } = tracksOf(columns, selectable);
  const height = isPhone ? CARD : ROW;
  const look = { columns, selectable, tracks, height };
  const shown = items.slice(0, Math.ceil(window.innerHeight / height));
  const body = element(
    'div',
    { role: 'rowgroup', class: 'st-grid-body' },
    ...shown.map((entry, index) => rowOf(entry, index, look)),
  );
  body.style.height = `${total * height}px`;
  const grid = element('div', {
    role: 'grid',
    'aria-label': words.gridLabel,
    'aria-rowcount': total + 1,
    'aria-multiselectable': selectable || undefined,
    class: isPhone ? 'st-grid st-grid-cards' : 'st-grid',
  });
  if (isPhone) {
    grid.append(body);
    return grid;
  }
  const head = element('div', { role: 'rowgroup', class: 'st-grid-head' }, headOf(columns, selectable, tracks));
  head.style.minWidth = `${width}px`;
  body.style.minWidth = `${width}px`;
  grid.append(head, body);
  return grid;
}

function headOf(columns: readonly ColumnId[], selectable: boolean, tracks: string): HTMLElement {
  const head = element(
    'div',
    { role: 'row', 'aria-rowindex': 1, class: 'st-head' },
    ...(selectable
      ? [element('div', { role: 'columnheader', class: 'st-row-check', 'aria-label': words.selection }, checkShape())]
      : []),
    ...columns.map((id) => {
      const name = words.column[id];
      const isSorter = LAYOUT[id].sort !== undefined;
      return element(
        'div',
        { role: 'columnheader', class: 'st-cell' },
        isSorter ? element('span', { class: 'st-sort' }, name, icon()) : name,
      );
    }),
  );
  head.style.gridTemplateColumns = tracks;
  return head;
}
