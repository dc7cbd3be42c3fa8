import { useTable } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { DEFAULTS, keepVisibility, keptVisibility, type Visibility, visibleIn } from './column-choice.ts';
import type { ColumnId } from './column-layout.ts';
import { columns, features } from './columns.tsx';

const NO_ROWS: never[] = [];

/** Which columns are shown, kept by the browser. */
export function useColumns() {
  const [columnVisibility, setVisibility] = useState(keptVisibility);
  const change = (next: Visibility): void => {
    keepVisibility(next);
    setVisibility(next);
  };
  const table = useTable({
    features,
    columns,
    data: NO_ROWS,
    state: { columnVisibility },
    onColumnVisibilityChange: (update) => change(typeof update === 'function' ? update(columnVisibility) : update),
  });
  const key = visibleIn(columnVisibility).join(' ');
  // The same array for the same columns: every row gets it.
  const visible = useMemo(() => key.split(' ') as ColumnId[], [key]);
  return { table, visible, reset: () => change(DEFAULTS) };
}
export type Columns = ReturnType<typeof useColumns>;
