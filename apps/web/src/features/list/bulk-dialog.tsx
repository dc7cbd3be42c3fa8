import { Autocomplete, Button, Group, Loader, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { $api } from '../../api/client.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { useLiveEvents } from '../../live/live-events.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import {
  type BulkAct,
  type BulkAction,
  type BulkProgress,
  type BulkResult,
  previewBulk,
  progressOf,
  runBulk,
  type Target,
} from './bulk.ts';
import { PreviewOf } from './bulk-preview.tsx';
import { ResultOf } from './bulk-result.tsx';

const words = strings.list.bulk;
/** White words on it reach 6.6:1 in both schemes. */
const DANGER = '#b42318';

/** First what would happen, then, if that is wanted, how far it is, then what came of it. */
export function BulkDialog({
  action,
  target,
  count,
  onClose,
  onDone,
  onChoose,
}: {
  readonly action: BulkAction;
  readonly target: Target;
  /** Selected, as the list has it. */
  readonly count: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
  /** Selects these entries instead. */
  readonly onChoose: (ids: readonly number[]) => void;
}) {
  const [result, setResult] = useState<BulkResult>();
  const name = words.actions[action];
  return (
    <Modal
      opened
      onClose={onClose}
      title={result === undefined ? words.previewTitle(name, count) : words.resultTitle(name)}
      size="lg"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      {result === undefined ? (
        <Decide action={action} target={target} onClose={onClose} onDone={onDone} onResult={setResult} />
      ) : (
        <ResultOf
          action={action}
          result={result}
          onClose={onClose}
          onChoose={(ids) => {
            onChoose(ids);
            onClose();
          }}
        />
      )}
    </Modal>
  );
}

type Tier = 'best' | 'standard' | 'trial';

function actOf(action: BulkAction, tier: Tier, batch: string): BulkAct {
  if (action === 'start' || action === 'assign') return { action, ...(tier === 'best' ? {} : { tier }) };
  if (action === 'batch') return { action, ...(batch.trim() === '' ? {} : { batch: batch.trim() }) };
  return { action };
}

function Decide({
  action,
  target,
  onClose,
  onDone,
  onResult,
}: {
  readonly action: BulkAction;
  readonly target: Target;
  readonly onClose: () => void;
  readonly onDone: () => void;
  readonly onResult: (result: BulkResult) => void;
}) {
  const [tier, setTier] = useState<Tier>('best');
  const [batch, setBatch] = useState('');
  const [typed, setTyped] = useState('');
  const [progress, setProgress] = useState<BulkProgress>();
  const [isRunning, setRunning] = useState(false);
  const [refusal, setRefusal] = useState<Error>();
  const [bulkId] = useState(() => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`);
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);

  const act = actOf(action, tier, batch);
  // Into which batch changes nothing about who is refused.
  const judged: BulkAct = action === 'batch' ? { action } : act;
  const preview = useQuery({
    queryKey: ['bulk-preview', target.projectId, bulkId, judged],
    queryFn: ({ signal }) => previewBulk(target, judged, signal),
    meta: { live: 'own' },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    placeholderData: (before) => before,
  });
  useLiveEvents((events) => {
    const now = progressOf(events ?? [], bulkId);
    if (now !== undefined) setProgress(now);
  });

  const name = words.actions[action];
  const would = preview.data?.would ?? 0;
  const isConfirmed = action !== 'delete' || typed.trim() === String(would);
  const run = async (): Promise<void> => {
    if (preview.data === undefined || would === 0 || !isConfirmed || isRunning) return;
    setRunning(true);
    setRefusal(undefined);
    try {
      const result = await runBulk(target, act, {
        bulkId,
        // What is deleted is what was counted, or nothing.
        ...(action === 'delete' ? { expected: preview.data.entries } : {}),
      });
      onDone();
      if (result.refused.length > 0 && isOpen.current) return onResult(result);
      notifications.show({ message: words.doneLine(name, result.done.length, result.refused.length) });
      if (isOpen.current) onClose();
    } catch (error) {
      const thrown = error instanceof Error ? error : new Error(String(error));
      if (isOpen.current) {
        setRefusal(thrown);
        void preview.refetch();
      } else notifications.show({ title: name, message: thrown.message, color: 'red' });
    } finally {
      setRunning(false);
    }
  };

  if (isRunning)
    return (
      <Stack gap="md" aria-live="polite">
        <Text size="sm">{words.running(name)}</Text>
        <ProgressBar
          label={name}
          done={progress?.done ?? 0}
          failed={progress?.refused ?? 0}
          total={progress?.entries ?? preview.data?.entries ?? 0}
          live
          tall
        />
        <Text size="sm" className="st-number">
          {words.progress(progress?.done ?? 0, progress?.refused ?? 0, progress?.entries ?? preview.data?.entries ?? 0)}
        </Text>
        <Text size="sm" c="dimmed">
          {words.goesOn}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.close}
          </Button>
        </Group>
      </Stack>
    );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Stack gap="md">
        {(action === 'start' || action === 'assign') && (
          <Radio.Group label={words.tier} value={tier} onChange={(value) => setTier(value as Tier)} size="sm">
            <Group gap="md" mt={6}>
              {(['best', 'standard', 'trial'] as const).map((one) => (
                <Radio key={one} value={one} label={words.tiers[one]} />
              ))}
            </Group>
          </Radio.Group>
        )}
        {action === 'batch' && <BatchField projectId={target.projectId} value={batch} onChange={setBatch} />}
        <Text size="sm">{words.meaning[action]}</Text>
        <ErrorNotice error={refusal} />
        <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />
        {preview.isPending ? (
          <Group gap="xs" role="status">
            <Loader size="xs" />
            <Text size="sm">{words.counting}</Text>
          </Group>
        ) : (
          preview.data !== undefined && <PreviewOf preview={preview.data} isOld={preview.isPlaceholderData} />
        )}
        {action === 'delete' && would > 0 && (
          <TextInput
            label={words.typeToDelete(would)}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={typed !== '' && !isConfirmed && !String(would).startsWith(typed.trim()) && words.typedWrong(would)}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button
            type="submit"
            {...(action === 'delete' ? { color: DANGER } : {})}
            disabled={would === 0 || preview.isPlaceholderData || !isConfirmed}
          >
            {words.go(name, would)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function BatchField({
  projectId,
  value,
  onChange,
}: {
  readonly projectId: number;
  readonly value: string;
  readonly onChange: (batch: string) => void;
}) {
  const { data } = $api.useQuery('get', '/api/projects/{id}/batches', { params: { path: { id: projectId } } });
  return (
    <Autocomplete
      label={words.batchName}
      description={words.batchHint}
      maxLength={200}
      data={data?.items.flatMap(({ batch }) => batch ?? []) ?? []}
      value={value}
      onChange={onChange}
      data-autofocus
    />
  );
}
