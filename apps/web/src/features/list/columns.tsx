import { Link } from '@tanstack/react-router';
import { columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatMoment } from '../../lib/format.ts';
import { Chip, StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { failureWords, licenseWords, passWords, progressOfEntry, resumeWords, statusTitle } from './cell-words.ts';
import { COLUMN_IDS, type ColumnId, LAYOUT } from './column-layout.ts';
import type { Entry } from './entry-pages.ts';

const words = strings.list;

/** What a cell shows depends on its entry alone, so an unchanged row is never rendered again. */
export const CELLS: Readonly<Record<ColumnId, (entry: Entry) => ReactNode>> = {
  source: (entry) => <Source entry={entry} />,
  target: (entry) => <Cut>{entry.targetAddress}</Cut>,
  status: (entry) => <Status entry={entry} />,
  progress: (entry) => <EntryProgress entry={entry} />,
  failures: (entry) => <Failures entry={entry} />,
  license: (entry) => <License entry={entry} />,
  batch: (entry) => <Cut>{entry.batch ?? ''}</Cut>,
  pass: (entry) => <LastPass entry={entry} />,
  name: (entry) => <Cut>{entry.displayName ?? ''}</Cut>,
  type: (entry) => entry.itemType,
  created: (entry) => formatMoment(entry.createdAt),
};

export const features = tableFeatures({ columnVisibilityFeature });
const helper = createColumnHelper<typeof features, Entry>();
export const columns = helper.columns(
  COLUMN_IDS.map((id) => helper.display({ id, header: words.column[id], enableHiding: LAYOUT[id].fixed !== true })),
);

/** One line, with the whole text where it doesn't fit. */
function Cut({ children }: { readonly children: string }) {
  return (
    <span className="st-cut" title={children}>
      {children}
    </span>
  );
}

/** A mailbox is what most are; one person's drive beside it has the same address. */
function Source({ entry }: { readonly entry: Entry }) {
  const address = (
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
  if (entry.itemType === 'mailbox') return address;
  return (
    <span className="st-row-source">
      {address}
      <span className="st-row-quiet">{entry.itemType}</span>
    </span>
  );
}

function Status({ entry }: { readonly entry: Entry }) {
  const resumes = resumeWords(entry);
  return (
    <span className="st-row-status" title={statusTitle(entry)}>
      <StatusChip status={entry.status} />
      {resumes !== undefined && <span className="st-row-quiet">{resumes}</span>}
    </span>
  );
}

function EntryProgress({ entry }: { readonly entry: Entry }) {
  const { text, bar } = progressOfEntry(entry);
  if (bar === undefined) return <span className="st-row-quiet">{text}</span>;
  const { done, failed, total, live } = bar;
  return (
    <span className="st-row-progress">
      <ProgressBar
        label={words.progress.label(entry.sourceAddress)}
        done={done}
        failed={failed}
        total={total}
        live={live}
      />
      <span className="st-row-quiet">{text}</span>
    </span>
  );
}

function Failures({ entry }: { readonly entry: Entry }) {
  const text = failureWords(entry);
  return text === '' ? null : <span className="st-row-bad">{text}</span>;
}

function License({ entry }: { readonly entry: Entry }) {
  const license = licenseWords(entry);
  return license === undefined ? null : <Chip tone={license.tone}>{license.text}</Chip>;
}

function LastPass({ entry }: { readonly entry: Entry }) {
  const pass = passWords(entry);
  if (pass === undefined) return null;
  return (
    <span className="st-row-two">
      <span>{pass.text}</span>
      {pass.at !== undefined && <span className="st-row-quiet">{pass.at}</span>}
    </span>
  );
}
