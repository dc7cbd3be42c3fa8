import { ActionIcon, Button, FileInput, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileTypeCsv, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, dataOf, type Schema } from '../../api/client.ts';
import { ApiError } from '../../api/error.ts';
import { Notice } from '../../components/notice.tsx';
import { readTextFile } from '../../lib/read-text-file.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { corrected, recordsOf, textsOf } from './csv-records.ts';

const words = strings.list.importer;
/** Nobody corrects more lines at once; the others are shown once these are corrected. */
const SHOWN = 100;

/** The bytes as they are: the server finds out the encoding, and says so where it can't read them. */
const send = (projectId: number, csv: Blob | string, query: { preview?: true; partial?: true }) =>
  dataOf(
    api.POST('/api/projects/{id}/entries/import', {
      params: {
        path: { id: projectId },
        query: {
          ...(query.preview ? { preview: 'true' as const } : {}),
          ...(query.partial ? { partial: 'true' as const } : {}),
        },
      },
      body: csv as never,
      bodySerializer: (body) => body as never,
      headers: { 'content-type': 'text/csv' },
    }),
  );
type Answer = Awaited<ReturnType<typeof send>>;
type Problem = Answer['problems'][number];

interface Checked {
  readonly text: string;
  readonly answer: Answer;
}

/** Choose, check, correct line by line, then import: nothing is written before that. */
export function ImportDialog({
  projectId,
  onClose,
  onDone,
}: {
  readonly projectId: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      size="xl"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Importer projectId={projectId} onClose={onClose} onDone={onDone} />
    </Modal>
  );
}

