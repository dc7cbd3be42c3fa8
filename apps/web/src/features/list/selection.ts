/** What bulk actions apply to: single entries, or all that the filter matches, whether loaded or not. */
export type Selection =
  | { readonly mode: 'ids'; readonly ids: ReadonlySet<number>; readonly anchor: number | undefined }
  | { readonly mode: 'all' };

export const NOTHING: Selection = { mode: 'ids', ids: new Set(), anchor: undefined };
export const EVERYTHING: Selection = { mode: 'all' };

export const isSelected = (selection: Selection, id: number): boolean =>
  selection.mode === 'all' || selection.ids.has(id);

export const sizeOf = (selection: Selection, matching: number): number =>
  selection.mode === 'all' ? matching : selection.ids.size;

/** One row on or off. From "all that match" it begins anew with that row alone. */
export function toggle(selection: Selection, id: number, index: number): Selection {
  const ids = new Set(selection.mode === 'ids' ? selection.ids : []);
  if (!ids.delete(id)) ids.add(id);
  return { mode: 'ids', ids, anchor: index };
}

/**
 * Shift-click: from the row chosen last to this one, added to what is chosen.
 *
 * @param idAt undefined for rows that aren't loaded: they are left out
 */
export function extendTo(selection: Selection, index: number, idAt: (index: number) => number | undefined): Selection {
  const anchor = selection.mode === 'ids' ? (selection.anchor ?? index) : index;
  const ids = new Set(selection.mode === 'ids' ? selection.ids : []);
  for (let row = Math.min(anchor, index); row <= Math.max(anchor, index); row += 1) {
    const id = idAt(row);
    if (id !== undefined) ids.add(id);
  }
  return { mode: 'ids', ids, anchor };
}
