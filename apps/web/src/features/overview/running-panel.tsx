import { Text } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { formatDuration, formatRate, formatTime } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';

const words = strings.overview.running;

type Running = Schema<'RunningPass'>;

export function RunningPanel({ passes }: { readonly passes: Schema<'Overview'>['passes'] }) {
  const { items, running, queued } = passes;
  return (
    <Panel title={words.title} flush>
      {items.length === 0 ? (
        <p className="st-empty st-empty-small">{queued > 0 ? words.noneQueued(queued) : words.none}</p>
      ) : (
        <div className="st-running">
          <table className="st-table">
            <caption className="st-hidden">{words.caption}</caption>
            <thead>
              <tr>
                <th scope="col">{words.entry}</th>
                <th scope="col">{words.pass}</th>
                <th scope="col">{words.progress}</th>
                <th scope="col" className="st-number">
                  {words.speed}
                </th>
                <th scope="col" className="st-number">
                  {words.left}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((pass) => (
                <RunningRow key={pass.id} pass={pass} />
              ))}
            </tbody>
          </table>
          {running > items.length && <p className="st-running-more">{words.more(running - items.length)}</p>}
        </div>
      )}
    </Panel>
  );
}

function RunningRow({ pass }: { readonly pass: Running }) {
  const moves = pass.objectsPerSecond > 0 || pass.bytesPerSecond > 0;
  return (
    <tr>
      <td>
        <EntryName pass={pass} />
        <div className="st-second-line">
          {[pass.projectName, pass.batch].filter((part) => part !== undefined).join(' · ')}
        </div>
      </td>
      <td>
        {strings.common.passKind[pass.kind] ?? pass.kind}
        <div className="st-second-line">{words.phase[pass.phase ?? 'starting'] ?? pass.phase}</div>
      </td>
      <td className="st-running-progress">
        <Progress pass={pass} />
      </td>
      <td className="st-number">
        {moves && (
          <>
            {words.perSecond(pass.objectsPerSecond)}
            <div className="st-second-line">{formatRate(pass.bytesPerSecond)}</div>
          </>
        )}
      </td>
      <td className="st-number">
        {pass.etaSeconds !== undefined && formatDuration(pass.etaSeconds)}
        {pass.throttledUntil !== undefined && (
          <div className="st-second-line" title={pass.throttledBy?.reason}>
            {words.throttledUntil(formatTime(pass.throttledUntil), pass.throttledBy?.side)}
          </div>
        )}
      </td>
    </tr>
  );
}

function EntryName({ pass }: { readonly pass: Running }) {
  if (pass.purpose !== 'migration')
    return (
      <Text size="sm" fw={500} className="st-address">
        {pass.purpose === 'restore' ? words.restore : words.backup}: {pass.sourceAddress}
      </Text>
    );
  return (
    <TextLink to="/entries/$entryId" params={{ entryId: pass.entryId }} className="st-address" size="sm" fw={500}>
      {pass.sourceAddress}
    </TextLink>
  );
}

function Progress({ pass }: { readonly pass: Running }) {
  const failed = pass.failed > 0 ? words.failed(pass.failed) : undefined;
  if (pass.planned === undefined)
    return <div className="st-second-line">{[pass.folder, failed].filter(Boolean).join(' · ')}</div>;
  const total = pass.objects + pass.planned;
  return (
    <>
      <ProgressBar
        label={words.progressOf(pass.sourceAddress)}
        done={pass.objects}
        failed={pass.failed}
        total={total}
        live
      />
      <div className="st-second-line">
        {[words.of(pass.objects, total), failed, pass.folder].filter(Boolean).join(' · ')}
      </div>
    </>
  );
}
