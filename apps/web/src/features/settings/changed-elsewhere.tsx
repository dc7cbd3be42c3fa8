import { Alert, Button, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { $api } from '../../api/client.ts';
import { formatRelative } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import { nameOfSetting, valueInWords } from './setting-words.ts';
import type { Change } from './settings-changes.ts';

const words = strings.settings;

/** Somebody else saved while this form was being filled in: who, when and what. */
export function ChangedElsewhere({
  projectId,
  version,
  theirs,
  mine,
  onTake,
}: {
  readonly projectId: number;
  readonly version: number;
  readonly theirs: readonly Change[];
  readonly mine: readonly Change[];
  readonly onTake: () => void;
}) {
  const audit = useQuery({
    ...$api.queryOptions('get', '/api/audit', {
      params: { query: { subject: `project/${projectId}`, action: 'project.settings', limit: 1 } },
    }),
    // Every newer version has a newer line.
    queryHash: `settings-changed/${projectId}/${version}`,
  });
  const last = audit.data?.items[0];
  const isMine = new Set(mine.map((change) => change.field));
  return (
    <Alert role="alert" className="st-notice st-notice-wait" variant="default" icon={<IconUsers aria-hidden />}>
      <Text size="sm" fw={600}>
        {last === undefined ? words.changed.titleUnknown : words.changed.title(last.actor, formatRelative(last.at))}
      </Text>
      <Text size="sm">{words.changed.lead}</Text>
      <ul className="st-change-list">
        {theirs.map(({ field, before, after }) => (
          <li key={field}>
            {words.changeLine(nameOfSetting(field), valueInWords(field, before), valueInWords(field, after))}
            {isMine.has(field) && <> {words.changed.both(valueInWords(field, after))}</>}
          </li>
        ))}
      </ul>
      <Button mt="xs" size="compact-sm" variant="default" onClick={onTake}>
        {words.changed.take}
      </Button>
    </Alert>
  );
}
