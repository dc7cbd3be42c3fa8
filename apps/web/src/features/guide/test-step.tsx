import { Anchor, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { $api, api, type Schema } from '../../api/client.ts';
import { Allowed, useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { strings } from '../../strings.ts';
import type { StepProps } from './guide-state.ts';
import { NextButtons } from './next-buttons.tsx';
import { TestPass } from './test-pass.tsx';
import { useAct } from './use-act.ts';

const words = strings.guide.test;
/** Enough to choose one from. */
const CHOICE = 50;

type Entry = Schema<'Entry'>;

/** One mailbox with a trial license, watched until its books are there. */
export function TestStep({ state: { project, done }, search, choose, onNext }: StepProps) {
  const entries = useQuery({
    ...$api.queryOptions('get', '/api/projects/{id}/entries', {
      params: { path: { id: project?.id ?? 0 }, query: { limit: CHOICE } },
    }),
    enabled: project !== undefined,
  });
  const items = entries.data?.items ?? [];
  const entry = items.find((one) => one.id === search.entry) ?? testedOf(items) ?? items[0];
  return (
    <Stack gap="md">
      <Text size="sm">{words.text}</Text>
      <ErrorNotice error={entries.error} onRetry={() => void entries.refetch()} />
      {project !== undefined && entries.isPending && <Pending />}
      {entry === undefined ? (
        !entries.isPending && <Text size="sm">{words.needsList}</Text>
      ) : (
        <>
          <NativeSelect
            label={words.which}
            value={String(entry.id)}
            data={items.map(({ id, sourceAddress, targetAddress }) => ({
              value: String(id),
              label: words.route(sourceAddress, targetAddress),
            }))}
            onChange={({ currentTarget: { value } }) => choose({ entry: Number(value), step: 'test' })}
          />
          {entry.status === 'not started' ? <StartTest entry={entry} /> : <TestPass key={entry.id} entry={entry} />}
        </>
      )}
      <NextButtons done={done.test} onNext={onNext} />
    </Stack>
  );
}

/** The one that was tested with, or at least started. */
const testedOf = (entries: readonly Entry[]): Entry | undefined =>
  entries.find((entry) => entry.licenses.some((license) => license.tier === 'trial' && license.burned)) ??
  entries.find((entry) => entry.status !== 'not started');

const LICENSE_OF = { mailbox: 'mail', drive: 'file', site: 'site', team: 'team', group: 'team' } as const;

function StartTest({ entry }: { readonly entry: Entry }) {
  const type = LICENSE_OF[entry.itemType];
  const balance = $api.useQuery('get', '/api/licenses/balance');
  const trials = balance.data?.items.find((one) => one.type === type && one.tier === 'trial');
  const left = (trials?.available ?? 0) + (entry.licenses.some((one) => one.tier === 'trial' && !one.burned) ? 1 : 0);
  const mayGrant = useMay('admin') && balance.data?.packsOnly !== true;
  const { act, busy, refusal } = useAct();
  if (balance.isPending) return <Pending />;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {left === 0 ? words.noTrials : words.trials(left)} {words.trialOnce}
      </Text>
      <ErrorNotice error={refusal} />
      <Allowed scope="operate" otherwise={<Text size="sm">{strings.guide.operatorNeeded}</Text>}>
        {left > 0 ? (
          <Button
            w="fit-content"
            loading={busy}
            onClick={() =>
              void act(() =>
                api.POST('/api/entries/{id}/start', { params: { path: { id: entry.id } }, body: { tier: 'trial' } }),
              )
            }
          >
            {words.start}
          </Button>
        ) : (
          <Group gap="sm">
            {mayGrant ? (
              <Button
                loading={busy}
                onClick={() =>
                  void act(() => api.POST('/api/licenses/grants', { body: { type, tier: 'trial', quantity: 1 } }))
                }
              >
                {words.grant}
              </Button>
            ) : (
              <Text size="sm">{balance.data?.packsOnly === true ? words.packsOnly : words.noStart}</Text>
            )}
            <Anchor component={Link} to="/licenses" size="sm">
              {words.licenses}
            </Anchor>
          </Group>
        )}
      </Allowed>
    </Stack>
  );
}
