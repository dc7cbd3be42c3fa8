import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api, type Schema } from '../../api/client.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { ObjectList } from './object-list.tsx';
import { type NoteKind, useNotes } from './queries.ts';
import { entryRoute, useShow } from './search.ts';

const words = strings.entry.notes;

/** What the target could not hold exactly as it was, by cause and then object by object. */
export function FidelityNotes({ entryId }: { readonly entryId: number }) {
  const counts = useQuery(
    $api.queryOptions('get', '/api/entries/{id}/notes/counts', { params: { path: { id: entryId } } }),
  );
  // Failures are listed as they stand now, and findings of a verify are in its report.
  const groups = counts.data?.items.filter(({ kind }) => kind !== 'failure' && kind !== 'uncertain');
  return (
    <Panel title={words.title} lead={words.lead}>
      <ErrorNotice error={counts.error} onRetry={() => void counts.refetch()} />
      {counts.isPending && <Skeleton height={60} />}
      {groups?.length === 0 && <Text className="st-empty">{words.none}</Text>}
      {groups?.map((group) => (
        <NoteGroup key={`${group.kind}.${group.code}`} entryId={entryId} group={group} />
      ))}
    </Panel>
  );
}

function NoteGroup({ entryId, group }: { readonly entryId: number; readonly group: Schema<'NoteCount'> }) {
  const { open } = entryRoute.useSearch();
  const show = useShow();
  const key = `${group.kind}.${group.code}`;
  const isOpen = open === key;
  return (
    <section className="st-cause" aria-label={group.reason}>
      <Group gap="sm" justify="space-between" align="flex-start">
        <div className="st-cause-words">
          <Group gap={8}>
            <Chip tone="quiet">
              {strings.entry.failures.count(group.objects)} {words.kind[group.kind] ?? group.kind}
            </Chip>
            <span className="st-mono st-code">{group.code}</span>
          </Group>
          <Text mt={6}>{group.reason}</Text>
        </div>
        <Button
          size="xs"
          variant="default"
          aria-expanded={isOpen}
          onClick={() => show({ open: isOpen ? undefined : key })}
        >
          {isOpen ? strings.entry.failures.hide : strings.entry.failures.show}
        </Button>
      </Group>
      {isOpen && (
        <Notes entryId={entryId} filter={{ kind: group.kind as NoteKind, code: group.code }} reason={group.reason} />
      )}
    </section>
  );
}

/** Notes of one cause, object by object. */
export function Notes({
  entryId,
  filter,
  reason,
}: {
  readonly entryId: number;
  readonly filter: { readonly kind?: NoteKind; readonly code?: string; readonly pass?: number };
  readonly reason: string;
}) {
  const notes = useNotes(entryId, filter);
  return (
    <ObjectList
      label={strings.entry.failures.objects(reason)}
      commonReason={reason}
      query={notes}
      items={notes.data?.pages.flatMap((page) =>
        page.items.map((note) => ({ ...note, noteId: note.comparable ? note.id : undefined })),
      )}
      none={words.none}
    />
  );
}
