import { Button, NumberInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { $api, api, type Schema } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';

const words = strings.notify.rules;
const PATH = '/api/notifications/rules';

type Rules = Schema<'NotificationRules'>;

export function RulesPanel() {
  const { data, error, refetch } = $api.useQuery('get', PATH);
  return (
    <Panel title={words.title} lead={words.lead}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data !== undefined && <RulesForm key={JSON.stringify(data)} rules={data} />}
    </Panel>
  );
}

const within = (least: number, most: number, message: string) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most ? null : message;

function RulesForm({ rules }: { readonly rules: Rules }) {
  const queryClient = useQueryClient();
  const mayChange = useMay('admin');
  const { form, busy, refusal, submit } = useApiForm({
    name: 'rules',
    initialValues: {
      failureShare: Number((rules.failureShare * 100).toFixed(2)),
      throttledMinutes: rules.throttledMinutes,
      licenseLow: rules.licenseLow,
    },
    validate: {
      failureShare: within(0, 100, words.shareWrong),
      throttledMinutes: within(1, 1_440, words.minutesWrong),
      licenseLow: within(0, 1_000_000, words.licensesWrong),
    },
  });
  const plain = { hideControls: true, clampBehavior: 'none', disabled: !mayChange } as const;
  return (
    <form
      noValidate
      onSubmit={submit(async (values) => {
        await api.PATCH(PATH, { body: { ...values, failureShare: values.failureShare / 100 } });
        notifications.show({ message: words.saved });
        await queryClient.invalidateQueries({ queryKey: ['get', PATH] });
      })}
    >
      <Stack gap="sm">
        <ErrorNotice error={refusal} />
        <NumberInput
          label={words.failureShare}
          suffix={` ${words.failureShareUnit}`}
          decimalScale={2}
          {...plain}
          {...form.getInputProps('failureShare')}
        />
        <NumberInput
          label={words.throttledMinutes}
          suffix={` ${words.throttledUnit}`}
          allowDecimal={false}
          thousandSeparator=","
          {...plain}
          {...form.getInputProps('throttledMinutes')}
        />
        <NumberInput
          label={words.licenseLow}
          allowDecimal={false}
          thousandSeparator=","
          {...plain}
          {...form.getInputProps('licenseLow')}
        />
        {mayChange && (
          <Button type="submit" variant="default" size="sm" w="fit-content" loading={busy} disabled={!form.isDirty()}>
            {strings.common.save}
          </Button>
        )}
      </Stack>
    </form>
  );
}
