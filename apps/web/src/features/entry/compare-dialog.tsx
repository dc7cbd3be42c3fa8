import { Button, Checkbox, Group, Loader, Modal, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api/client.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatBytes, formatDateTime, formatNumber } from '../../lib/format.ts';
import { diffLines } from '../../lib/line-diff.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { type Comparison, differingFields, headerRows, verdictOf } from './comparison.ts';

const words = strings.entry.compare;
type Version = Schema<'ObjectVersion'>;

/** Of the text, in bytes: at first, and when more is wanted. */
const SOME = 4_096;
const MOST = 65_536;

/** The source's and the target's version of one object, fetched now. The server writes down that somebody looked. */
export function CompareDialog({
  entryId,
  noteId,
  onClose,
}: {
  readonly entryId: number;
  readonly noteId: number;
  readonly onClose: () => void;
}) {
  const [bytes, setBytes] = useState(SOME);
  const comparison = useQuery({
    queryKey: ['compare', entryId, noteId, bytes],
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/entries/{id}/notes/{note}/compare', {
          params: { path: { id: entryId, note: noteId } },
          body: { bytes },
          signal,
        }),
      ),
    // People's mail: asked for once, shown, and forgotten.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    placeholderData: (before) => before,
  });
  const { data } = comparison;
  return (
    <Modal
      opened
      onClose={onClose}
      size="72rem"
      title={data?.subject ?? words.title}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <ErrorNotice error={comparison.error} onRetry={() => void comparison.refetch()} />
      {data === undefined && comparison.isFetching && (
        <Group role="status" gap="sm">
          <Loader size="sm" /> <Text>{words.asking}</Text>
        </Group>
      )}
      {data !== undefined && (
        <Stack gap="lg">
          <Verdict comparison={data} />
          <Fields comparison={data} />
          <Headers comparison={data} />
          <Bodies comparison={data} />
          {(data.source.truncated || data.target.truncated) && (
            <Group gap="sm">
              <Text size="sm">{words.truncated}</Text>
              {bytes < MOST && (
                <Button size="xs" variant="default" loading={comparison.isFetching} onClick={() => setBytes(MOST)}>
                  {words.more}
                </Button>
              )}
            </Group>
          )}
          <Text size="xs" c="dimmed">
            {words.logged}
          </Text>
        </Stack>
      )}
    </Modal>
  );
}

function Verdict({ comparison }: { readonly comparison: Comparison }) {
  const verdict = verdictOf(comparison);
  if (verdict === undefined) return null;
  return (
    <Text fw={600} className={verdict === 'same' ? 'st-verdict st-tone-ok' : 'st-verdict st-tone-bad'}>
      {words.verdict[verdict]}
    </Text>
  );
}

const FIELDS: Readonly<Record<'size' | 'digest' | 'received' | 'flags' | 'folder', (version: Version) => string>> = {
  size: ({ size }) =>
    size === undefined ? '' : size < 1024 ? formatBytes(size) : `${formatBytes(size)} (${formatNumber(size)} B)`,
  digest: ({ digest }) => digest ?? '',
  received: ({ date }) => (date === undefined ? '' : formatDateTime(date)),
  flags: ({ flags }) => [...flags].sort().join(' ') || words.noFlags,
  folder: ({ folder }) => folder ?? '',
};

function Fields({ comparison }: { readonly comparison: Comparison }) {
  const { source, target } = comparison;
  const differing = differingFields(comparison);
  const side = (version: Version, show: (version: Version) => string): string =>
    version.state === 'present' ? show(version) : '';
  return (
    <ScrollRegion label={strings.entry.verify.compare}>
      <table className="st-table st-sides">
        <thead>
          <tr>
            <th scope="col">{words.field}</th>
            <SideHead name={words.source} version={source} />
            <SideHead name={words.target} version={target} />
            <th scope="col">
              <VisuallyHidden>{words.differs}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {(Object.keys(FIELDS) as (keyof typeof FIELDS)[]).map((name) => (
            <tr key={name}>
              <th scope="row" title={name === 'digest' ? words.digestHint : undefined}>
                {words[name]}
              </th>
              <td className={name === 'digest' ? 'st-mono' : 'st-wrap'}>{side(source, FIELDS[name])}</td>
              <td className={name === 'digest' ? 'st-mono' : 'st-wrap'}>{side(target, FIELDS[name])}</td>
              <td>
                {differing === undefined ? null : differing.has(name) ? (
                  <Chip tone="bad">{words.differs}</Chip>
                ) : (
                  <Chip tone="quiet">{words.same}</Chip>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function SideHead({ name, version }: { readonly name: string; readonly version: Version }) {
  return (
    <th scope="col">
      {name} <Chip tone={version.state === 'present' ? 'ok' : 'bad'}>{words.state[version.state]}</Chip>
      {version.words !== undefined && <span className="st-side-why">{version.words}</span>}
    </th>
  );
}

function Headers({ comparison }: { readonly comparison: Comparison }) {
  const [all, setAll] = useState(false);
  const rows = headerRows(comparison);
  if (rows.length === 0) return null;
  const differing = rows.filter((row) => row.differs);
  // With one side alone there is nothing to leave out.
  const isBoth = comparison.differentHeaders !== undefined;
  const shown = all || !isBoth ? rows : differing;
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <Title order={3} size="h4">
          {words.headers}
        </Title>
        {isBoth && (
          <Checkbox
            size="xs"
            label={words.allHeaders}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        )}
      </Group>
      {isBoth && (
        <Text size="sm" c="dimmed" mb={6}>
          {differing.length === 0 ? words.headersSame(rows.length) : words.headersDiffer(differing.length, rows.length)}
        </Text>
      )}
      {shown.length > 0 && (
        <ScrollRegion label={words.headers} className="st-headers">
          <table className="st-table st-sides">
            <thead>
              <tr>
                <th scope="col">{words.header}</th>
                <th scope="col">{words.source}</th>
                <th scope="col">{words.target}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.name} className={row.differs ? 'st-differs' : undefined}>
                  <th scope="row">{row.name}</th>
                  <td className="st-mono">{row.source ?? ''}</td>
                  <td className="st-mono">{row.target ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </div>
  );
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split(/\r?\n/));

function Bodies({ comparison }: { readonly comparison: Comparison }) {
  const { source, target } = comparison;
  if (source.body === '' && target.body === '') return null;
  const isBoth = source.state === 'present' && target.state === 'present';
  const rows = diffLines(linesOf(source.body), linesOf(target.body));
  const isSame = rows.every((row) => row.same);
  return (
    <div>
      <Title order={3} size="h4" mb={6}>
        {words.text}
      </Title>
      {isBoth && (
        <Text size="sm" c="dimmed" mb={6}>
          {isSame ? words.textSame : words.textDiffers}
        </Text>
      )}
      <ScrollRegion label={words.text} className="st-bodies">
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and never move
          <div key={index} className={row.same || !isBoth ? 'st-line' : 'st-line st-line-differs'}>
            <Line text={row.left} missing={isBoth ? words.onlyTarget : undefined} />
            <Line text={row.right} missing={isBoth ? words.onlySource : undefined} />
          </div>
        ))}
      </ScrollRegion>
    </div>
  );
}

function Line({ text, missing }: { readonly text: string | undefined; readonly missing: string | undefined }) {
  return text === undefined ? (
    <span className="st-line-none">{missing === undefined ? '' : <VisuallyHidden>{missing}</VisuallyHidden>}</span>
  ) : (
    <span>{text === '' ? '\u00a0' : text}</span>
  );
}
