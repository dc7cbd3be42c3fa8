import { useCallback, useEffect, useMemo, useState } from 'react';
import type { SelectionChanges } from './list-grid.tsx';
import { anchorOf, EVERYTHING, extendTo, NOTHING, type Selection, toggle } from './selection.ts';
import type { EntryPagesView } from './use-entry-pages.ts';

export interface Chosen {
  readonly selection: Selection;
  readonly changes: SelectionChanges;
  readonly choose: (selection: Selection) => void;
  /** Rows between the two ends of a range are still being read. */
  readonly isExtending: boolean;
  readonly failure: Error | undefined;
}

/** What is selected in the list that `listKey` stands for; another list begins with nothing. */
export function useSelection(listKey: string, { pages, loadRange }: EntryPagesView): Chosen {
  const [selection, setSelection] = useState(NOTHING);
  const [extending, setExtending] = useState(0);
  const [failure, setFailure] = useState<Error>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list
  useEffect(() => setSelection(NOTHING), [listKey]);

  const extend = useCallback(
    (to: number, from: number): void => {
      setFailure(undefined);
      const anchor = anchorOf(selection, from);
      const [first, last] = [Math.min(anchor, to), Math.max(anchor, to)];
      const take = (idAt: (index: number) => number | undefined): void =>
        setSelection((now) => extendTo(now, to, anchor, idAt));
      // The two ends may lie thousands of rows apart; what nobody has looked at yet is read first.
      for (let row = first; row <= last; row += 1)
        if (pages.idAt(row) === undefined) {
          setExtending((count) => count + 1);
          loadRange(first, last)
            .then((rows) => take(rows.idAt))
            .catch((error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))))
            .finally(() => setExtending((count) => count - 1));
          return;
        }
      take(pages.idAt);
    },
    [selection, pages, loadRange],
  );
  const changes = useMemo<SelectionChanges>(
    () => ({
      toggle: (id, index) => setSelection((now) => toggle(now, id, index)),
      extend,
      all: () => setSelection(EVERYTHING),
      none: () => setSelection(NOTHING),
    }),
    [extend],
  );
  return { selection, changes, choose: setSelection, isExtending: extending > 0, failure };
}
