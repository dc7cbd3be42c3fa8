import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api, api } from '../../../api/client.ts';
import { TextLink } from '../../../components/text-link.tsx';
import { useApiForm } from '../../../forms/api-form.ts';
import { formatDuration } from '../../../lib/format.ts';
import { ErrorNotice } from '../../../shell/error-notice.tsx';
import { strings } from '../../../strings.ts';
import { Fact } from '../../entry/entry-facts.tsx';
import type { Remigration } from '../flow-state.ts';
import { useTake } from '../use-remigration.ts';

const words = strings.remigration.flow.start;

/** The start of the new entry; after a pass that failed or was stopped, going on with it. */
export function StartStep({ remigration }: { readonly remigration: Remigration }) {
  const { id, newEntryId = 0 } = remigration;
  const take = useTake(id);
  const { data: plan, isPending } = useQuery({
    ...$api.queryOptions('get', '/api/entries/{id}/plan', {
      params: { path: { id: newEntryId }, query: { live: 'true' } },
    }),
    refetchOnWindowFocus: false,
  });
  const { busy, refusal, submit } = useApiForm({ initialValues: {} });
  const isAgain = remigration.steps.some((one) => one.step === 'start');
  const { seconds } = plan?.estimate ?? {};
  return (
    <form onSubmit={submit(() => take(api.POST('/api/remigrations/{id}/start', { params: { path: { id } } })))}>
      <Stack gap="sm">
        <Text fw={550}>{isAgain ? words.titleAgain : words.title}</Text>
        {isAgain ? (
          <Text size="sm">{words.again}</Text>
        ) : (
          <dl className="st-facts">
            <Fact name={strings.remigration.advisor.cost}>{plan?.license.words ?? '…'}</Fact>
            <Fact name={words.time}>
              {seconds === undefined
                ? strings.remigration.advisor.unknownTime
                : strings.remigration.advisor.takes(formatDuration(seconds))}
            </Fact>
          </dl>
        )}
        {plan !== undefined && plan.warnings.length > 0 && !isAgain && (
          <List size="sm" spacing={4}>
            {plan.warnings.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        )}
        {!isAgain && (
          <Text size="sm" c="dimmed">
            {words.own}{' '}
            <TextLink size="sm" to="/entries/$entryId" params={{ entryId: newEntryId }}>
              {strings.remigration.flow.entryNumber(newEntryId)}
            </TextLink>
          </Text>
        )}
        <ErrorNotice error={refusal} />
        <Group>
          {/* Nobody burns a license before the cost is in sight. */}
          <Button type="submit" loading={busy} disabled={isPending && !isAgain}>
            {isAgain ? words.goAgain : words.go}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
