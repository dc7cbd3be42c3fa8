import { Link } from '@tanstack/react-router';
import { columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatDuration, formatMoment, formatNumber } from '../../lib/format.ts';
import { standingOf } from '../../lib/progress.ts';
import { Chip, StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import type { Entry } from './entry-pages.ts';
import type { Sort } from './search.ts';

const words = strings.list;

export type ColumnId = keyof typeof words.column;

interface Look {
  /** Track of the grid. */
  readonly track: string;
  readonly sort?: Exclude<Sort, 'id'>;
  readonly hidden?: true;
  /** Can't be taken away. */
  readonly fixed?: true;
  readonly cell: (entry: Entry) => ReactNode;
}

/** Columns in order. What a cell shows depends on its entry alone, so an unchanged row is never rendered again. */
export const LOOKS: Readonly<Record<ColumnId, Look>> = {
  source: { track: 'minmax(190px, 2fr)', sort: 'source', fixed: true, cell: (entry) => <Source entry={entry} /> },
  target: { track: 'minmax(190px, 2fr)', sort: 'target', cell: (entry) => <Cut>{entry.targetAddress}</Cut> },
  status: { track: 'minmax(168px, 1.1fr)', sort: 'status', cell: (entry) => <Status entry={entry} /> },
  progress: { track: 'minmax(170px, 1.4fr)', cell: (entry) => <EntryProgress entry={entry} /> },
  failures: { track: '84px', cell: (entry) => <Failures entry={entry} /> },
  license: { track: '130px', cell: (entry) => <License entry={entry} /> },
  batch: { track: 'minmax(90px, 0.8fr)', sort: 'batch', cell: (entry) => <Cut>{entry.batch ?? ''}</Cut> },
  pass: { track: 'minmax(150px, 1fr)', cell: (entry) => <LastPass entry={entry} /> },
  name: { track: 'minmax(140px, 1fr)', hidden: true, cell: (entry) => <Cut>{entry.displayName ?? ''}</Cut> },
  type: { track: '90px', hidden: true, cell: (entry) => entry.itemType },
  created: { track: '140px', hidden: true, cell: (entry) => formatMoment(entry.createdAt) },
};
export const COLUMN_IDS = Object.keys(LOOKS) as ColumnId[];

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
    <span className="st-row-status" title={entry.statusDetail}>
      <StatusChip status={entry.status} />
      {entry.status === 'pending' && entry.resumeAt !== undefined && (
        <span className="st-row-quiet">{formatMoment(entry.resumeAt)}</span>
      )}
    </span>
  );
}

function EntryProgress({ entry }: { readonly entry: Entry }) {
  const standing = standingOf(entry.lastPass);
  if (standing === undefined || standing.total === 0) {
    const text = standing?.live ? words.progress.listing : entry.lastPass === undefined ? '' : words.progress.none;
    return <span className="st-row-quiet">{text}</span>;
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
  const failed = standingOf(entry.lastPass)?.failed ?? 0;
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