function Importer({
  projectId,
  onClose,
  onDone,
}: {
  readonly projectId: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [file, setFile] = useState<File | null>(null);
  const [content, setContent] = useState<Promise<Blob | string>>();
  // An input that is new each time takes the same file again, after it was corrected.
  const [choices, setChoices] = useState(0);
  const [text, setText] = useState('');
  const [checked, setChecked] = useState<Checked>();
  /** New words of bad lines, by line; undefined: left out. */
  const [changes, setChanges] = useState<ReadonlyMap<number, string | undefined>>(new Map());
  const [busy, setBusy] = useState<'check' | 'import'>();
  const [refusal, setRefusal] = useState<Error>();

  const chosen = content ?? (text.trim() === '' ? undefined : text);
  const choose = (given: File | null): void => {
    setFile(given);
    const reading = given === null ? undefined : readTextFile(given);
    // Told when it is checked.
    reading?.catch(() => undefined);
    setContent(reading);
    setChoices(choices + 1);
    startOver();
  };
  const startOver = (): void => {
    setChecked(undefined);
    setRefusal(undefined);
    setChanges(new Map());
  };
  const doing = async (what: 'check' | 'import', work: () => Promise<void>): Promise<void> => {
    if (busy !== undefined) return;
    setBusy(what);
    setRefusal(undefined);
    try {
      await work();
    } catch (error) {
      setChecked(undefined);
      const isUnreadable = error instanceof DOMException && error.name === 'NotReadableError';
      setRefusal(
        isUnreadable ? new Error(words.unreadable) : error instanceof Error ? error : new Error(String(error)),
      );
    } finally {
      setBusy(undefined);
    }
  };
  // `partial`: how many lines are good is told too. A preview writes nothing, whatever else is asked.
  const look = async (csv: Blob | string): Promise<void> => {
    const answer = await send(projectId, csv, { preview: true, partial: true });
    if (typeof csv === 'string') setChecked({ text: csv, answer });
    setChanges(new Map());
  };
  const check = (csv: Promise<Blob | string> | string): Promise<void> => doing('check', async () => look(await csv));
  const correct = (): Promise<void> =>
    doing('check', async () => {
      if (checked === undefined) return;
      const after = corrected(checked.text, changes);
      // What is corrected is a text of its own from here on; the file stays as it was.
      setFile(null);
      setContent(undefined);
      setText(after);
      await look(after);
    });
  const run = (partial: boolean): Promise<void> =>
    doing('import', async () => {
      if (checked === undefined) return;
      const { imported } = await send(projectId, checked.text, partial ? { partial: true } : {});
      // Whoever changed the list meanwhile may have made good lines bad ones.
      if (imported === 0) return look(checked.text);
      notifications.show({ message: words.done(imported) });
      onDone();
      onClose();
    });

  const problems = checked?.answer.problems ?? [];
  const good = checked?.answer.imported ?? 0;
  return (
    <Stack gap="md">
      <Text size="sm">{words.lead}</Text>
      {checked === undefined ? (
        <>
          <FileInput
            key={choices}
            label={words.choose}
            placeholder={words.choosePlaceholder}
            accept=".csv,.txt,text/csv,text/plain"
            leftSection={<IconFileTypeCsv size={18} aria-hidden />}
            clearable
            clearButtonProps={{ 'aria-label': strings.common.remove }}
            value={file}
            onChange={choose}
          />
          {file === null && (
            <Textarea
              label={words.paste}
              description={words.columnsHint}
              placeholder={words.pastePlaceholder}
              autosize
              minRows={4}
              maxRows={12}
              spellCheck={false}
              classNames={{ input: 'st-csv' }}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                startOver();
              }}
            />
          )}
          <WholeFile error={refusal} />
        </>
      ) : (
        <Verdict good={good} problems={problems.length} />
      )}
      {checked !== undefined && problems.length > 0 && (
        <Problems checked={checked} changes={changes} onChange={setChanges} />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={checked === undefined ? onClose : startOver}>
          {checked === undefined ? strings.common.cancel : strings.common.back}
        </Button>
        {checked === undefined ? (
          <Button
            loading={busy === 'check'}
            disabled={chosen === undefined}
            onClick={() => chosen !== undefined && void check(chosen)}
          >
            {words.check}
          </Button>
        ) : (
          <>
            {problems.length > 0 && (
              <Button
                variant={changes.size > 0 ? 'filled' : 'default'}
                loading={busy === 'check'}
                disabled={changes.size === 0}
                onClick={() => void correct()}
              >
                {words.checkAgain}
              </Button>
            )}
            {good > 0 && (
              <Button
                variant={problems.length > 0 ? 'default' : 'filled'}
                loading={busy === 'import'}
                disabled={changes.size > 0}
                onClick={() => void run(problems.length > 0)}
              >
                {problems.length > 0 ? words.importGood(good) : words.importAll(good)}
              </Button>
            )}
          </>
        )}
      </Group>
    </Stack>
  );
}

/** A file that can't be read at all, with the line that stops it. */
function WholeFile({ error }: { readonly error: Error | undefined }) {
  if (!(error instanceof ApiError) || !error.code.startsWith('csv-')) return <ErrorNotice error={error} />;
  const { line }: Schema<'Error'>['error'] = error.refusal;
  return (
    <div role="alert">
      <Notice tone="bad" title={words.wholeFile}>
        <Text size="sm">
          {line === undefined ? '' : `${words.lineLabel(line)}: `}
          {error.message} {error.fix}
        </Text>
      </Notice>
    </div>
  );
}

function Verdict({ good, problems }: { readonly good: number; readonly problems: number }) {
  if (problems === 0)
    return (
      <div role="status">
        <Notice tone="busy" title={good === 0 ? words.nothing : words.allGood(good)} />
      </div>
    );
  return (
    <div role="status">
      <Notice tone="wait" title={`${words.good(good)}, ${words.bad(problems)}`}>
        <Text size="sm">{words.someBad}</Text>
      </Notice>
    </div>
  );
}

/** Every bad line with all that is wrong with it, to correct or to leave out. */
function Problems({
  checked,
  changes,
  onChange,
}: {
  readonly checked: Checked;
  readonly changes: ReadonlyMap<number, string | undefined>;
  readonly onChange: (changes: ReadonlyMap<number, string | undefined>) => void;
}) {
  const texts = useMemo(() => {
    const [header] = recordsOf(checked.text);
    const of = textsOf(
      checked.text,
      checked.answer.problems.map(({ line }) => line),
    );
    return { of, header: header === undefined ? undefined : checked.text.slice(header.from, header.to) };
  }, [checked]);
  const byLine = Map.groupBy(checked.answer.problems, ({ line }) => line);
  const lines = [...byLine.keys()].slice(0, SHOWN);
  const change = (line: number, to: string | undefined | 'as it was'): void => {
    const next = new Map(changes);
    if (to === 'as it was') next.delete(line);
    else next.set(line, to);
    onChange(next);
  };
  return (
    <section aria-label={words.problems}>
      {texts.header !== undefined && (
        <Text size="xs" c="dimmed" className="st-csv">
          {texts.header}
        </Text>
      )}
      <ol className="st-problems">
        {lines.map((line) => {
          const isOut = changes.has(line) && changes.get(line) === undefined;
          const original = texts.of.get(line);
          return (
            <li key={line} data-out={isOut || undefined}>
              <div className="st-problem-words">
                {byLine.get(line)?.map((problem) => (
                  <ProblemWords key={`${problem.column} ${problem.code}`} problem={problem} />
                ))}
              </div>
              {original !== undefined && (
                <Group gap="xs" wrap="nowrap" align="flex-start">
                  <TextInput
                    className="st-problem-text"
                    classNames={{ input: 'st-csv' }}
                    size="xs"
                    aria-label={words.textOf(line)}
                    spellCheck={false}
                    disabled={isOut}
                    value={changes.get(line) ?? original}
                    onChange={(event) => {
                      const { value } = event.currentTarget;
                      change(line, value === original ? 'as it was' : value);
                    }}
                  />
                  {isOut ? (
                    <Button size="xs" variant="default" onClick={() => change(line, 'as it was')}>
                      {words.putBack}
                    </Button>
                  ) : (
                    <ActionIcon
                      size={30}
                      variant="default"
                      aria-label={words.leaveOutLine(line)}
                      title={words.leaveOut}
                      onClick={() => change(line, undefined)}
                    >
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  )}
                </Group>
              )}
            </li>
          );
        })}
      </ol>
      {byLine.size > lines.length && (
        <Text size="sm" c="dimmed">
          {words.more(byLine.size - lines.length)}
        </Text>
      )}
    </section>
  );
}

function ProblemWords({ problem }: { readonly problem: Problem }) {
  return (
    <Text size="sm">
      <strong>
        {words.lineLabel(problem.line)}
        {problem.column === undefined ? '' : `, ${problem.column}`}
      </strong>
      : {problem.message} {problem.fix}
    </Text>
  );
}
