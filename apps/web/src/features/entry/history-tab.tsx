import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { $api, type Schema } from '../../api/client.ts';
import { BooksBar, booksSentence } from '../../components/books-bar.tsx';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { formatBytes, formatDateTime, formatDuration, formatMoment } from '../../lib/format.ts';
import { useLiveEvents } from '../../live/live-events.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { StatusChip } from '../../shell/status-chip.tsx';
import { toneOf } from '../../shell/status-tone.ts';
import type { UndoCounts } from '../../strings/entry.ts';
import { strings } from '../../strings.ts';
import { nameOfSetting, valueInWords } from '../settings/setting-words.ts';
import { changesBetween } from '../settings/settings-changes.ts';
import { DryRunFindings } from './dry-run-findings.tsx';
import { AuditTrail, LicenseHistory } from './history-lists.tsx';
import { MoreButton } from './more-button.tsx';
import { PreprocessReport } from './preprocess-report.tsx';
import { usePasses } from './queries.ts';
import { UndoPass, undoableOf } from './undo-pass.tsx';
import { verifyResultOf } from './verify-result.ts';

const words = strings.entry.passes;
type Pass = Schema<'Pass'>;

/** What happened to the entry: its passes, its licenses, and who did what. */
export function HistoryTab({ entry }: { readonly entry: Schema<'Entry'> }) {
  return (
    <>
      <Drift entryId={entry.id} />
      <Timeline entry={entry} />
      <LicenseHistory entryId={entry.id} />
      <AuditTrail entryId={entry.id} />
    </>
  );
}

