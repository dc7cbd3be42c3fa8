import { Group, Loader, Radio, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { formatDuration } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { burnedOf } from './actions.ts';
import { useAct } from './use-act.ts';

const words = strings.entry.start;
type Plan = Schema<'StartPlan'>;
type Tier = Schema<'LicenseBalance'>['tier'];

/** Before a writing pass: what both systems say now, what it burns and what is left, how long it takes. */
export function StartDialog({ entry, onClose }: { readonly entry: Schema<'Entry'>; readonly onClose: () => void }) {
  const act = useAct();
  const [tier, setTier] = useState<Tier>();
  const [reason, setReason] = useState('');
  const plan = useQuery({
    ...$api.queryOptions('get', '/api/entries/{id}/plan', {
      params: { path: { id: entry.id }, query: { live: 'true', ...(tier === undefined ? {} : { tier }) } },
    }),
    // What was so a minute ago is no ground to spend a license.
    staleTime: 0,
    gcTime: 0,
    placeholderData: (before) => before,
  });
  const { data } = plan;
  const burns = data?.license.burns;
  const held = burnedOf(entry);
  const isFirst = data === undefined ? held === undefined : data.kind === 'initial';
  return (
    <ConfirmDialog
      opened
      title={words.title[isFirst ? 'initial' : 'delta']}
      action={burns === undefined ? words.confirm : words.confirmBurn}
      size="lg"
      disabled={data === undefined || data.refusal !== undefined}
      onClose={onClose}
      onConfirm={() =>
        act(() =>
          api.POST('/api/entries/{id}/start', {
            params: { path: { id: entry.id } },
            body: {
              ...(tier === undefined ? {} : { tier }),
              ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
            },
          }),
        )
      }
    >
      <Stack gap="md">
        <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />
        {data === undefined && plan.isFetching && (
          <Group role="status" gap="sm">
            <Loader size="sm" /> <Text size="sm">{words.asking}</Text>
          </Group>
        )}
        {data !== undefined && <PlanWords plan={data} />}
        {data !== undefined && (burns !== undefined || held?.tier === 'trial') && (
          <TierChoice type={data.license.type} tier={tier ?? burns?.tier ?? held?.tier} onChange={setTier} />
        )}
        <TextInput
          label={words.reason}
          description={words.reasonHint}
          value={reason}
          maxLength={2000}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  );
}

const TONES: Readonly<Record<Plan['checklist'][number]['state'], Tone>> = {
  ok: 'ok',
  attention: 'wait',
  problem: 'bad',
  unknown: 'quiet',
};

function PlanWords({ plan }: { readonly plan: Plan }) {
  const { license, estimate, checklist, drift, warnings, refusal } = plan;
  return (
    <Stack gap="md">
      {refusal !== undefined && (
        <Notice tone="bad" title={words.refused}>
          {refusal.message} {refusal.fix}
        </Notice>
      )}
      {refusal === undefined && (
        <Notice tone={license.burns === undefined ? 'busy' : 'wait'} title={words.license}>
          {license.words}
        </Notice>
      )}
      <Section title={words.checklist}>
        <ul className="st-checklist">
          {checklist.map((line) => (
            <li key={line.name}>
              <Chip tone={TONES[line.state]}>{words.state[line.state]}</Chip>
              <span>
                <strong>{line.name}</strong> {line.evidence} {line.fix}
              </span>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={words.estimate}>
        <Text size="sm">
          {estimate.seconds !== undefined && words.estimateOf(formatDuration(estimate.seconds), estimate.objects ?? 0)}{' '}
          {estimate.basis}
        </Text>
      </Section>
      <Lines title={words.drift} lines={drift.words} />
      <Lines title={words.warnings} lines={warnings} />
    </Stack>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Section title={title}>
      <ul className="st-plain-list">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Section>
  );
}

/** Only where there is a choice: for the first start, or to upgrade a trial. */
function TierChoice({
  type,
  tier,
  onChange,
}: {
  readonly type: Schema<'LicenseBalance'>['type'];
  readonly tier: Tier | undefined;
  readonly onChange: (tier: Tier | undefined) => void;
}) {
  const balances = useQuery($api.queryOptions('get', '/api/licenses/balance')).data?.items.filter(
    (one) => one.type === type && (one.available > 0 || one.tier === tier),
  );
  if (balances === undefined || balances.length < 2) return null;
  return (
    <Radio.Group
      label={words.tier}
      value={tier ?? ''}
      onChange={(value) => onChange(balances.find((one) => one.tier === value)?.tier)}
    >
      <Group gap="lg" mt={6}>
        {balances.map((one) => (
          <Radio key={one.tier} value={one.tier} label={words.tierNow(strings.entry.tiers[one.tier], one.available)} />
        ))}
      </Group>
    </Radio.Group>
  );
}
