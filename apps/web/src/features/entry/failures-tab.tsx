import { Anchor, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { isLive } from '../../lib/progress.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { RetryDialog } from './dialogs.tsx';
import { FidelityNotes } from './fidelity-notes.tsx';
import { ObjectList } from './object-list.tsx';
import { useFailedObjects } from './queries.ts';
import { entryRoute, useShow } from './search.ts';

const words = strings.entry.failures;
type Entry = Schema<'Entry'>;
type Group_ = Schema<'FailureGroup'>;

/** What failed, by cause, with what to do about each; and what the target could not hold as it was. */
export function FailuresTab({ entry }: { readonly entry: Entry }) {
  const failures = useQuery(
    $api.queryOptions('get', '/api/entries/{id}/failures', { params: { path: { id: entry.id } } }),
  );
  const { compare } = entryRoute.useSearch();
  const show = useShow();
  return (
    <>
      <Panel
        title={words.title}
        actions={
          <Anchor size="sm" href={`/api/entries/${entry.id}/report.csv?what=notes`} download>
            {words.csv}
          </Anchor>
        }
      >
        <ErrorNotice error={failures.error} onRetry={() => void failures.refetch()} />
        {failures.isPending && <Skeleton height={80} />}
        {failures.data !== undefined && (
          <Stack gap="md">
            <PassError pass={failures.data.pass} />
            {failures.data.groups.length === 0 && <Text className="st-empty">{words.none}</Text>}
            {failures.data.groups.map((group) => (
              <FailureGroup key={`${group.state}.${group.code}`} entry={entry} group={group} />
            ))}
          </Stack>
        )}
      </Panel>
      <FidelityNotes entryId={entry.id} />
      {compare !== undefined && (
        <CompareDialog entryId={entry.id} noteId={compare} onClose={() => show({ compare: undefined })} />
      )}
    </>
  );
}

function PassError({ pass }: { readonly pass: { status: string; error?: unknown } | undefined }) {
  if (pass === undefined) return null;
  const error = pass.error as { message?: string; fix?: string } | null;
  return (
    <Notice
      tone={pass.status === 'failed' ? 'bad' : 'wait'}
      title={pass.status === 'failed' ? words.pass.failed : words.pass.other}
    >
      <Text size="sm">{error?.message}</Text>
      {error?.fix !== undefined && <Text size="sm">{error.fix}</Text>}
    </Notice>
  );
}

function FailureGroup({ entry, group }: { readonly entry: Entry; readonly group: Group_ }) {
  const { open } = entryRoute.useSearch();
  const show = useShow();
  const mayOperate = useMay('operate');
  const [isRetrying, setRetrying] = useState(false);
  const key = `${group.state}.${group.code}`;
  const isOpen = open === key;
  const fix = group.fix ?? (group.state === 'uncertain' ? words.uncertainTodo : words.failedTodo);
  const canRetry = mayOperate && group.canRetry && entry.archivedAt === undefined && !isLive(entry.lastPass);
  return (
    <section className="st-cause" aria-label={group.reason}>
      <Group gap="sm" justify="space-between" align="flex-start">
        <div className="st-cause-words">
          <Group gap={8}>
            <Chip tone={group.state === 'failed' ? 'bad' : 'wait'}>
              {words.count(group.objects)} {words.state[group.state]}
            </Chip>
            <span className="st-mono st-code">{group.code}</span>
          </Group>
          <Text mt={6} fw={550}>
            {group.reason}
          </Text>
          <Text size="sm" mt={2}>
            <strong>{words.todo}:</strong> {fix}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            aria-expanded={isOpen}
            onClick={() => show({ open: isOpen ? undefined : key })}
          >
            {isOpen ? words.hide : words.show}
          </Button>
          {canRetry && (
            <Button size="xs" onClick={() => setRetrying(true)}>
              {words.retry}
            </Button>
          )}
        </Group>
      </Group>
      {isOpen && <FailedObjects entryId={entry.id} group={group} />}
      {isRetrying && <RetryDialog entry={entry} group={group} onClose={() => setRetrying(false)} />}
    </section>
  );
}

function FailedObjects({ entryId, group }: { readonly entryId: number; readonly group: Group_ }) {
  const objects = useFailedObjects(entryId, { code: group.code, state: group.state });
  return (
    <ObjectList
      label={words.objects(group.reason)}
      commonReason={group.reason}
      query={objects}
      items={objects.data?.pages.flatMap((page) => page.items)}
      none={words.noneLeft}
    />
  );
}