/** What counts now beside what the first pass ran with. */
function Drift({ entryId }: { readonly entryId: number }) {
  const plan = useQuery($api.queryOptions('get', '/api/entries/{id}/plan', { params: { path: { id: entryId } } }));
  // Plans are not read again by themselves.
  useLiveEvents((events) => {
    if (events === undefined || events.some((event) => event.type === 'project' || event.type === 'entry'))
      void plan.refetch();
  });
  const changed = plan.data?.drift.words ?? [];
  if (changed.length === 0) return null;
  return (
    <Notice tone="wait" title={strings.entry.drift.title}>
      <ul className="st-plain-list">
        {changed.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Text size="sm">{strings.entry.drift.lead}</Text>
    </Notice>
  );
}

function Timeline({ entry }: { readonly entry: Schema<'Entry'> }) {
  const query = usePasses(entry.id);
  const passes = query.data?.pages.flatMap((page) => page.items) ?? [];
  /** The writing pass before that one, as far as it is loaded. */
  const before = (index: number): Pass | undefined => passes.slice(index + 1).find(isWriting);
  const undoable = undoableOf(entry, passes);
  return (
    <Panel title={words.title}>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <Skeleton height={120} />}
      {query.isSuccess && passes.length === 0 && <Text className="st-empty">{words.none}</Text>}
      {passes.length > 0 && (
        <ol className="st-timeline">
          {passes.map((pass, index) => (
            <TimelinePass
              key={pass.id}
              pass={pass}
              before={isWriting(pass) ? before(index) : undefined}
              isOvertaken={passes.slice(0, index).some(isWriting)}
            >
              {pass === undoable && <UndoPass entry={entry} pass={pass} passes={passes} />}
            </TimelinePass>
          ))}
        </ol>
      )}
      <MoreButton
        shown={query.hasNextPage}
        busy={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      />
    </Panel>
  );
}

const isWriting = (pass: Pass): boolean => pass.kind === 'initial' || pass.kind === 'delta';

function TimelinePass({
  pass,
  before,
  isOvertaken,
  children,
}: {
  readonly pass: Pass;
  readonly before: Pass | undefined;
  /** A later pass has written: what this one foretold of a start is over. */
  readonly isOvertaken: boolean;
  /** What can be done with it. */
  readonly children: ReactNode;
}) {
  const kind = pass.undo?.mode === 'plan' ? words.undoPlan : (strings.common.passKind[pass.kind] ?? pass.kind);
  const name = words.heading(kind, pass.number);
  const error = pass.error as { message?: string; fix?: string } | null | undefined;
  return (
    <li className={`st-timeline-pass st-timeline-${toneOf(pass.status)}`}>
      <div className="st-timeline-head">
        <strong>{name}</strong>
        <StatusChip status={pass.status} />
        {pass.books !== undefined && (
          <TextLink
            size="sm"
            to="/entries/$entryId"
            params={{ entryId: pass.entryId }}
            search={{ tab: 'books', pass: pass.id }}
          >
            {words.open}
          </TextLink>
        )}
        {pass.kind === 'verify' && (
          <TextLink size="sm" to="/entries/$entryId" params={{ entryId: pass.entryId }} search={{ tab: 'verify' }}>
            {words.openVerify}
          </TextLink>
        )}
        {children}
      </div>
      <Text size="sm" c="dimmed">
        {span(pass)}
        {pass.activeSeconds >= 1 && ` · ${words.took(formatDuration(pass.activeSeconds))}`}
        {` · ${words.by(pass.requestedBy)}`}
      </Text>
      {pass.reason !== undefined && <Text size="sm">{words.reason(pass.reason)}</Text>}
      {pass.books !== undefined && (
        <div className="st-timeline-books">
          <BooksBar label={name} books={pass.books} />
          <Text size="sm" className="st-sentence" aria-hidden>
            {booksSentence(pass.books)}
          </Text>
        </div>
      )}
      {pass.undoneBy !== undefined && <Text size="sm">{words.undone(pass.undoneBy)}</Text>}
      <Result pass={pass} isOvertaken={isOvertaken} />
      {error?.message !== undefined && (
        <Text size="sm" className="st-timeline-error">
          {error.message} {error.fix}
        </Text>
      )}
      {before !== undefined && before.settingsVersion !== pass.settingsVersion && (
        <SettingsChanged before={before} after={pass} />
      )}
    </li>
  );
}

function span(pass: Pass): string {
  if (pass.startedAt === undefined) return `${formatDateTime(pass.createdAt)}, ${words.queued}`;
  const from = formatDateTime(pass.startedAt);
  return pass.endedAt === undefined ? from : `${from} – ${formatMoment(pass.endedAt, new Date(pass.startedAt))}`;
}

/** What a pass without books has found or done. */
function Result({ pass, isOvertaken }: { readonly pass: Pass; readonly isOvertaken: boolean }) {
  if (pass.kind === 'verify') {
    const result = verifyResultOf(pass);
    return result === undefined ? null : <Text size="sm">{result.ok ? words.verified : words.notVerified}</Text>;
  }
  if (pass.kind === 'audit') {
    const result = pass.result as
      | { containers: unknown[]; objects: number; bytes: number; tooLarge: number }
      | null
      | undefined;
    if (!result) return null;
    return (
      <Text size="sm">
        {words.audit(result.containers.length, result.objects, formatBytes(result.bytes))}{' '}
        {result.tooLarge > 0 && words.tooLarge(result.tooLarge)}
      </Text>
    );
  }
  if (pass.kind === 'preprocess') return <PreprocessReport pass={pass} />;
  if (pass.kind === 'finish') {
    const result = pass.result as { finished: readonly string[]; refused: readonly string[] } | null | undefined;
    return result?.finished === undefined ? null : <Text size="sm">{words.gaveBack(result)}</Text>;
  }
  if (pass.kind === 'dry-run')
    return pass.status.startsWith('completed') ? <DryRunFindings passId={pass.id} isOvertaken={isOvertaken} /> : null;
  if (pass.kind === 'undo') {
    const result = pass.result as UndoCounts | null | undefined;
    return result?.created === undefined ? null : <Text size="sm">{words.undo(result)}</Text>;
  }
  if (pass.kind === 'empty') {
    const result = pass.result as { objects?: number } | null | undefined;
    return result?.objects === undefined ? null : <Text size="sm">{words.emptied(result.objects)}</Text>;
  }
  return null;
}

function SettingsChanged({ before, after }: { readonly before: Pass; readonly after: Pass }) {
  const changes = changesBetween(before.settings, after.settings);
  return (
    <div className="st-timeline-drift">
      <Text size="sm" fw={600}>
        {words.drift(before.number)}
      </Text>
      <ul className="st-plain-list">
        {changes.map((change) => (
          <li key={change.field}>
            {words.driftOf(
              nameOfSetting(change.field),
              valueInWords(change.field, change.before),
              valueInWords(change.field, change.after),
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
