import { Button, Group, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useApiForm } from '../../forms/api-form.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';

const words = strings.batches.checklist;

/** What whoever ticked it wants the others to know; changed where it stands. */
export function LineNote({
  title,
  note,
  mayChange,
  onSave,
}: {
  readonly title: string;
  readonly note: string;
  readonly mayChange: boolean;
  readonly onSave: (note: string) => Promise<void>;
}) {
  const [editing, setEditing] = useState(false);
  if (editing) return <NoteForm title={title} note={note} onSave={onSave} onClose={() => setEditing(false)} />;
  const action = note === '' ? words.addNote : words.changeNote;
  return (
    <div>
      {note !== '' && (
        <Text size="sm" className="st-line-note">
          {note}
        </Text>
      )}
      {mayChange && (
        <Button
          variant="subtle"
          size="compact-xs"
          ml={-8}
          aria-label={words.noteOf(action, title)}
          onClick={() => setEditing(true)}
        >
          {action}
        </Button>
      )}
    </div>
  );
}

function NoteForm({
  title,
  note,
  onSave,
  onClose,
}: {
  readonly title: string;
  readonly note: string;
  readonly onSave: (note: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { form, busy, refusal, submit } = useApiForm({ name: 'note', initialValues: { note } });
  return (
    <form
      noValidate
      onSubmit={submit(async (values) => {
        await onSave(values.note);
        onClose();
      })}
    >
      <ErrorNotice error={refusal} />
      <Textarea
        aria-label={words.note(title)}
        autosize
        minRows={2}
        maxLength={2_000}
        autoFocus
        {...form.getInputProps('note')}
      />
      <Group gap="xs" mt={6}>
        <Button type="submit" size="compact-sm" loading={busy}>
          {strings.common.save}
        </Button>
        <Button variant="default" size="compact-sm" onClick={onClose}>
          {strings.common.cancel}
        </Button>
      </Group>
    </form>
  );
}
