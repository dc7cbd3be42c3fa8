/** What bulk actions apply to: single entries, or all that the filter matches (loaded or not) but a few. */
export type Selection =
  | { readonly mode: 'ids'; readonly ids: ReadonlySet<number>; readonly anchor: number | undefined }
  | { readonly mode: 'all'; readonly except: ReadonlySet<number>; readonly anchor: number | undefined };

export const NOTHING: Selection = { mode: 'ids', ids: new Set(), anchor: undefined };
export const EVERYTHING: Selection = { mode: 'all', except: new Set(), anchor: undefined };

export const isSelected = (selection: Selection, id: number): boolean =>
  selection.mode === 'all' ? !selection.except.has(id) : selection.ids.has(id);

export const sizeOf = (selection: Selection, matching: number): number =>
  selection.mode === 'all' ? Math.max(0, matching - selection.except.size) : selection.ids.size;

/** One row on or off; a range begins there. */
export function toggle(selection: Selection, id: number, index: number): Selection {
  return marked(selection, [id], !isSelected(selection, id), index);
}

/** Where a range that ends at `index` begins: at the row chosen last. */
export const anchorOf = (selection: Selection, fallback: number): number => selection.anchor ?? fallback;

/**
 * From the row chosen last (else `from`) to this one, added to what is chosen.
 *
 * @param idAt undefined for rows that aren't loaded: they are left out, so load them first
 */
export function extendTo(
  selection: Selection,
  index: number,
  from: number,
  idAt: (index: number) => number | undefined,
): Selection {
  const anchor = anchorOf(selection, from);
  const ids: number[] = [];
  for (let row = Math.min(anchor, index); row <= Math.max(anchor, index); row += 1) {
    const id = idAt(row);
    if (id !== undefined) ids.push(id);
  }
  return marked(selection, ids, true, anchor);
}

function marked(selection: Selection, ids: readonly number[], on: boolean, anchor: number): Selection {
  const changed = new Set(selection.mode === 'all' ? selection.except : selection.ids);
  for (const id of ids) {
    if (on === (selection.mode === 'ids')) changed.add(id);
    else changed.delete(id);
  }
  return selection.mode === 'all' ? { mode: 'all', except: changed, anchor } : { mode: 'ids', ids: changed, anchor };
}

/** As the API takes it. */
export const selectionBody = <Filter>(selection: Selection, filter: Filter) =>
  selection.mode === 'ids'
    ? { entryIds: [...selection.ids] }
    : { filter, ...(selection.except.size === 0 ? {} : { exceptIds: [...selection.except] }) };
