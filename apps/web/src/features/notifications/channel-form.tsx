import {
  Checkbox,
  Modal,
  NativeSelect,
  NumberInput,
  PasswordInput,
  Radio,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { api, dataOf } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { strings } from '../../strings.ts';
import {
  bodyOf,
  type Channel,
  type ChannelValues,
  problemsOf,
  SECURITIES,
  type Security,
  TOPICS,
  USUAL_PORT,
  valuesOf,
} from './channel-values.ts';

const words = strings.notify.form;

/** A new channel, or another setting of one. `onSaved` gets the secret of a webhook that was made. */
export function ChannelForm({
  channel,
  onClose,
  onSaved,
}: {
  readonly channel?: Channel;
  readonly onClose: () => void;
  readonly onSaved: (name: string, secret: string | undefined) => Promise<void>;
}) {
  const apiForm = useApiForm<ChannelValues>({
    name: 'channel',
    initialValues: valuesOf(channel),
    validate: problemsOf,
  });
  const { form } = apiForm;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={channel === undefined ? words.addTitle : words.editTitle(channel.name)}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <DialogForm
        apiForm={apiForm}
        action={channel === undefined ? words.add : strings.common.save}
        onCancel={onClose}
        send={async (values) => {
          const body = bodyOf(values);
          if (channel === undefined) {
            const made = await dataOf(api.POST('/api/notifications/channels', { body }));
            await onSaved(values.name, made.secret);
            return;
          }
          const { kind: _, ...changes } = body;
          await api.PATCH('/api/notifications/channels/{id}', {
            params: { path: { id: channel.id } },
            body: changes,
          });
          await onSaved(values.name, undefined);
        }}
      >
        {channel === undefined && (
          <Radio.Group label={words.kind} {...form.getInputProps('kind')}>
            <Stack gap="xs" mt={6}>
              <Radio value="webhook" label={strings.notify.channels.kinds.webhook} description={words.webhookText} />
              <Radio value="email" label={strings.notify.channels.kinds.email} description={words.emailText} />
            </Stack>
          </Radio.Group>
        )}
        <TextInput
          label={strings.notify.channels.name}
          description={words.nameHelp}
          data-autofocus
          {...form.getInputProps('name')}
        />
        {form.values.kind === 'webhook' ? (
          <TextInput type="url" label={words.url} description={words.urlHelp} {...form.getInputProps('url')} />
        ) : (
          <MailFields form={form} channel={channel} />
        )}
        <Checkbox.Group label={words.topics} {...form.getInputProps('topics')}>
          <Stack gap="xs" mt={6}>
            {TOPICS.map((topic) => (
              <Checkbox
                key={topic}
                value={topic}
                label={strings.notify.topics[topic]?.[0]}
                description={strings.notify.topics[topic]?.[1]}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      </DialogForm>
    </Modal>
  );
}

function MailFields({
  form,
  channel,
}: {
  readonly form: UseFormReturnType<ChannelValues>;
  readonly channel: Channel | undefined;
}) {
  const security = form.getInputProps('security');
  return (
    <>
      <TextInput label={words.host} description={words.hostHelp} {...form.getInputProps('host')} />
      <div className="st-notify-row">
        <NativeSelect
          label={words.security}
          data={SECURITIES.map((value) => ({ value, label: words.securities[value] ?? value }))}
          {...security}
          onChange={(event) => {
            const chosen = event.currentTarget.value as Security;
            // A port that nobody has chosen goes with it.
            if (form.values.port === USUAL_PORT[form.values.security]) form.setFieldValue('port', USUAL_PORT[chosen]);
            form.setFieldValue('security', chosen);
          }}
        />
        <NumberInput
          label={words.port}
          min={1}
          max={65_535}
          allowDecimal={false}
          clampBehavior="none"
          hideControls
          {...form.getInputProps('port')}
        />
      </div>
      <div className="st-notify-row">
        <TextInput label={words.user} description={words.userHelp} autoComplete="off" {...form.getInputProps('user')} />
        <PasswordInput
          label={words.password}
          description={channel?.mail?.hasPassword === true ? words.passwordKept : words.passwordSealed}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
      </div>
      <TextInput type="email" label={words.from} {...form.getInputProps('from')} />
      <Textarea
        label={words.to}
        description={words.toHelp}
        autosize
        minRows={2}
        maxRows={8}
        {...form.getInputProps('to')}
      />
      <Textarea
        label={`${words.ca} (${strings.common.optional})`}
        description={channel?.mail?.hasCa === true ? words.caKept : words.caHelp}
        autosize
        minRows={1}
        maxRows={6}
        classNames={{ input: 'st-mono' }}
        {...form.getInputProps('ca')}
      />
    </>
  );
}
