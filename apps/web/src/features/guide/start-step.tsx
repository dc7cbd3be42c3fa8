import { Alert, Anchor, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Allowed, useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import type { BulkResult } from '../list/bulk.ts';
import { PreviewOf } from '../list/bulk-preview.tsx';
import '../list/list.css';
import type { StepProps } from './guide-state.ts';
import { useAct } from './use-act.ts';

const words = strings.guide.start;

/** All that have never started: what it takes, then the start. */
export function StartStep({ state: { project } }: StepProps) {
  const projectId = project?.id;
  if (projectId === undefined) return <Text size="sm">{strings.guide.list.needsProject}</Text>;
  return (
    <Stack gap="md">
      <Text size="sm">{words.text}</Text>
      <Text size="sm" c="dimmed">
        {words.prestage}{' '}
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/projects/$projectId/settings" params={{ projectId }} />}
        >
          {words.prestageLink}
        </Anchor>
      </Text>
      <Allowed scope="operate" otherwise={<Text size="sm">{strings.guide.operatorNeeded}</Text>}>
        <StartAll key={projectId} projectId={projectId} waiting={project?.entries['not started'] ?? 0} />
      </Allowed>
      <Group gap="md">
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/projects/$projectId/list" params={{ projectId }} />}
        >
          {words.watch}
        </Anchor>
        <Anchor component={Link} to="/" size="sm">
          {words.overview}
        </Anchor>
      </Group>
    </Stack>
  );
}

const ALL_WAITING = { filter: { status: ['not started' as const] }, act: { action: 'start' as const } };

function StartAll({ projectId, waiting }: { readonly projectId: number; readonly waiting: number }) {
  const params = { path: { id: projectId } };
  const mayAdmin = useMay('admin');
  const preview = useQuery({
    // Under the path, so that live events about entries and licenses read it again.
    queryKey: ['get', '/api/projects/{id}/entries/bulk/preview', { params }, waiting],
    queryFn: ({ signal }) =>
      dataOf(api.POST('/api/projects/{id}/entries/bulk/preview', { params, body: ALL_WAITING, signal })),
    enabled: waiting > 0,
  });
  const left = $api.useQuery('get', '/api/licenses/balance').data?.items.find(isStandardMail)?.available ?? 0;
  const candidate = useTested(projectId);
  // Its rest takes a standard license.
  const tested = left > 0 ? candidate : undefined;
  const [withRest, setWithRest] = useState(true);
  const [asking, setAsking] = useState(false);
  const [result, setResult] = useState<BulkResult>();
  const { act, refusal } = useAct();
  const would = (preview.data?.would ?? 0) + (tested !== undefined && withRest ? 1 : 0);
  const lacks = preview.data?.licenses.some(({ needed, available }) => needed > available) === true;

  const start = async (): Promise<void> => {
    // First the one that says at once whether there are licenses.
    const rest = tested !== undefined && withRest ? [tested.id] : [];
    for (const id of rest)
      await api.POST('/api/entries/{id}/start', { params: { path: { id } }, body: { tier: 'standard' } });
    const body = { ...ALL_WAITING, ...(preview.data === undefined ? {} : { expected: preview.data.entries }) };
    const started =
      waiting > 0
        ? await dataOf(api.POST('/api/projects/{id}/entries/bulk', { params, body }))
        : { done: [], refused: [] };
    setResult({ ...started, done: [...started.done, ...rest] });
    // What it touched is read again.
    await act(async () => undefined);
  };

  return (
    <Stack gap="md">
      {waiting > 0 ? (
        <>
          <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />
          {preview.isPending && <Text size="sm">{words.counting}</Text>}
          {preview.data !== undefined && <PreviewOf preview={preview.data} isOld={preview.isFetching} />}
          {lacks && mayAdmin && (
            <Anchor component={Link} to="/licenses" size="sm">
              {words.getLicenses}
            </Anchor>
          )}
        </>
      ) : (
        result === undefined && <Text size="sm">{words.nobody}</Text>
      )}
      {tested !== undefined && (
        <Checkbox
          label={words.rest(tested.sourceAddress)}
          checked={withRest}
          onChange={(event) => setWithRest(event.currentTarget.checked)}
        />
      )}
      <ErrorNotice error={refusal} />
      {would > 0 && (
        <Button w="fit-content" onClick={() => setAsking(true)}>
          {words.go(would)}
        </Button>
      )}
      {result !== undefined && <Result result={result} />}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.confirm(would)}
        action={words.go(would)}
        onConfirm={start}
      >
        {words.confirmText}
      </ConfirmDialog>
    </Stack>
  );
}

const isStandardMail = ({ type, tier }: Schema<'LicenseBalance'>): boolean => type === 'mail' && tier === 'standard';

/** The entry that a trial license has tested, as long as nothing better was assigned. */
function useTested(projectId: number): Schema<'Entry'> | undefined {
  const entries = $api.useQuery('get', '/api/projects/{id}/entries', {
    params: { path: { id: projectId }, query: { limit: 50, license: 'burned' } },
  });
  return entries.data?.items.find(
    ({ status, licenses }) =>
      ['completed', 'completed with failures'].includes(status) && licenses[0]?.tier === 'trial' && licenses[0].burned,
  );
}

function Result({ result }: { readonly result: BulkResult }) {
  return (
    <>
      <Alert role="status" variant="default" className="st-notice st-notice-ok">
        {words.started(result.done.length)}
      </Alert>
      {result.refused.length > 0 && (
        <Alert
          role="status"
          variant="default"
          className="st-notice st-notice-wait"
          title={words.refused(result.refused.length)}
        >
          <ul>
            {result.refused.slice(0, 10).map(({ entryId, sourceAddress, message, fix }) => (
              <li key={entryId}>
                {sourceAddress}: {message} {fix}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </>
  );
}
