import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { Fact } from '../entry/entry-facts.tsx';
import { passOf, type Remigration } from './flow-state.ts';
import { PassWatch } from './pass-watch.tsx';
import '../entry/entry.css';
import './remigration.css';
import { Verified } from './verified.tsx';

const words = strings.remigration.bulk;
const route = getRouteApi('/app/bulk-remigrations/$bulkId');

type Bulk = Schema<'BulkRemigration'>;

const TONES: Readonly<Record<Bulk['state'], Tone>> = {
  pilot: 'busy',
  asks: 'wait',
  rest: 'busy',
  done: 'ok',
  cancelled: 'quiet',
};

const bulkQuery = (bulkId: string) =>
  $api.queryOptions('get', '/api/bulk-remigrations/{bulkId}', { params: { path: { bulkId } } });

/** One goes first; a person looks at it and decides; then the others. */
export function BulkPage() {
  const { bulkId } = route.useParams();
  const { data: bulk } = useSuspenseQuery(bulkQuery(bulkId));
  const { pilot, state } = bulk;
  const mayOperate = useMay('operate');
  return (
    <Page
      title={words.page}
      lead={<Chip tone={TONES[state]}>{words.state[state]}</Chip>}
      above={
        pilot.projectId === undefined ? undefined : (
          <TextLink size="sm" to="/projects/$projectId/list" params={{ projectId: pilot.projectId }}>
            {strings.shell.list}
          </TextLink>
        )
      }
    >
      {state === 'asks' && mayOperate && <Decision bulk={bulk} />}
      <Pilot pilot={pilot} />
      {state === 'pilot' && bulk.waiting.length > 0 && (
        <Text size="sm" c="dimmed">
          {words.waiting(bulk.waiting.length)}
        </Text>
      )}
      <Rest bulk={bulk} />
      {bulk.refused.length > 0 && (
        <Panel title={words.refusedHead}>
          <List size="sm">
            {bulk.refused.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </Panel>
      )}
    </Page>
  );
}

function Decision({ bulk }: { readonly bulk: Bulk }) {
  const queryClient = useQueryClient();
  const { busy, refusal, submit } = useApiForm({ initialValues: {} });
  const count = bulk.waiting.length;
  const decide = async (go: boolean): Promise<void> => {
    const now = await dataOf(
      api.POST('/api/bulk-remigrations/{bulkId}/continue', { params: { path: { bulkId: bulk.id } }, body: { go } }),
    );
    queryClient.setQueryData(bulkQuery(bulk.id).queryKey, now);
  };
  return (
    <form onSubmit={submit(() => decide(true))}>
      <Panel title={words.ask}>
        <Stack gap="sm">
          <Text size="sm">{words.askHint(count)}</Text>
          <ErrorNotice error={refusal} />
          <Group gap="xs">
            <Button type="submit" loading={busy}>
              {words.go(count)}
            </Button>
            <Button variant="default" disabled={busy} onClick={() => submit(() => decide(false))()}>
              {words.end}
            </Button>
            <Text size="sm" c="dimmed">
              {words.endSure}
            </Text>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}

function Pilot({ pilot }: { readonly pilot: Remigration }) {
  const verifyId = passOf(pilot, 'verify');
  const verify = useQuery({
    ...$api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: verifyId ?? 0 } } }),
    enabled: verifyId !== undefined,
  }).data;
  const { waitingFor, problem, fix, newEntryId, entryId } = pilot;
  return (
    <Panel
      title={words.pilotHead}
      lead={strings.remigration.flow.of(pilot.sourceAddress, pilot.targetAddress)}
      actions={<RemigrationLink remigration={pilot}>{words.open}</RemigrationLink>}
    >
      <Stack gap="sm">
        {problem !== undefined && (
          <Notice tone="bad" title={words.pilotStuck}>
            {problem} {fix}
          </Notice>
        )}
        {waitingFor !== undefined ? (
          <PassWatch passId={waitingFor.passId} />
        ) : (
          problem === undefined && <StepWords remigration={pilot} />
        )}
        {verify !== undefined && <Verified pass={verify} entryId={newEntryId ?? entryId} />}
      </Stack>
    </Panel>
  );
}

function StepWords({ remigration }: { readonly remigration: Remigration }) {
  const tone: Tone = remigration.step === 'done' ? 'ok' : remigration.step === 'cancelled' ? 'quiet' : 'busy';
  return (
    <div>
      <Chip tone={remigration.problem === undefined ? tone : 'bad'}>
        {strings.remigration.flow.step[remigration.step]}
      </Chip>
    </div>
  );
}

const RemigrationLink = ({
  remigration,
  children,
}: {
  readonly remigration: Remigration;
  readonly children: React.ReactNode;
}) => (
  <TextLink size="sm" to="/remigrations/$remigrationId" params={{ remigrationId: remigration.id }}>
    {children}
  </TextLink>
);

const COUNTS = ['needPerson', 'differ', 'underWay', 'done', 'cancelled'] as const;

function Rest({ bulk }: { readonly bulk: Bulk }) {
  const { rest, counts } = bulk;
  if (counts.begun === 0) return null;
  return (
    <Panel title={words.restHead} lead={words.progress(counts.done, counts.begun)} flush>
      <div className="st-panel-body">
        <ProgressBar
          label={words.restHead}
          done={counts.done}
          failed={counts.needPerson}
          total={counts.begun}
          live={bulk.state === 'rest'}
          tall
        />
        <dl className="st-facts">
          {COUNTS.map((name) => (
            <Fact key={name} name={words.counts[name]}>
              {counts[name]}
            </Fact>
          ))}
        </dl>
      </div>
      <ScrollRegion label={words.restHead} className="st-bulk">
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{words.column.entry}</th>
              <th scope="col">{words.column.step}</th>
              <th scope="col">{words.column.verified}</th>
              <th scope="col">{words.column.next}</th>
            </tr>
          </thead>
          <tbody>
            {rest.map((one) => (
              <tr key={one.id}>
                <td className="st-break">
                  <RemigrationLink remigration={one}>{one.sourceAddress}</RemigrationLink>
                </td>
                <td>
                  <StepWords remigration={one} />
                </td>
                <td>
                  {one.verified !== undefined && (
                    <Chip tone={one.verified === 'ok' ? 'ok' : 'bad'}>{words.verified[one.verified]}</Chip>
                  )}
                </td>
                <td>{one.problem === undefined ? one.next : `${one.problem} ${one.fix ?? ''}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rest.length < counts.begun && (
        <Text size="sm" c="dimmed" className="st-panel-body">
          {words.shown(rest.length, counts.begun)}
        </Text>
      )}
    </Panel>
  );
}
