import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { $api, api } from '../../../api/client.ts';
import { Notice } from '../../../components/notice.tsx';
import { ScrollRegion } from '../../../components/scroll-region.tsx';
import { useApiForm } from '../../../forms/api-form.ts';
import { formatBytes, formatNumber } from '../../../lib/format.ts';
import { ErrorNotice } from '../../../shell/error-notice.tsx';
import { strings } from '../../../strings.ts';
import { passOf, type Remigration } from '../flow-state.ts';
import { useTake } from '../use-remigration.ts';

const words = strings.remigration.flow.confirm;

export function ConfirmStep({ remigration }: { readonly remigration: Remigration }) {
  const { id, targetAddress, frozen, backup } = remigration;
  const take = useTake(id);
  const isEmpty = frozen?.objects === 0;
  const { form, busy, refusal, submit } = useApiForm({
    initialValues: { targetAddress: '' },
    validate: { targetAddress: (value: string) => (!isEmpty && value.trim() === '' ? words.empty : null) },
  });
  return (
    <form
      onSubmit={submit(({ targetAddress: typed }) =>
        take(
          api.POST('/api/remigrations/{id}/confirm', {
            params: { path: { id } },
            // Where nothing is to remove there is nothing to confirm.
            body: { targetAddress: isEmpty ? targetAddress : typed },
          }),
        ),
      )}
    >
      <Stack gap="md">
        <Text fw={600}>
          {isEmpty
            ? words.frozenNothing
            : words.frozen(
                frozen?.objects ?? 0,
                frozen === undefined || frozen.bytes === 0 ? undefined : formatBytes(frozen.bytes),
              )}
        </Text>
        {!isEmpty && (
          <>
            <Text size="sm">{words.only}</Text>
            <FrozenList passId={passOf(remigration, 'target')} />
            {backup !== undefined && 'refused' in backup && <Notice tone="bad">{words.noBackup}</Notice>}
            <TextInput
              label={words.type}
              description={words.expected(targetAddress)}
              maw={480}
              autoComplete="off"
              spellCheck={false}
              {...form.getInputProps('targetAddress')}
            />
          </>
        )}
        <ErrorNotice error={refusal} />
        <Group>
          <Button type="submit" loading={busy} {...(isEmpty ? {} : { color: 'red.9' })}>
            {isEmpty ? words.goNothing : words.go}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface Frozen {
  readonly containers?: readonly { readonly container: string; readonly objects: number; readonly bytes: number }[];
  readonly renamed?: readonly { readonly container: string; readonly name: string }[];
}

function FrozenList({ passId }: { readonly passId: number | undefined }) {
  const pass = useQuery({
    ...$api.queryOptions('get', '/api/passes/{id}', { params: { path: { id: passId ?? 0 } } }),
    enabled: passId !== undefined,
  }).data;
  const { containers = [], renamed = [] } = (pass?.result as Frozen | null | undefined) ?? {};
  const folders = containers.filter((one) => one.objects > 0);
  if (folders.length === 0 && renamed.length === 0) return null;
  return (
    // A long list scrolls by itself, so that the confirmation stays in sight.
    <ScrollRegion label={words.list} className="st-frozen">
      <table className="st-table">
        <thead>
          <tr>
            <th scope="col">{words.folder}</th>
            <th scope="col" className="st-number">
              {words.objects}
            </th>
            <th scope="col" className="st-number">
              {words.size}
            </th>
          </tr>
        </thead>
        <tbody>
          {folders.map(({ container, objects, bytes }) => (
            <tr key={container}>
              <td className="st-break">{container}</td>
              <td className="st-number">{formatNumber(objects)}</td>
              <td className="st-number">{formatBytes(bytes)}</td>
            </tr>
          ))}
          {renamed.map(({ container, name }) => (
            <tr key={`renamed ${container}`}>
              <td className="st-break" colSpan={3}>
                {words.renamed(container, name)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
