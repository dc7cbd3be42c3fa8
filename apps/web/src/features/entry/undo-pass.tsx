import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { isLive } from '../../lib/progress.ts';
import { useMay } from '../../session/session.tsx';
import type { UndoCounts } from '../../strings/entry.ts';
import { strings } from '../../strings.ts';
import { useAct } from './use-act.ts';

const words = strings.entry.undo;
type Pass = Schema<'Pass'>;

/** The pass that can be undone now: the last one that wrote and stands, while nothing runs. */
export function undoableOf(entry: Schema<'Entry'>, passes: readonly Pass[]): Pass | undefined {
  if (entry.archivedAt !== undefined || passes.some(isLive)) return undefined;
  return passes.find(({ kind, undoneBy }) => (kind === 'initial' || kind === 'delta') && undoneBy === undefined);
}

/** First a plan, which is a pass of its own; when that has ended, the undo itself, confirmed by the target address. */
export function UndoPass({
  entry,
  pass,
  passes,
}: {
  readonly entry: Schema<'Entry'>;
  readonly pass: Pass;
  /** Newest first. */
  readonly passes: readonly Pass[];
}) {
  const mayOperate = useMay('operate');
  const [asked, setAsked] = useState(false);
  if (!mayOperate) return null;
  const plan = passes.find(({ undo, status }) => isPlanOf(pass, undo) && status === 'completed');
  const close = () => setAsked(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
        {plan === undefined ? words.plan : words.open}
      </Button>
      {asked &&
        (plan === undefined ? (
          <PlanDialog pass={pass} onClose={close} />
        ) : (
          <UndoDialog entry={entry} pass={pass} plan={plan} onClose={close} />
        ))}
    </>
  );
}

const isPlanOf = ({ number }: Pass, undo: Pass['undo']): boolean => undo?.mode === 'plan' && undo.pass === number;

function PlanDialog({ pass, onClose }: { readonly pass: Pass; readonly onClose: () => void }) {
  const act = useAct();
  return (
    <ConfirmDialog
      opened
      title={words.planTitle(pass.number)}
      action={words.plan}
      onClose={onClose}
      onConfirm={() => act(() => api.POST('/api/passes/{id}/undo', { params: { path: { id: pass.id } }, body: {} }))}
    >
      <Text size="sm">{words.planHint}</Text>
    </ConfirmDialog>
  );
}

function UndoDialog({
  entry,
  pass,
  plan,
  onClose,
}: {
  readonly entry: Schema<'Entry'>;
  readonly pass: Pass;
  readonly plan: Pass;
  readonly onClose: () => void;
}) {
  const act = useAct();
  const [targetAddress, setTargetAddress] = useState('');
  return (
    <ConfirmDialog
      opened
      danger
      title={words.title(pass.number)}
      action={words.confirm}
      disabled={targetAddress.trim() === ''}
      onClose={onClose}
      onConfirm={() =>
        act(() => api.POST('/api/passes/{id}/undo', { params: { path: { id: pass.id } }, body: { targetAddress } }))
      }
    >
      <Stack gap="md">
        <Text size="sm">{strings.entry.passes.undo(plan.result as UndoCounts)}</Text>
        <Text size="sm">{words.hint}</Text>
        <Text size="sm" fw={600}>
          {words.free}
        </Text>
        <TextInput
          label={words.target}
          placeholder={entry.targetAddress}
          value={targetAddress}
          autoComplete="off"
          onChange={(event) => setTargetAddress(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  );
}
