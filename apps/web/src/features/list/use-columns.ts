import { useTable } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { COLUMN_IDS, type ColumnId, columns, features, LOOKS } from './columns.tsx';

const KEY = 'sterna.list.columns';
type Visibility = Readonly<Record<string, boolean>>;

const DEFAULTS: Visibility = Object.fromEntries(COLUMN_IDS.map((id) => [id, LOOKS[id].hidden !== true]));

/** Of what a browser kept: perhaps by an older version, or by hand. */
export function readVisibility(kept: string | null): Visibility {
  try {
    const chosen = JSON.parse(kept ?? '{}') as Readonly<Record<string, unknown>> | null;
    return Object.fromEntries(
      COLUMN_IDS.map((id) => {
        const shown = chosen?.[id];
        return [id, LOOKS[id].fixed === true || (typeof shown === 'boolean' ? shown : DEFAULTS[id] === true)];
      }),
    );
  } catch {
    return DEFAULTS;
  }
}

/** Without storage (a private window) the choice lasts as long as the page. */
function keep(visibility: Visibility): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(visibility));
  } catch {
    // As above.
  }
}

function kept(): string | null {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const NO_ROWS: never[] = [];

/** Which columns are shown, kept by the browser. */
export function useColumns() {
  const [columnVisibility, setVisibility] = useState(() => readVisibility(kept()));
  const change = (next: Visibility): void => {
    keep(next);
    setVisibility(next);
  };
  const table = useTable({
    features,
    columns,
    data: NO_ROWS,
    state: { columnVisibility },
    onColumnVisibilityChange: (update) => change(typeof update === 'function' ? update(columnVisibility) : update),
  });
  const key = COLUMN_IDS.filter((id) => columnVisibility[id]).join(' ');
  // The same array for the same columns: every row gets it.
  const visible = useMemo(() => key.split(' ') as ColumnId[], [key]);
  return { table, visible, reset: () => change(DEFAULTS) };
}
export type Columns = ReturnType<typeof useColumns>;
