import { Button, Code, CopyButton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { isLive } from '../../lib/progress.ts';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { Fact } from '../entry/entry-facts.tsx';
import { passOf, type Remigration } from './flow-state.ts';

const words = strings.remigration.flow;

/** What the flow is about: which entry, why, and where its backup lies. */
export function AboutRemigration({ remigration }: { readonly remigration: Remigration }) {
  const { sourceAddress, targetAddress, newTargetAddress, entryId, newEntryId, reason, note } = remigration;
  const { bulkId, backup, createdAt, endedAt } = remigration;
  return (
    <aside className="st-about">
      <Panel title={words.about}>
        <dl className="st-facts">
          <Fact name={words.oldEntry}>
            <EntryLink id={entryId} /> · {words.of(sourceAddress, targetAddress)}
          </Fact>
          {newTargetAddress !== undefined && <Fact name={words.newTarget}>{newTargetAddress}</Fact>}
          {newEntryId !== undefined && (
            <Fact name={words.newEntry}>
              <EntryLink id={newEntryId} />
            </Fact>
          )}
          <Fact name={words.reason}>{strings.remigration.reasons[reason]}</Fact>
          {note !== '' && <Fact name={words.note}>{note}</Fact>}
          <Fact name={words.begun}>{formatDateTime(createdAt)}</Fact>
          {endedAt !== undefined && <Fact name={words.ended}>{formatDateTime(endedAt)}</Fact>}
          {bulkId !== undefined && (
            <Fact name={words.ofBulk}>
              <TextLink size="sm" to="/bulk-remigrations/$bulkId" params={{ bulkId }}>
                {words.toBulk}
              </TextLink>
            </Fact>
          )}
        </dl>
      </Panel>
      <Panel title={words.backup.at}>
        {backup === undefined ? (
          <Text size="sm">{words.backup.none}</Text>
        ) : 'refused' in backup ? (
          <Text size="sm">{words.backup.refused(backup.refused)}</Text>
        ) : (
          <Backup path={backup.path} address={targetAddress} passId={passOf(remigration, 'backup')} />
        )}
        <EarlierBackups entryId={entryId} but={backup !== undefined && 'path' in backup ? backup.entryId : undefined} />
      </Panel>
    </aside>
  );
}

const EntryLink = ({ id }: { readonly id: number }) => (
  <TextLink size="sm" to="/entries/$entryId" params={{ entryId: id }}>
    {words.entryNumber(id)}
  </TextLink>
);

/** Only a backup that came to its end can be put back. */
function Backup({
  path,
  address,
  passId,
}: {
  readonly path: string;
  readonly address: string;
  readonly passId: number | undefined;
}) {
  const pass = useQuery({
    ...$api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: passId ?? 0 } } }),
    enabled: passId !== undefined,
  }).data;
  if (pass === undefined) return null;
  if (pass.status === 'completed') return <Restore path={path} address={address} />;
  return <Text size="sm">{isLive(pass) ? words.backup.underWay : words.backup.incomplete}</Text>;
}

function Restore({ path, address }: { readonly path: string; readonly address: string }) {
  const command = words.backup.restoreCommand(path, address);
  return (
    <>
      <Text size="sm" className="st-mono">
        {path}
      </Text>
      <Text size="sm" mt="sm" fw={550}>
        {words.backup.restore}
      </Text>
      <Code block className="st-command">
        {command}
      </Code>
      <Text size="sm" c="dimmed">
        {words.backup.restoreHint}
      </Text>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-sm" mt="xs" onClick={copy}>
            {copied ? strings.common.copied : strings.common.copy}
          </Button>
        )}
      </CopyButton>
    </>
  );
}

function EarlierBackups({ entryId, but }: { readonly entryId: number; readonly but: number | undefined }) {
  const all = useQuery(
    $api.queryOptions('get', '/api/backups', { params: { query: { ofEntryId: entryId } } }),
  ).data?.items.filter((one) => one.entryId !== but);
  if (all === undefined || all.length === 0) return null;
  return (
    <>
      <Text size="sm" mt="md" fw={550}>
        {words.backup.earlier}
      </Text>
      <ul className="st-plain">
        {all.map((one) => (
          <li key={one.entryId}>
            <Text size="sm">
              {words.backup.earlierOne(formatDateTime(one.createdAt), strings.common.status[one.status] ?? one.status)}
            </Text>
            <Text size="sm" className="st-mono">
              {one.path}
            </Text>
          </li>
        ))}
      </ul>
    </>
  );
}
