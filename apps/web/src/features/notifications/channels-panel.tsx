import { ActionIcon, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots, IconPlus, IconSend } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api, dataOf } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { ChannelForm } from './channel-form.tsx';
import type { Channel } from './channel-values.ts';
import { TestOutcome } from './test-outcome.tsx';

const words = strings.notify.channels;
const form = strings.notify.form;

type Act = { readonly kind: 'edit' | 'remove' | 'renew'; readonly channel: Channel };

export function ChannelsPanel() {
  const queryClient = useQueryClient();
  const { data, error, refetch } = $api.useQuery('get', '/api/notifications/channels');
  const mayChange = useMay('admin');
  const [adding, setAdding] = useState(false);
  const [act, setAct] = useState<Act>();
  const [secret, setSecret] = useState<{ readonly name: string; readonly secret: string }>();
  const [tested, setTested] = useState<{ readonly name: string; readonly delivery: number }>();
  const readAgain = async (): Promise<void> => {
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/notifications/channels'] });
  };
  const test = useMutation({
    mutationFn: async (channel: Channel) => {
      const path = { params: { path: { id: channel.id } } };
      const { id } = await dataOf(api.POST('/api/notifications/channels/{id}/test', path));
      setTested({ name: channel.name, delivery: id });
    },
  });
  const turn = useMutation({
    mutationFn: async (channel: Channel) => {
      await api.PATCH('/api/notifications/channels/{id}', {
        params: { path: { id: channel.id } },
        body: { enabled: !channel.enabled },
      });
      await readAgain();
    },
  });
  const channels = data?.items ?? [];
  return (
    <Panel
      title={words.title}
      lead={words.lead}
      flush
      actions={
        mayChange && (
          <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )
      }
    >
      <div className="st-notify-notices">
        <ErrorNotice error={error} onRetry={() => void refetch()} />
        <ErrorNotice error={test.error ?? turn.error} />
        {tested !== undefined && <TestOutcome key={tested.delivery} name={tested.name} deliveryId={tested.delivery} />}
      </div>
      {data === undefined && error === null && <Pending />}
      {data !== undefined && channels.length === 0 && <p className="st-empty">{words.empty}</p>}
      {channels.length > 0 && (
        <table className="st-table st-stacked">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.to}</th>
              <th scope="col">{words.about}</th>
              <th scope="col">{words.state}</th>
              {mayChange && <th scope="col" aria-label={strings.common.edit} />}
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <tr key={channel.id}>
                <td data-label={words.name}>
                  <div>
                    <b>{channel.name}</b>
                    <Text size="xs" c="dimmed">
                      {words.kinds[channel.kind]}
                    </Text>
                  </div>
                </td>
                <td data-label={words.to} className="st-notify-to">
                  {channel.url ?? channel.mail?.to.join(', ')}
                </td>
                <td data-label={words.about}>
                  <Topics channel={channel} />
                </td>
                <td data-label={words.state}>
                  <span>
                    <Chip tone={channel.enabled ? 'ok' : 'quiet'}>{channel.enabled ? words.on : words.off}</Chip>
                  </span>
                </td>
                {mayChange && (
                  <td className="st-row-actions">
                    <Group gap={4} wrap="nowrap" justify="flex-end">
                      <Button
                        variant="default"
                        size="compact-sm"
                        disabled={!channel.enabled}
                        loading={test.isPending && test.variables.id === channel.id}
                        leftSection={<IconSend size={14} aria-hidden />}
                        aria-label={words.testOf(channel.name)}
                        onClick={() => test.mutate(channel)}
                      >
                        {words.test}
                      </Button>
                      <ChannelMenu channel={channel} onAct={setAct} onTurn={() => turn.mutate(channel)} />
                    </Group>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {(adding || act?.kind === 'edit') && (
        <ChannelForm
          {...(act?.kind === 'edit' ? { channel: act.channel } : {})}
          onClose={() => {
            setAdding(false);
            setAct(undefined);
          }}
          onSaved={async (name, made) => {
            setAdding(false);
            setAct(undefined);
            if (made === undefined) notifications.show({ message: form.saved(name) });
            else setSecret({ name, secret: made });
            await readAgain();
          }}
        />
      )}
      {act !== undefined && act.kind !== 'edit' && (
        <ChannelQuestion
          act={act}
          onClose={() => setAct(undefined)}
          onDone={async (renewed) => {
            if (renewed !== undefined) setSecret({ name: act.channel.name, secret: renewed });
            await readAgain();
          }}
        />
      )}
      {secret !== undefined && (
        <Modal
          opened
          onClose={() => setSecret(undefined)}
          title={form.secretTitle(secret.name)}
          size="lg"
          // A stray click must not throw away what is shown only once.
          closeOnClickOutside={false}
          closeButtonProps={{ 'aria-label': strings.common.close }}
        >
          <Stack gap="md">
            <Notice tone="wait">{form.secretOnce}</Notice>
            <SecretOnce label={form.secret} value={secret.secret} />
            <Button onClick={() => setSecret(undefined)} w="fit-content" ml="auto">
              {form.done}
            </Button>
          </Stack>
        </Modal>
      )}
    </Panel>
  );
}

function Topics({ channel }: { readonly channel: Channel }) {
  const all = Object.keys(strings.notify.topics).filter((topic) => topic !== 'test');
  if (channel.topics.length === all.length) return <>{words.allTopics}</>;
  return (
    <ul className="st-topics">
      {channel.topics.map((topic) => (
        <li key={topic}>{strings.notify.topics[topic]?.[0]}</li>
      ))}
    </ul>
  );
}

function ChannelMenu({
  channel,
  onAct,
  onTurn,
}: {
  readonly channel: Channel;
  readonly onAct: (act: Act) => void;
  readonly onTurn: () => void;
}) {
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.actions(channel.name)}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAct({ kind: 'edit', channel })}>{strings.common.edit}</Menu.Item>
        <Menu.Item onClick={onTurn}>{channel.enabled ? words.switchOff : words.switchOn}</Menu.Item>
        {channel.kind === 'webhook' && (
          <Menu.Item onClick={() => onAct({ kind: 'renew', channel })}>{words.renew}</Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => onAct({ kind: 'remove', channel })}>{strings.common.remove}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ChannelQuestion({
  act: { kind, channel },
  onClose,
  onDone,
}: {
  readonly act: Act;
  readonly onClose: () => void;
  readonly onDone: (secret: string | undefined) => Promise<void>;
}) {
  const path = { params: { path: { id: channel.id } } };
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={kind === 'remove' ? words.removeTitle(channel.name) : words.renewTitle(channel.name)}
      action={kind === 'remove' ? strings.common.remove : words.renewAction}
      danger={kind === 'remove'}
      onConfirm={async () => {
        if (kind === 'remove') {
          await api.DELETE('/api/notifications/channels/{id}', path);
          notifications.show({ message: words.removed(channel.name) });
          await onDone(undefined);
          return;
        }
        const { secret } = await dataOf(api.POST('/api/notifications/channels/{id}/secret', path));
        await onDone(secret);
      }}
    >
      {kind === 'remove' ? words.removeText : words.renewText}
    </ConfirmDialog>
  );
}
