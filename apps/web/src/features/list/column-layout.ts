import type { list as words } from '../../strings/list.ts';
import type { Sort } from './search.ts';

export type ColumnId = keyof typeof words.column;

/** Of a row, in CSS pixels. */
export const ROW = 46;
/** A card of four lines: phones. */
export const CARD = 112;
/** Where rows are cards. */
export const PHONE = '(max-width: 48em)';

interface Layout {
  /** Pixels at least. */
  readonly min: number;
  /** Share of the room that is left; 0: none. */
  readonly grow: number;
  readonly sort?: Exclude<Sort, 'id'>;
  readonly hidden?: true;
  /** Can't be taken away. */
  readonly fixed?: true;
}

/** Columns in order. */
export const LAYOUT: Readonly<Record<ColumnId, Layout>> = {
  source: { min: 180, grow: 2, sort: 'source', fixed: true },
  target: { min: 180, grow: 2, sort: 'target' },
  status: { min: 196, grow: 0.7, sort: 'status' },
  progress: { min: 120, grow: 1.4 },
  failures: { min: 56, grow: 0 },
  license: { min: 88, grow: 0.3 },
  batch: { min: 80, grow: 0.8, sort: 'batch' },
  pass: { min: 130, grow: 0.8, hidden: true },
  name: { min: 120, grow: 1, hidden: true },
  type: { min: 76, grow: 0, hidden: true },
  created: { min: 130, grow: 0, hidden: true },
};
export const COLUMN_IDS = Object.keys(LAYOUT) as ColumnId[];

const CHECK = 36;
const GAP = 10;
const PADDING = 18;

/** Tracks of a row, and how wide it is at least: below that the grid scrolls sideways. */
export function tracksOf(ids: readonly ColumnId[], selectable: boolean): { tracks: string; width: number } {
  const looks = ids.map((id) => LAYOUT[id]);
  const tracks = looks.map(({ min, grow }) => (grow === 0 ? `${min}px` : `minmax(${min}px, ${grow}fr)`));
  const mins = [...(selectable ? [CHECK] : []), ...looks.map(({ min }) => min)];
  return {
    tracks: [...(selectable ? [`${CHECK}px`] : []), ...tracks].join(' '),
    width: mins.reduce((sum, min) => sum + min, GAP * (mins.length - 1) + 2 * PADDING),
  };
}
