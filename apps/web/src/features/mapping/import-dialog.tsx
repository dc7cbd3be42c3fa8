import { Button, FileInput, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { readTextFile } from '../../lib/read-text-file.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { useReadAgain } from './use-mapping-rows.ts';

const words = strings.mapping.importer;
/** Nobody reads more at once; the others are shown once these are corrected. */
const SHOWN = 200;

type Preview = Awaited<ReturnType<typeof send>>;

/** The bytes as they are: the server finds out the encoding, and says so where it can't read them. */
const send = (projectId: number, csv: Blob | string, query: { append: boolean; preview: boolean }) =>
  dataOf(
    api.POST('/api/projects/{id}/mapping/import', {
      params: { path: { id: projectId }, query: { append: query.append, preview: query.preview } as never },
      body: csv as never,
      bodySerializer: (body) => body as never,
      headers: { 'content-type': 'text/csv' },
    }),
  );

/** Choose, check, see every bad line, then import: nothing is written before. */
export function ImportDialog({
  projectId,
  opened,
  onClose,
}: {
  readonly projectId: number;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.title}
      size="xl"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Importer projectId={projectId} onClose={onClose} />
    </Modal>
  );
}

function Importer({ projectId, onClose }: { readonly projectId: number; readonly onClose: () => void }) {
  const readAgain = useReadAgain(projectId);
  const [file, setFile] = useState<File | null>(null);
  const [content, setContent] = useState<Promise<Blob | string>>();
  const [text, setText] = useState('');
  const [append, setAppend] = useState(true);
  const [preview, setPreview] = useState<Preview>();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Error>();

  const csv = content ?? (text.trim() === '' ? undefined : text);
  const changed = (): void => {
    setPreview(undefined);
    setRefusal(undefined);
  };
  const run = async (isPreview: boolean): Promise<void> => {
    if (csv === undefined) return;
    setBusy(true);
    setRefusal(undefined);
    try {
      const answer = await send(projectId, await csv, { append, preview: isPreview });
      // Whoever changed the table meanwhile may have made a good file a bad one.
      if (isPreview || answer.problems.length > 0) return setPreview(answer);
      notifications.show({ message: words.done(answer.imported) });
      await readAgain();
      onClose();
    } catch (error) {
      setPreview(undefined);
      setRefusal(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setBusy(false);
    }
  };
  const isGood = preview !== undefined && preview.problems.length === 0 && preview.imported > 0;
  return (
    <Stack gap="md">
      <Text size="sm">{words.lead}</Text>
      <FileInput
        label={words.file}
        placeholder={words.filePlaceholder}
        accept=".csv,text/csv,text/plain"
        leftSection={<IconFileTypeCsv size={18} aria-hidden />}
        clearable
        clearButtonProps={{ 'aria-label': strings.common.remove }}
        value={file}
        onChange={(chosen) => {
          setFile(chosen);
          const reading = chosen === null ? undefined : readTextFile(chosen);
          // Told when it is checked.
          reading?.catch(() => undefined);
          setContent(reading);
          changed();
        }}
      />
      {file === null && (
        <Textarea
          label={words.text}
          placeholder={words.textPlaceholder}
          autosize
          minRows={3}
          maxRows={10}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            changed();
          }}
        />
      )}
      <Radio.Group
        label={words.mode}
        value={append ? 'append' : 'replace'}
        onChange={(value) => {
          setAppend(value === 'append');
          changed();
        }}
      >
        <Stack gap={8} mt={8}>
          <Radio value="append" label={words.append} description={words.appendMeaning} />
          <Radio value="replace" label={words.replace} description={words.replaceMeaning} />
        </Stack>
      </Radio.Group>
      <ErrorNotice error={refusal} />
      {preview !== undefined && <PreviewOf preview={preview} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {strings.common.cancel}
        </Button>
        {isGood ? (
          <Button loading={busy} onClick={() => void run(false)}>
            {words.run(preview.imported)}
          </Button>
        ) : (
          <Button loading={busy} disabled={csv === undefined} onClick={() => void run(true)}>
            {words.check}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function PreviewOf({ preview }: { readonly preview: Preview }) {
  const { problems, imported, effect } = preview;
  return (
    <Stack gap="sm" role="status">
      <Group gap="xs">
        <Chip tone={imported > 0 ? 'ok' : 'quiet'}>{words.good(imported)}</Chip>
        {problems.length > 0 && <Chip tone="bad">{words.bad(problems.length)}</Chip>}
        {imported > 0 && (
          <Text size="sm" component="span">
            {words.effect(effect.added, effect.changed, effect.unchanged)}
          </Text>
        )}
      </Group>
      {problems.length === 0 && imported === 0 && <Text size="sm">{words.nothing}</Text>}
      {problems.length === 0 && imported > 0 && effect.removed > 0 && (
        <div className="st-mapping-removes">{words.removes(effect.removed)}</div>
      )}
      {problems.length > 0 && (
        <>
          <Text size="sm">{words.fixFirst}</Text>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className="st-mapping-problems" aria-label={words.bad(problems.length)} tabIndex={0}>
            <table className="st-table">
              <thead>
                <tr>
                  <th scope="col" className="st-number">
                    {words.line}
                  </th>
                  <th scope="col">{words.column}</th>
                  <th scope="col">{words.problem}</th>
                  <th scope="col">{words.fix}</th>
                </tr>
              </thead>
              <tbody>
                {problems.slice(0, SHOWN).map((problem, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line may have several alike
                  <tr key={index}>
                    <td className="st-number">{problem.line}</td>
                    <td>{problem.column}</td>
                    <td className="st-break">{problem.message}</td>
                    <td>{problem.fix}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          {problems.length > SHOWN && <Text size="sm">{words.more(problems.length - SHOWN)}</Text>}
        </>
      )}
    </Stack>
  );
}
