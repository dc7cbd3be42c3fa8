import { memo } from 'react';
import { strings } from '../../strings.ts';
import type { ColumnId } from './column-layout.ts';
import { CELLS } from './columns.tsx';
import type { Entry } from './entry-pages.ts';

export interface RowProps {
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly entry: Entry | undefined;
  readonly columns: readonly ColumnId[];
  readonly tracks: string;
  readonly selectable: boolean;
  readonly selected: boolean;
  readonly focused: boolean;
}

/** Rendered again only where its own entry or its own marks changed; all its events are handled by the grid. */
export const ListRow = memo(function ListRow(props: RowProps) {
  const { index, top, height, entry, columns, tracks, selectable, selected, focused } = props;
  return (
    <div
      role="row"
      // The header is row 1.
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      aria-busy={entry === undefined || undefined}
      data-index={index}
      tabIndex={focused ? 0 : -1}
      className="st-row"
      style={{ height, transform: `translateY(${top}px)`, gridTemplateColumns: tracks }}
    >
      {selectable && (
        <div role="gridcell" className="st-row-check">
          {entry !== undefined && (
            <input
              type="checkbox"
              className="st-check"
              checked={selected}
              readOnly
              tabIndex={-1}
              aria-label={strings.list.select(entry.sourceAddress)}
            />
          )}
        </div>
      )}
      {columns.map((id) => (
        <div role="gridcell" key={id} className="st-cell" data-column={id}>
          {entry === undefined ? <span className="st-skeleton" /> : CELLS[id](entry)}
        </div>
      ))}
    </div>
  );
});
