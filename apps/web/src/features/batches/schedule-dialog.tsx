import { Checkbox, Modal, NumberInput, Radio, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { api } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { timeZoneName } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import { fromLocal, toLocal } from './local-time.ts';
import { type Batch, nameOf } from './use-batches.ts';

const words = strings.batches.form;
const HOUR_MS = 3_600_000;

interface Values extends Record<string, unknown> {
  kind: 'initial' | 'delta';
  runAt: string;
  repeats: boolean;
  everyHours: number | string;
  until: string;
}

/** Tonight at nine, or tomorrow's where that is over. */
function evening(): Date {
  const at = new Date();
  at.setHours(21, 0, 0, 0);
  if (at.getTime() < Date.now() + HOUR_MS) at.setDate(at.getDate() + 1);
  return at;
}

function problems(values: Values): Partial<Record<keyof Values, string>> {
  const found: Partial<Record<keyof Values, string>> = {};
  const runAt = fromLocal(values.runAt);
  if (runAt === undefined) found.runAt = words.timeMissing;
  else if (runAt.getTime() < Date.now() - 60_000) found.runAt = words.timePast;
  if (values.kind === 'initial' || !values.repeats) return found;
  if (typeof values.everyHours !== 'number' || values.everyHours < 1 || values.everyHours > 744)
    found.everyHours = words.hoursMissing;
  const until = fromLocal(values.until);
  if (until === undefined) found.until = words.timeMissing;
  else if (runAt !== undefined && until <= runAt) found.until = words.untilEarly;
  return found;
}

export function ScheduleDialog({
  projectId,
  batch,
  onClose,
  onMade,
}: {
  readonly projectId: number;
  readonly batch: Batch;
  readonly onClose: () => void;
  readonly onMade: () => Promise<void>;
}) {
  const fresh = batch.statuses['not started'] ?? 0;
  const started = batch.entries - fresh;
  const first = evening();
  const apiForm = useApiForm<Values>(
    {
      name: 'schedule',
      initialValues: {
        kind: fresh > 0 ? 'initial' : 'delta',
        runAt: toLocal(first),
        repeats: false,
        everyHours: 4,
        until: toLocal(new Date(first.getTime() + 48 * HOUR_MS)),
      },
      validate: problems,
    },
    // The zone is that of the browser: what is wrong with it is wrong with the time.
    (field) => (field === 'zone' ? 'runAt' : field),
  );
  const { form } = apiForm;
  const repeats = form.values.kind === 'delta' && form.values.repeats;
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title(nameOf(batch.batch))}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <DialogForm
        apiForm={apiForm}
        action={words.submit}
        onCancel={onClose}
        send={async (values) => {
          const iso = (text: string): string => fromLocal(text)?.toISOString() ?? '';
          await api.POST('/api/projects/{id}/schedules', {
            params: { path: { id: projectId } },
            body: {
              batch: batch.batch,
              kind: values.kind,
              runAt: iso(values.runAt),
              zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
              ...(repeats ? { everyHours: Number(values.everyHours), until: iso(values.until) } : {}),
            },
          });
          notifications.show({ message: words.made });
          await onMade();
        }}
      >
        <Radio.Group label={words.kind} {...form.getInputProps('kind')}>
          <Stack gap="xs" mt={6}>
            <Radio
              value="initial"
              disabled={fresh === 0}
              label={words.initial}
              description={words.initialText(fresh)}
            />
            <Radio value="delta" label={words.delta} description={words.deltaText(started)} />
          </Stack>
        </Radio.Group>
        <TextInput
          type="datetime-local"
          label={words.at}
          description={words.inZone(timeZoneName())}
          data-autofocus
          {...form.getInputProps('runAt')}
        />
        {form.values.kind === 'delta' && (
          <Checkbox
            label={words.repeat}
            description={words.repeatText}
            {...form.getInputProps('repeats', { type: 'checkbox' })}
          />
        )}
        {repeats && (
          <div className="st-repeat">
            <NumberInput
              label={words.every}
              suffix={` ${words.hours}`}
              min={1}
              max={744}
              allowDecimal={false}
              clampBehavior="none"
              hideControls
              {...form.getInputProps('everyHours')}
            />
            <TextInput type="datetime-local" label={words.until} {...form.getInputProps('until')} />
          </div>
        )}
      </DialogForm>
    </Modal>
  );
}
