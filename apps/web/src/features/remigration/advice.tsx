import { Button, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { formatDuration } from '../../lib/format.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { Fact } from '../entry/entry-facts.tsx';
import { verifyResultOf } from '../entry/verify-result.ts';
import { PlanEvidence } from './plan-evidence.tsx';
import { type Choice, type Facts, type Ground, type Problem, REASON_OF, recommend } from './recommend.ts';
import { Verified } from './verified.tsx';

const words = strings.remigration.advisor;

type Entry = Schema<'Entry'>;
type Plan = Schema<'RemigrationPlan'>;

/** A verify of the last hour is of now: people who just had it done need not do it again. */
const FRESH_MS = 3_600_000;

export function Advice({
  entry,
  problem,
  target,
  plan,
}: {
  readonly entry: Entry;
  readonly problem: Problem;
  readonly target: string | undefined;
  readonly plan: Plan;
}) {
  const verified = useQuery(
    $api.queryOptions('get', '/api/entries/{id}/verify', { params: { path: { id: entry.id } } }),
  );
  if (verified.isPending) return null;
  const trial = entry.licenses[0]?.tier === 'trial';
  const pass = verified.data?.pass;
  const facts: Facts = {
    plan,
    status: entry.status,
    otherTarget: target !== undefined && target.toLowerCase() !== entry.targetAddress.toLowerCase(),
    trial,
    verified: verified.data?.outdated === false ? verifiedOf(pass) : undefined,
  };
  const { choice, ground } = recommend(problem, facts);
  const others = (['delta', 'verify', 'remigration'] as const).filter(
    (one) =>
      one !== choice &&
      // Another target can't be had by either of the others; what never ran can't be verified or repeated.
      ground !== 'otherTarget' &&
      ground !== 'neverStarted',
  );
  const option = (one: Choice, why: ReactNode): ReactNode => (
    <Option
      key={one}
      choice={one}
      entry={entry}
      plan={plan}
      problem={problem}
      target={facts.otherTarget ? target : undefined}
      upgrade={trial && ground === 'trial'}
      recommended={one === choice}
      why={why}
    />
  );
  return (
    <Stack gap="lg">
      {option(choice, <Why ground={ground} reason={plan.wouldDeltaDo.reason} entry={entry} />)}
      {pass !== undefined && verifyResultOf(pass) !== undefined && (
        <Panel title={words.verified}>
          {verified.data?.outdated === true && <Text size="sm">{words.outdated}</Text>}
          <Verified pass={pass} entryId={entry.id} />
        </Panel>
      )}
      <PlanEvidence plan={plan} />
      {others.length > 0 && (
        <section aria-label={words.others}>
          <Title order={2} mb="sm">
            {words.others}
          </Title>
          <div className="st-others">{others.map((one) => option(one, undefined))}</div>
        </section>
      )}
    </Stack>
  );
}

function verifiedOf(pass: Schema<'Pass'> | undefined): Facts['verified'] {
  const result = pass === undefined ? undefined : verifyResultOf(pass);
  if (result === undefined || pass?.endedAt === undefined) return undefined;
  const count = (name: string): number => result.figures.find((one) => one.name === name)?.count ?? 0;
  return {
    ok: result.ok,
    missing: count('missing'),
    notMigrated: count('notMigrated'),
    fresh: Date.now() - new Date(pass.endedAt).getTime() < FRESH_MS,
  };
}

/** Where the settings have to be changed first. */
const ABOUT_SETTINGS: ReadonlySet<Ground> = new Set(['settingsSame', 'filtered']);

function Why({ ground, reason, entry }: { readonly ground: Ground; readonly reason: string; readonly entry: Entry }) {
  return (
    <Stack gap={6}>
      <Text fw={550}>{words.ground[ground]}</Text>
      <Text size="sm" c="dimmed">
        {words.planSays}: {reason}
      </Text>
      {ABOUT_SETTINGS.has(ground) && entry.projectId !== undefined && (
        <TextLink size="sm" to="/projects/$projectId/settings" params={{ projectId: entry.projectId }}>
          {words.changeSettings}
        </TextLink>
      )}
    </Stack>
  );
}

interface OptionProps {
  readonly choice: Choice;
  readonly entry: Entry;
  readonly plan: Plan;
  readonly problem: Problem;
  /** Another target address than the entry's. */
  readonly target: string | undefined;
  readonly upgrade: boolean;
  readonly recommended: boolean;
  readonly why: ReactNode;
}

/** One way to go on: what it is, what it costs and doubles, and the button that takes it. */
function Option(props: OptionProps) {
  const { choice, entry, recommended, why } = props;
  const isFirst = choice === 'delta' && entry.status === 'not started';
  return (
    <section className="st-panel st-option" data-recommended={recommended || undefined}>
      <div className="st-panel-body">
        {recommended && <div className="st-option-mark">{words.recommends}</div>}
        {recommended ? (
          <Title order={2} size="1.25rem">
            {isFirst ? words.firstPass : words.choice[choice]}
          </Title>
        ) : (
          <Title order={3} size="1rem">
            {words.choice[choice]}
          </Title>
        )}
        <Text size="sm" c="dimmed" mb="sm">
          {words.choiceLine[choice]}
        </Text>
        {why}
        <Costs {...props} />
        {useMay('operate') ? (
          choice === 'remigration' ? (
            <Begin {...props} />
          ) : (
            <Start {...props} />
          )
        ) : (
          <Text size="sm">{strings.remigration.flow.readOnly}</Text>
        )}
      </div>
    </section>
  );
}

function Costs({ choice, entry, plan, upgrade }: OptionProps) {
  const start = useQuery({
    ...$api.queryOptions('get', '/api/entries/{id}/plan', {
      params: { path: { id: entry.id }, query: { live: 'false', ...(upgrade ? { tier: 'standard' } : {}) } },
    }),
    enabled: choice === 'delta',
  }).data;
  const license = choice === 'remigration' ? plan.license : choice === 'delta' ? start?.license : undefined;
  const { seconds } = plan.estimate;
  return (
    <dl className="st-facts st-option-costs">
      <Fact name={words.cost}>
        {choice === 'verify' ? words.free : (license?.words ?? '…')}{' '}
        {choice === 'remigration' && license?.balance !== undefined && license.burns === undefined && (
          <TextLink size="sm" to="/licenses">
            {words.toLicenses}
          </TextLink>
        )}
      </Fact>
      <Fact name={words.duplicates}>
        {choice === 'remigration'
          ? plan.duplicates.words
          : choice === 'verify'
            ? words.nothingWritten
            : words.noDuplicates}
      </Fact>
      <Fact name={words.time}>
        {choice === 'verify'
          ? words.readsAll
          : choice === 'delta'
            ? words.shorter
            : seconds === undefined
              ? words.unknownTime
              : words.takes(formatDuration(seconds))}
      </Fact>
      {choice === 'remigration' && <Fact name={words.targetNow}>{plan.target.words}</Fact>}
      {choice !== 'verify' && <Fact name={words.changed}>{plan.sourceChanged.words}</Fact>}
    </dl>
  );
}

/** The delta pass, or verify: one click. */
function Start({ choice, entry, upgrade, recommended }: OptionProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { busy, refusal, submit } = useApiForm({ initialValues: {} });
  const path = { params: { path: { id: entry.id } } };
  return (
    <form
      onSubmit={submit(async () => {
        if (choice === 'verify') {
          await api.POST('/api/entries/{id}/verify', { ...path, body: {} });
          await queryClient.invalidateQueries({ queryKey: ['get', '/api/passes'] });
          return;
        }
        await api.POST('/api/entries/{id}/start', { ...path, body: upgrade ? { tier: 'standard' } : {} });
        await navigate({ to: '/entries/$entryId', params: { entryId: entry.id } });
      })}
    >
      <ErrorNotice error={refusal} />
      <Group mt="md">
        <Button type="submit" loading={busy} variant={recommended ? 'filled' : 'default'}>
          {choice === 'verify'
            ? words.startVerify
            : entry.status === 'not started'
              ? words.startFirst
              : words.startDelta}
        </Button>
      </Group>
    </form>
  );
}

function Begin({ entry, problem, target, recommended }: OptionProps) {
  const navigate = useNavigate();
  const { form, busy, refusal, submit } = useApiForm({ initialValues: { note: '' } });
  return (
    <form
      onSubmit={submit(async ({ note }) => {
        const { id } = await dataOf(
          api.POST('/api/entries/{id}/remigrations', {
            params: { path: { id: entry.id } },
            body: {
              reason: REASON_OF[problem],
              note,
              ...(target === undefined ? {} : { targetAddress: target }),
            },
          }),
        );
        await navigate({ to: '/remigrations/$remigrationId', params: { remigrationId: id } });
      })}
    >
      <Stack gap="sm" mt="md" maw={560}>
        <Textarea
          label={words.note}
          placeholder={words.notePlaceholder}
          autosize
          minRows={2}
          {...form.getInputProps('note')}
        />
        <ErrorNotice error={refusal} />
        <Group gap="sm">
          <Button type="submit" loading={busy} variant={recommended ? 'filled' : 'default'}>
            {words.begin}
          </Button>
          <Text size="sm" c="dimmed" flex="1 1 14rem">
            {words.beginHint}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
