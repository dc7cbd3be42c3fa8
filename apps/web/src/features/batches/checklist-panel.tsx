import { ActionIcon, Button, Checkbox, Group, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { Evidence } from './evidence.tsx';
import { LineNote } from './line-note.tsx';
import { type Batch, type Line, nameOf } from './use-batches.ts';

const words = strings.batches.checklist;

const titleOf = (line: Line): string => words.lines[line.key] ?? line.title;

/** A pass that ended later than the tick makes one look again. */
const isOvertaken = ({ doneAt, evidence }: Line): boolean =>
  doneAt !== undefined && evidence?.lastEndedAt !== undefined && evidence.lastEndedAt > doneAt;

export function ChecklistPanel({
  projectId,
  batch,
  onChanged,
}: {
  readonly projectId: number;
  readonly batch: Batch;
  readonly onChanged: () => Promise<void>;
}) {
  const mayOperate = useMay('operate');
  const [unticking, setUnticking] = useState<Line>();
  const [removing, setRemoving] = useState<Line>();
  const change = async (line: Line, body: { done?: boolean; note?: string }): Promise<void> => {
    await api.PUT('/api/projects/{id}/cutover/{key}', {
      params: { path: { id: projectId, key: line.key } },
      body: { batch: batch.batch, ...body },
    });
    await onChanged();
  };
  const tick = useMutation({ mutationFn: (line: Line) => change(line, { done: true }) });
  const done = batch.lines.filter((line) => line.doneAt !== undefined).length;
  return (
    <Panel title={words.title(nameOf(batch.batch))} lead={words.lead(done, batch.lines.length)} flush>
      <ErrorNotice error={tick.error} />
      <ul className="st-lines">
        {batch.lines.map((line) => (
          <li key={line.key}>
            <div className="st-line-head">
              <Checkbox
                label={titleOf(line)}
                checked={line.doneAt !== undefined || (tick.isPending && tick.variables.key === line.key)}
                disabled={!mayOperate}
                onChange={() => (line.doneAt === undefined ? tick.mutate(line) : setUnticking(line))}
                className="st-grow"
              />
              {line.own && mayOperate && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={words.removeOf(line.title)}
                  onClick={() => setRemoving(line)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              )}
            </div>
            <div className="st-line-body">
              {line.evidence !== undefined && <Evidence of={line.key} evidence={line.evidence} />}
              {line.doneAt !== undefined && <div>{words.ticked(line.doneBy ?? '', line.doneAt)}</div>}
              {isOvertaken(line) && <div className="st-overtaken">{words.overtaken}</div>}
              <LineNote
                title={titleOf(line)}
                note={line.note}
                mayChange={mayOperate}
                onSave={(note) => change(line, { note })}
              />
            </div>
          </li>
        ))}
      </ul>
      {mayOperate && <NewLine projectId={projectId} batch={batch.batch} onChanged={onChanged} />}
      {unticking !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setUnticking(undefined)}
          title={words.untickTitle}
          action={words.untick}
          onConfirm={() => change(unticking, { done: false })}
        >
          {words.untickText(unticking.doneBy ?? '', unticking.doneAt ?? '')}
        </ConfirmDialog>
      )}
      {removing !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setRemoving(undefined)}
          title={words.removeTitle}
          action={strings.common.remove}
          danger
          onConfirm={async () => {
            await api.DELETE('/api/projects/{id}/cutover/{key}', {
              params: { path: { id: projectId, key: removing.key }, query: { batch: batch.batch } },
            });
            await onChanged();
          }}
        >
          {words.removeText(removing.title)}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function NewLine({
  projectId,
  batch,
  onChanged,
}: {
  readonly projectId: number;
  readonly batch: string;
  readonly onChanged: () => Promise<void>;
}) {
  const { form, busy, refusal, submit } = useApiForm({
    name: 'new-line',
    initialValues: { title: '' },
    validate: { title: (value) => (value.trim() === '' ? words.newLineMissing : null) },
  });
  return (
    <form
      noValidate
      className="st-new-line"
      onSubmit={submit(async ({ title }) => {
        await api.POST('/api/projects/{id}/cutover', {
          params: { path: { id: projectId } },
          body: { batch, title },
        });
        form.reset();
        await onChanged();
      })}
    >
      <ErrorNotice error={refusal} />
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <TextInput
          aria-label={words.newLine}
          placeholder={words.newLine}
          size="xs"
          className="st-grow"
          {...form.getInputProps('title')}
        />
        <Button
          type="submit"
          variant="default"
          size="xs"
          loading={busy}
          leftSection={<IconPlus size={14} aria-hidden />}
        >
          {words.add}
        </Button>
      </Group>
    </form>
  );
}
