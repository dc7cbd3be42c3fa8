import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import type { KeyboardEvent, Ref } from 'react';
import { useApiForm } from '../../forms/api-form.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { MAPPING_KINDS, type MappingKind } from './search.ts';
import type { MappingRow } from './use-mapping-rows.ts';

const words = strings.mapping;

/** `put[0].source` of the request is `source` of this row. */
const fieldOf = (apiField: string): string | undefined =>
  /^put(?:\[0\]|\.0)\.(source|target|kind)$/.exec(apiField)?.[1];

const needed = (text: string): string | null => (text.trim() === '' ? words.needed : null);

/** A row being typed: Enter saves, Escape gives up. */
export function EditRow({
  label,
  row,
  onSave,
  onDone,
  ...measured
}: {
  readonly label: string;
  /** undefined: a new one. */
  readonly row: MappingRow | undefined;
  readonly onSave: (row: MappingRow) => Promise<unknown>;
  readonly onDone: () => void;
  readonly ref?: Ref<HTMLTableRowElement>;
  readonly 'data-index'?: number;
}) {
  const { form, busy, refusal, submit } = useApiForm<{ source: string; target: string; kind: MappingKind }>(
    {
      initialValues: { source: row?.source ?? '', target: row?.target ?? '', kind: row?.kind ?? 'user' },
      validate: { source: needed, target: needed },
    },
    fieldOf,
  );
  const save = submit(async (values) => {
    await onSave(values);
    onDone();
  });
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) save();
    else if (event.key === 'Escape') onDone();
    else return;
    event.preventDefault();
  };
  return (
    <tr {...measured} aria-label={label} onKeyDown={keys} className="st-mapping-edit">
      <td>
        <TextInput
          aria-label={words.source}
          placeholder={words.source}
          spellCheck={false}
          autoFocus
          {...form.getInputProps('source')}
        />
      </td>
      <td>
        <TextInput
          aria-label={words.target}
          placeholder={words.target}
          spellCheck={false}
          {...form.getInputProps('target')}
        />
      </td>
      <td>
        <NativeSelect
          aria-label={words.kind}
          data={MAPPING_KINDS.map((kind) => ({ value: kind, label: words.kinds[kind] }))}
          {...form.getInputProps('kind')}
        />
      </td>
      <td>
        <Group gap={6} wrap="nowrap">
          <Button size="xs" loading={busy} onClick={() => save()}>
            {words.save}
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            {words.cancel}
          </Button>
        </Group>
        <ErrorNotice error={refusal} />
      </td>
    </tr>
  );
}
