import { Button, Menu } from '@mantine/core';
import {
  IconArrowsExchange,
  IconChevronDown,
  IconDownload,
  IconFolderSymlink,
  IconHammer,
  IconHistory,
  IconPlayerPlay,
  IconPlayerStop,
  type IconProps,
  IconRefresh,
  IconRepeat,
  IconShieldCheck,
  IconTicket,
  IconTicketOff,
  IconTrash,
  IconZoomCheck,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { strings } from '../../strings.ts';
import type { BulkAction } from './bulk.ts';

const words = strings.list.bulk;

export type BarAction = BulkAction | 'export' | 'remigrate';

const ICON: Readonly<Record<BarAction, ComponentType<IconProps>>> = {
  start: IconPlayerPlay,
  delta: IconRefresh,
  stop: IconPlayerStop,
  resume: IconHistory,
  retry: IconRepeat,
  verify: IconShieldCheck,
  audit: IconZoomCheck,
  preprocess: IconHammer,
  assign: IconTicket,
  release: IconTicketOff,
  batch: IconFolderSymlink,
  export: IconDownload,
  remigrate: IconArrowsExchange,
  delete: IconTrash,
};
const FIRST: readonly BarAction[] = ['start', 'delta', 'stop', 'retry', 'verify', 'assign'];
const MORE: readonly (readonly BarAction[])[] = [
  ['resume', 'preprocess', 'audit', 'release', 'batch'],
  ['export', 'remigrate'],
  ['delete'],
];

/** Everything that can be done with the selection. */
export function BulkActions({ onAct, busy }: { readonly onAct: (action: BarAction) => void; readonly busy: boolean }) {
  return (
    <>
      {FIRST.map((action) => {
        const Icon = ICON[action];
        return (
          <Button
            key={action}
            size="xs"
            px={10}
            variant={action === 'start' ? 'filled' : 'default'}
            leftSection={<Icon size={15} aria-hidden />}
            disabled={busy}
            onClick={() => onAct(action)}
          >
            {words.actions[action]}
          </Button>
        );
      })}
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <Button size="xs" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />} loading={busy}>
            {words.more}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {MORE.flatMap((group, index) => [
            ...(index > 0 ? [<Menu.Divider key={`before ${group[0]}`} />] : []),
            ...group.map((action) => {
              const Icon = ICON[action];
              return (
                <Menu.Item key={action} leftSection={<Icon size={16} aria-hidden />} onClick={() => onAct(action)}>
                  {words.actions[action]}
                </Menu.Item>
              );
            }),
          ])}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
