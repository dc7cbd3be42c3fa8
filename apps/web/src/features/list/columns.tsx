import { Link } from '@tanstack/react-router';
import { columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatDuration, formatMoment, formatNumber } from '../../lib/format.ts';
import { isLive, standingOf } from '../../lib/progress.ts';
import { Chip, StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import type { Entry } from './entry-pages.ts';
import type { Sort } from './search.ts';

const words = strings.list;

export type ColumnId = keyof typeof words.column;

interface Look {
  /** Pixels at least. */
  readonly min: number;
  /** Share of the room that is left; 0: none. */
  readonly grow: number;
  readonly sort?: Exclude<Sort, 'id'>;
  readonly hidden?: true;
  /** Can't be taken away. */
  readonly fixed?: true;
  readonly cell: (entry: Entry) => ReactNode;
}

/** Columns in order. What a cell shows depends on its entry alone, so an unchanged row is never rendered again. */
export const LOOKS: Readonly<Record<ColumnId, Look>> = {
  source: { min: 180, grow: 2, sort: 'source', fixed: true, cell: (entry) => <Source entry={entry} /> },
  target: { min: 180, grow: 2, sort: 'target', cell: (entry) => <Cut>{entry.targetAddress}</Cut> },
  status: { min: 196, grow: 0.7, sort: 'status', cell: (entry) => <Status entry={entry} /> },
  progress: { min: 120, grow: 1.4, cell: (entry) => <EntryProgress entry={entry} /> },
  failures: { min: 56, grow: 0, cell: (entry) => <Failures entry={entry} /> },
  license: { min: 88, grow: 0.3, cell: (entry) => <License entry={entry} /> },
  batch: { min: 80, grow: 0.8, sort: 'batch', cell: (entry) => <Cut>{entry.batch ?? ''}</Cut> },
  pass: { min: 130, grow: 0.8, hidden: true, cell: (entry) => <LastPass entry={entry} /> },
  name: { min: 120, grow: 1, hidden: true, cell: (entry) => <Cut>{entry.displayName ?? ''}</Cut> },
  type: { min: 76, grow: 0, hidden: true, cell: (entry) => entry.itemType },
  created: { min: 130, grow: 0, hidden: true, cell: (entry) => formatMoment(entry.createdAt) },
};
export const COLUMN_IDS = Object.keys(LOOKS) as ColumnId[];

const CHECK = 36;
const GAP = 10;
const PADDING = 18;

/** Tracks of a row, and how wide it is at least: below that the grid scrolls sideways. */
export function tracksOf(ids: readonly ColumnId[], selectable: boolean): { tracks: string; width: number } {
  const looks = ids.map((id) => LOOKS[id]);
  const tracks = looks.map(({ min, grow }) => (grow === 0 ? `${min}px` : `minmax(${min}px, ${grow}fr)`));
  const mins = [...(selectable ? [CHECK] : []), ...looks.map(({ min }) => min)];
  return {
    tracks: [...(selectable ? [`${CHECK}px`] : []), ...tracks].join(' '),
    width: mins.reduce((sum, min) => sum + min, GAP * (mins.length - 1) + 2 * PADDING),
  };
}

export const features = tableFeatures({ columnVisibilityFeature });
const helper = createColumnHelper<typeof features, Entry>();
export const columns = helper.columns(
  COLUMN_IDS.map((id) => helper.display({ id, header: words.column[id], enableHiding: LOOKS[id].fixed !== true })),
);

/** One line, with the whole text where it doesn't fit. */
function Cut({ children }: { readonly children: string }) {
  return (
    <span className="st-cut" title={children}>
      {children}
    </span>
  );
}

function Source({ entry }: { readonly entry: Entry }) {
  return (
    <Link
      to="/entries/$entryId"
      params={{ entryId: entry.id }}
      className="st-cut st-row-link"
      title={entry.sourceAddress}
      // The row has the keyboard's focus, and Enter opens it.
      tabIndex={-1}
      preload={false}
    >
      {entry.sourceAddress}
    </Link>
  );
}

function Status({ entry }: { readonly entry: Entry }) {
  return (
    <span className="st-row-status" title={entry.statusDetail ?? strings.common.status[entry.status]}>
      <StatusChip status={entry.status} />
      {entry.resumeAt !== undefined && <span className="st-row-quiet">{formatMoment(entry.resumeAt)}</span>}
    </span>
  );
}

function EntryProgress({ entry }: { readonly entry: Entry }) {
  const standing = standingOf(entry.lastPass);
  if (standing === undefined || standing.total === 0) {
    const status = entry.lastPass?.status ?? '';
    const isListing = standing?.live === true && status !== 'queued';
    // A pass that failed before it looked knows of nothing, which is not the same as an empty mailbox.
    const isEmpty = standing !== undefined && status.startsWith('completed');
    return (
      <span className="st-row-quiet">{isListing ? words.progress.listing : isEmpty ? words.progress.empty : ''}</span>
    );
  }
  const { done, failed, total, live, etaSeconds } = standing;
  return (
    <span className="st-row-progress">
      <ProgressBar
        label={words.progress.label(entry.sourceAddress)}
        done={done}
        failed={failed}
        total={total}
        live={live}
      />
      <span className="st-row-quiet">
        {words.progress.of(done, total)}
        {live && etaSeconds !== undefined ? ` · ${words.progress.left(formatDuration(etaSeconds))}` : ''}
      </span>
    </span>
  );
}

function Failures({ entry }: { readonly entry: Entry }) {
  const pass = entry.lastPass;
  // While it migrates, as it says itself; a verify knows nothing of what failed before.
  const isMigrating = isLive(pass) && (pass?.kind === 'initial' || pass?.kind === 'delta');
  const failed = isMigrating ? (standingOf(pass)?.failed ?? 0) : entry.failures;
  return failed === 0 ? null : <span className="st-row-bad">{formatNumber(failed)}</span>;
}

function License({ entry }: { readonly entry: Entry }) {
  const [license] = entry.licenses;
  if (license === undefined) return null;
  return (
    <Chip tone={license.burned ? 'quiet' : 'busy'}>
      {license.tier === 'trial' ? `${license.tier}, ` : ''}
      {license.burned ? words.burned : words.assigned}
    </Chip>
  );
}

function LastPass({ entry }: { readonly entry: Entry }) {
  const pass = entry.lastPass;
  if (pass === undefined) return null;
  const at = pass.endedAt ?? pass.startedAt;
  return (
    <span className="st-row-two">
      <span>{words.passLine(strings.common.passKind[pass.kind] ?? pass.kind, pass.number)}</span>
      {at !== undefined && <span className="st-row-quiet">{formatMoment(at)}</span>}
    </span>
  );
}
