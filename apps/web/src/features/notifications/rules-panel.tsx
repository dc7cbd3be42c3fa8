import { Button, NumberInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { $api, api, type Schema } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { formatNumber } from '../../lib/format.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';

const words = strings.notify.rules;
const PATH = '/api/notifications/rules';

type NotificationRules = Schema<'NotificationRules'>;

export function RulesPanel() {
  const mayChange = useMay('admin');
  const { data, error, refetch } = $api.useQuery('get', PATH);
  return (
    <Panel title={words.title} lead={words.lead}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data !== undefined &&
        (mayChange ? <RulesForm key={JSON.stringify(data)} rules={data} /> : <Rules rules={data} />)}
    </Panel>
  );
}

const shareOf = ({ failureShare }: NotificationRules): number => Number((failureShare * 100).toFixed(2));

function Rules({ rules }: { readonly rules: NotificationRules }) {
  return (
    <dl className="st-facts">
      <dt>{words.failureShare}</dt>
      <dd>{`${shareOf(rules)} ${words.failureShareUnit}`}</dd>
      <dt>{words.throttledMinutes}</dt>
      <dd>{`${formatNumber(rules.throttledMinutes)} ${words.throttledUnit}`}</dd>
      <dt>{words.licenseLow}</dt>
      <dd>{formatNumber(rules.licenseLow)}</dd>
    </dl>
  );
}

const within = (least: number, most: number, message: string) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most ? null : message;

function RulesForm({ rules }: { readonly rules: NotificationRules }) {
  const queryClient = useQueryClient();
  const { form, busy, refusal, submit } = useApiForm({
    name: 'rules',
    initialValues: {
      failureShare: shareOf(rules),
      throttledMinutes: rules.throttledMinutes,
      licenseLow: rules.licenseLow,
    },
    validate: {
      failureShare: within(0, 100, words.shareWrong),
      throttledMinutes: within(1, 1_440, words.minutesWrong),
      licenseLow: within(0, 1_000_000, words.licensesWrong),
    },
  });
  const plain = { hideControls: true, clampBehavior: 'none' } as const;
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
        <Button type="submit" variant="default" size="sm" w="fit-content" loading={busy} disabled={!form.isDirty()}>
          {strings.common.save}
        </Button>
      </Stack>
    </form>
  );
}
