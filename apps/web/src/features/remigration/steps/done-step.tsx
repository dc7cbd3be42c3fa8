import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { $api } from '../../../api/client.ts';
import { Notice } from '../../../components/notice.tsx';
import { strings } from '../../../strings.ts';
import { verifyResultOf } from '../../entry/verify-result.ts';
import { passOf, type Remigration } from '../flow-state.ts';
import { Verified } from '../verified.tsx';

const words = strings.remigration.flow.done;

/** The end: what the verify of the flow said, and the way to the new entry. */
export function DoneStep({ remigration }: { readonly remigration: Remigration }) {
  const { newEntryId } = remigration;
  const passId = passOf(remigration, 'verify');
  const { data: pass } = useQuery({
    ...$api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: passId ?? 0 } } }),
    enabled: passId !== undefined,
  });
  const result = pass === undefined ? undefined : verifyResultOf(pass);
  if (newEntryId === undefined) return null;
  return (
    <Stack gap="md">
      {result?.ok === false ? (
        <Notice tone="wait" title={words.differs}>
          {words.differsHint}
        </Notice>
      ) : (
        <Text fw={600}>{result === undefined ? words.unverified : words.title}</Text>
      )}
      {pass !== undefined && <Verified pass={pass} entryId={newEntryId} />}
      <Group>
        <Button component={Link} to="/entries/$entryId" {...({ params: { entryId: newEntryId } } as object)}>
          {words.open}
        </Button>
      </Group>
    </Stack>
  );
}
