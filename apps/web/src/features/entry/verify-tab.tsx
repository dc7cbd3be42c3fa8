import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { formatDateTime, formatNumber } from '../../lib/format.ts';
import { isLive } from '../../lib/progress.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { VerifyDialog } from './dialogs.tsx';
import { Notes } from './fidelity-notes.tsx';
import { entryRoute, useShow } from './search.ts';
import { type Figure, verifyResultOf } from './verify-result.ts';

const words = strings.entry.verify;

/** What the last verify found: its figures, and what is missing, different or doubled, one by one. */
export function VerifyTab({ entry }: { readonly entry: Schema<'Entry'> }) {
  const report = useQuery($api.queryOptions('get', '/api/entries/{id}/verify', { params: { path: { id: entry.id } } }));
  const { compare } = entryRoute.useSearch();
  const show = useShow();
  const [isAsking, setAsking] = useState(false);
  const mayVerify = useMay('operate') && entry.archivedAt === undefined && !isLive(entry.lastPass);
  const pass = report.data?.pass;
  return (
    <>
      <Panel
        title={words.title}
        lead={pass === undefined ? undefined : words.when(formatDateTime(pass.endedAt ?? pass.createdAt), pass.number)}
        actions={
          mayVerify ? (
            <Button size="xs" variant="default" onClick={() => setAsking(true)}>
              {pass === undefined ? words.run : words.again}
            </Button>
          ) : undefined
        }
      >
        <ErrorNotice error={report.error} onRetry={() => void report.refetch()} />
        {report.isPending && <Skeleton height={120} />}
        {report.data !== undefined &&
          (pass === undefined ? (
            <Text className="st-empty">{words.none}</Text>
          ) : (
            <Outcome pass={pass} outdated={report.data.outdated} />
          ))}
      </Panel>
      {pass !== undefined && report.data !== undefined && verifyResultOf(pass) !== undefined && (
        <Findings entryId={entry.id} pass={pass} findings={report.data.findings} />
      )}
      {isAsking && <VerifyDialog entry={entry} onClose={() => setAsking(false)} />}
      {compare !== undefined && (
        <CompareDialog entryId={entry.id} noteId={compare} onClose={() => show({ compare: undefined })} />
      )}
    </>
  );
}

function Outcome({ pass, outdated }: { readonly pass: Schema<'Pass'>; readonly outdated: boolean }) {
  const result = verifyResultOf(pass);
  if (result === undefined) {
    const error = pass.error as { message?: string; fix?: string } | null | undefined;
    if (isLive(pass)) return <Text className="st-empty">{words.running}</Text>;
    return (
      <Notice tone="bad" title={words.ended}>
        {error?.message} {error?.fix}
      </Notice>
    );
  }
  return (
    <Stack gap="md">
      {outdated && <Notice tone="wait">{words.outdated}</Notice>}
      <Group gap="sm">
        <Chip tone={result.ok ? 'ok' : 'bad'}>{result.ok ? words.ok : words.bad}</Chip>
        <Text size="sm" c="dimmed">
          {words.held(result.source, result.target)}, {words.depth[result.depth]}.
        </Text>
      </Group>
      <dl className="st-figures">
        {result.figures.map(({ name, count }) => (
          <div key={name} className={`st-figure st-figure-${toneOf(name, count)}`}>
            <dt>{words.figure[name]}</dt>
            <dd className="st-figure-count">{formatNumber(count)}</dd>
            <dd className="st-figure-hint">{words.figureHint[name]}</dd>
          </div>
        ))}
      </dl>
    </Stack>
  );
}

const BAD: ReadonlySet<Figure> = new Set(['missing', 'different', 'duplicated']);

function toneOf(name: Figure, count: number): Tone {
  if (count === 0) return 'quiet';
  if (BAD.has(name)) return 'bad';
  return name === 'identical' || name === 'rewritten' ? 'ok' : name === 'notMigrated' ? 'wait' : 'quiet';
}

function Findings({
  entryId,
  pass,
  findings,
}: {
  readonly entryId: number;
  readonly pass: Schema<'Pass'>;
  readonly findings: readonly Schema<'NoteCount'>[];
}) {
  const result = verifyResultOf(pass);
  const listed = findings.reduce((sum, one) => sum + one.objects, 0);
  const found = (result?.figures ?? []).reduce((sum, { name, count }) => (BAD.has(name) ? sum + count : sum), 0);
  return (
    <Panel title={words.findings} lead={listed < found ? words.capped(listed) : undefined}>
      {findings.length === 0 && <Text className="st-empty">{words.noFindings}</Text>}
      {findings.map((one) => (
        <section key={`${one.kind}.${one.code}`} className="st-cause" aria-label={one.reason}>
          <Group gap={8}>
            <Chip tone="bad">{strings.entry.failures.count(one.objects)}</Chip>
            <span className="st-mono st-code">{one.code}</span>
          </Group>
          <Text mt={6} fw={550}>
            {one.reason}
          </Text>
          {words.todo[one.code] !== undefined && (
            <Text size="sm" mt={2}>
              <strong>{strings.entry.failures.todo}:</strong> {words.todo[one.code]}
            </Text>
          )}
          <Notes entryId={entryId} filter={{ code: one.code, pass: pass.number }} reason={one.reason} />
        </section>
      ))}
    </Panel>
  );
}
