import { COLUMN_IDS, type ColumnId, LAYOUT } from './column-layout.ts';

const KEY = 'sterna.list.columns';
export type Visibility = Readonly<Record<string, boolean>>;

export const DEFAULTS: Visibility = Object.fromEntries(COLUMN_IDS.map((id) => [id, LAYOUT[id].hidden !== true]));

/** Of what a browser kept: perhaps by an older version, or by hand. */
export function readVisibility(kept: string | null): Visibility {
  try {
    const chosen = JSON.parse(kept ?? '{}') as Readonly<Record<string, unknown>> | null;
    return Object.fromEntries(
      COLUMN_IDS.map((id) => {
        const shown = chosen?.[id];
        return [id, LAYOUT[id].fixed === true || (typeof shown === 'boolean' ? shown : DEFAULTS[id] === true)];
      }),
    );
  } catch {
    return DEFAULTS;
  }
}

export const visibleIn = (visibility: Visibility): ColumnId[] => COLUMN_IDS.filter((id) => visibility[id]);

/** Without storage (a private window) the choice lasts as long as the page. */
export function keepVisibility(visibility: Visibility): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(visibility));
  } catch {
    // As above.
  }
}

/** What this browser has kept. */
export function keptVisibility(): Visibility {
  let kept: string | null = null;
  try {
    kept = window.localStorage.getItem(KEY);
  } catch {
    // As above.
  }
  return readVisibility(kept);
}
