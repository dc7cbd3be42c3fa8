import { Radio, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { strings } from '../../strings.ts';
import { burnedOf } from './actions.ts';
import { useAct } from './use-act.ts';

const words = strings.entry;

interface DialogProps {
  readonly entry: Schema<'Entry'>;
  readonly onClose: () => void;
}

const pathOf = (entry: Schema<'Entry'>) => ({ path: { id: entry.id } });

/** What it does, and below what it costs. */
function Words({ does, costs }: { readonly does: string; readonly costs?: string | undefined }) {
  return (
    <Stack gap={6}>
      <Text size="sm">{does}</Text>
      {costs !== undefined && (
        <Text size="sm" fw={600}>
          {costs}
        </Text>
      )}
    </Stack>
  );
}

export function StopDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.stop.title}
      action={words.actions.stop}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/stop', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.stop.hint} costs={words.stop.free} />
      </Stack>
    </ConfirmDialog>
  );
}

/** Wakes a pass that waits. */
export function ResumeDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.resume.now}
      action={words.actions.resumeNow}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/resume', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.resume.nowHint} costs={words.retry.free} />
      </Stack>
    </ConfirmDialog>
  );
}

/** @param group only what failed for this cause */
export function RetryDialog({ entry, group, onClose }: DialogProps & { readonly group?: Schema<'FailureGroup'> }) {
  const act = useAct();
  const isOne = group !== undefined;
  return (
    <ConfirmDialog
      opened
      title={isOne ? words.retry.titleOne : words.retry.title}
      action={isOne ? words.failures.retry : words.actions.retry}
      onClose={onClose}
      onConfirm={() =>
        act(() =>
          api.POST('/api/entries/{id}/retry', {
            params: pathOf(entry),
            body: isOne ? { codes: [group.code] } : {},
          }),
        )
      }
    >
      <Stack gap="md">
        {isOne && (
          <Text size="sm" className="st-quote">
            {group.reason} {group.fix}
          </Text>
        )}
        <Words does={isOne ? words.retry.hintOne(group.objects) : words.retry.hint} costs={words.retry.free} />
        <Text size="sm">{words.retry.remember}</Text>
      </Stack>
    </ConfirmDialog>
  );
}

const DEPTHS = ['content', 'keys'] as const;

export function VerifyDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  const [depth, setDepth] = useState<(typeof DEPTHS)[number]>('content');
  return (
    <ConfirmDialog
      opened
      title={words.verifyDialog.title}
      action={words.actions.verify}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/verify', { params: pathOf(entry), body: { depth } }))}
    >
      <Stack gap="md">
        <Words does={words.verifyDialog.hint} costs={words.verifyDialog.free} />
        <Radio.Group
          label={words.verifyDialog.depth}
          value={depth}
          onChange={(value) => setDepth(DEPTHS.find((one) => one === value) ?? 'content')}
        >
          <Stack gap="xs" mt={6}>
            {DEPTHS.map((one) => (
              <Radio key={one} value={one} label={words.verifyDialog.depths[one]} />
            ))}
          </Stack>
        </Radio.Group>
      </Stack>
    </ConfirmDialog>
  );
}

export function PreprocessDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.preprocess.title}
      action={words.actions.preprocess}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/preprocess', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.preprocess.hint(entry.itemType)} costs={words.preprocess.free} />
      </Stack>
    </ConfirmDialog>
  );
}

/** Of a team, whose channels or spaces a pass may have left to nobody. */
export function FinishDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.finish.title}
      action={words.actions.finish}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/finish', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.finish.hint} costs={words.finish.free} />
        <Text size="sm">{words.finish.final}</Text>
      </Stack>
    </ConfirmDialog>
  );
}

export function AuditDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.audit.title}
      action={words.actions.audit}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/audit', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.audit.hint} costs={words.audit.free} />
      </Stack>
    </ConfirmDialog>
  );
}

export function DryRunDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.dryRun.title}
      action={words.actions.dryRun}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/entries/{id}/dry-run', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.dryRun.hint} costs={words.dryRun.free} />
      </Stack>
    </ConfirmDialog>
  );
}

type Tier = Schema<'LicenseBalance'>['tier'];

export function AssignDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  const [chosen, setTier] = useState<Tier>();
  // Which type of license it takes is the server's to say.
  const type = useQuery($api.queryOptions('get', '/api/entries/{id}/plan', { params: pathOf(entry) })).data?.license
    .type;
  const all = useQuery($api.queryOptions('get', '/api/licenses/balance')).data?.items;
  const balances = type === undefined ? undefined : all?.filter((one) => one.type === type && one.available > 0);
  const tier = chosen ?? balances?.find((one) => one.tier === 'standard')?.tier ?? balances?.[0]?.tier;
  return (
    <ConfirmDialog
      opened
      title={words.assign.title}
      action={words.assign.confirm}
      disabled={tier === undefined}
      onClose={onClose}
      onConfirm={() =>
        act(() =>
          api.POST('/api/entries/{id}/license', { params: pathOf(entry), body: tier === undefined ? {} : { tier } }),
        )
      }
    >
      <Stack gap="md">
        <Words does={words.assign.hint} costs={balances?.length === 0 ? words.assign.none : undefined} />
        {balances !== undefined && balances.length > 0 && (
          <Radio.Group
            label={words.start.tier}
            value={tier ?? ''}
            onChange={(value) => setTier(balances.find((one) => one.tier === value)?.tier)}
          >
            <Stack gap="xs" mt={6}>
              {balances.map((one) => (
                <Radio
                  key={one.tier}
                  value={one.tier}
                  label={words.assign.left(words.tiers[one.tier], one.available, one.available - 1)}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
      </Stack>
    </ConfirmDialog>
  );
}

export function ReleaseDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  const license = entry.licenses.find((one) => !one.burned);
  return (
    <ConfirmDialog
      opened
      title={words.release.title}
      action={words.release.confirm}
      onClose={onClose}
      onConfirm={() => act(() => api.DELETE('/api/entries/{id}/license', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.release.hint(license?.id ?? '')} />
      </Stack>
    </ConfirmDialog>
  );
}

export function DeleteDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  const burned = burnedOf(entry);
  const assigned = entry.licenses.find((one) => !one.burned);
  const costs =
    burned !== undefined
      ? words.delete.burned(burned.id)
      : assigned !== undefined
        ? words.delete.released(assigned.id)
        : words.delete.none;
  return (
    <ConfirmDialog
      opened
      title={words.delete.title}
      action={words.delete.confirm}
      danger
      onClose={onClose}
      onConfirm={() => act(() => api.DELETE('/api/entries/{id}', { params: pathOf(entry) }))}
    >
      <Stack gap="md">
        <Words does={words.delete.hint} costs={costs} />
      </Stack>
    </ConfirmDialog>
  );
}

export function RecreateDialog({ entry, onClose }: DialogProps) {
  const act = useAct();
  const navigate = useNavigate();
  const [targetAddress, setTarget] = useState(entry.targetAddress);
  return (
    <ConfirmDialog
      opened
      title={words.recreate.title}
      action={words.recreate.confirm}
      onClose={onClose}
      onConfirm={async () => {
        const fresh = await act(() =>
          dataOf(api.POST('/api/entries/{id}/recreate', { params: pathOf(entry), body: { targetAddress } })),
        );
        await navigate({ to: '/entries/$entryId', params: { entryId: fresh.id } });
      }}
    >
      <Stack gap="md">
        <Words does={words.recreate.hint} costs={words.recreate.cost} />
        <TextInput
          label={words.recreate.target}
          value={targetAddress}
          required
          onChange={(event) => setTarget(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  );
}
