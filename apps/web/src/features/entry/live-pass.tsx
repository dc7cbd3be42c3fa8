import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { formatBytes, formatDuration, formatMoment, formatNumber, formatRate } from '../../lib/format.ts';
import { type Progress, progressOf } from '../../lib/progress.ts';
import { Panel } from '../../shell/page.tsx';
import { StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { Fact } from './entry-facts.tsx';
import { Resumes } from './resumes.tsx';

const words = strings.entry.live;

/** The pass that is under way: where it is, how fast, how long still, and what it waits for. */
export function LivePass({ passId }: { readonly passId: number }) {
  const { data: pass } = useQuery($api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: passId } } }));
  if (pass === undefined) return null;
  const progress = progressOf(pass);
  const kind = strings.common.passKind[pass.kind] ?? pass.kind;
  const title = words.title[pass.status as keyof typeof words.title] ?? words.title.running;
  return (
    <Panel title={title(kind, pass.number)} actions={<StatusChip status={pass.status} />}>
      <Stack gap="sm">
        {pass.stopRequested && <Text size="sm">{words.stopping}</Text>}
        {pass.status === 'pending' && (
          <Notice tone="wait" title={(pass.error as { message?: string } | null | undefined)?.message}>
            {pass.resumeAt !== undefined && <Resumes at={pass.resumeAt} />}
          </Notice>
        )}
        {progress !== undefined && isUnderWay(pass.status, progress) && <Figures progress={progress} />}
      </Stack>
    </Panel>
  );
}

/** Zeroes of a pass that waits for its first answer would say nothing. */
const isUnderWay = (status: string, progress: Progress): boolean =>
  progress.phase !== undefined && (status === 'running' || progress.objects + progress.planned > 0);

function Figures({ progress }: { readonly progress: Progress }) {
  const { objects, planned, failed, bytes, etaSeconds, throttledUntil, throttledBy, workers = 1 } = progress;
  const total = objects + planned;
  const isThrottled = throttledUntil !== null && new Date(throttledUntil).getTime() > Date.now();
  return (
    <>
      {isThrottled && <Notice tone="wait">{words.throttled(formatMoment(throttledUntil), throttledBy)}</Notice>}
      <ProgressBar label={words.label} done={objects - failed} failed={failed} total={total} live tall />
      <dl className="st-entry-pairs st-entry-pairs-wide">
        <Fact name={words.phase}>{words.phases[progress.phase] ?? progress.phase}</Fact>
        {progress.container !== null && <Fact name={words.folder}>{progress.container}</Fact>}
        <Fact name={words.done}>{planned > 0 ? words.of(objects, total) : words.counted(objects)}</Fact>
        <Fact name={words.transferred}>{formatBytes(bytes)}</Fact>
        <Fact name={words.rate}>
          {words.perSecond(formatNumber(progress.objectsPerSecond))} · {formatRate(progress.bytesPerSecond)}
        </Fact>
        <Fact name={words.eta}>
          {etaSeconds === null
            ? words.unknown
            : words.etaAt(formatDuration(etaSeconds), formatMoment(Date.now() + etaSeconds * 1000))}
        </Fact>
        {workers > 1 && <Fact name={words.workers}>{formatNumber(workers)}</Fact>}
        {failed > 0 && <Fact name={words.failed}>{formatNumber(failed)}</Fact>}
      </dl>
    </>
  );
}
