import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconCalculator,
  IconCopyPlus,
  IconDots,
  IconEdit,
  IconFlask,
  IconHammer,
  IconLockOpen,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconShieldCheck,
  IconTicket,
  IconTicketOff,
  IconTrash,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ComponentType, useState } from 'react';
import type { Schema } from '../../api/client.ts';
import { useMay } from '../../session/session.tsx';
import { strings } from '../../strings.ts';
import { type Action, actionsOf, hasStarted } from './actions.ts';
import {
  AssignDialog,
  AuditDialog,
  DeleteDialog,
  DryRunDialog,
  FinishDialog,
  PreprocessDialog,
  RecreateDialog,
  ReleaseDialog,
  ResumeDialog,
  RetryDialog,
  StopDialog,
  VerifyDialog,
} from './dialogs.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { StartDialog } from './start-dialog.tsx';

const words = strings.entry.actions;

const ICONS: Readonly<Record<Action, ComponentType<{ size?: number }>>> = {
  start: IconPlayerPlay,
  delta: IconPlayerPlay,
  stop: IconPlayerStop,
  resume: IconPlayerPlay,
  resumeNow: IconPlayerPlay,
  retry: IconRefresh,
  verify: IconShieldCheck,
  preprocess: IconHammer,
  finish: IconLockOpen,
  audit: IconCalculator,
  dryRun: IconFlask,
  assign: IconTicket,
  release: IconTicketOff,
  edit: IconEdit,
  delete: IconTrash,
  recreate: IconCopyPlus,
};

interface DialogProps {
  readonly entry: Schema<'Entry'>;
  readonly onClose: () => void;
}

/** Nothing is done at once: each action says first what it does and costs. */
const DIALOGS: Readonly<Record<Action, ComponentType<DialogProps>>> = {
  start: StartDialog,
  delta: StartDialog,
  // The license burned already: a resume is a delta pass, and its plan says so.
  resume: StartDialog,
  resumeNow: ResumeDialog,
  stop: StopDialog,
  retry: RetryDialog,
  verify: VerifyDialog,
  preprocess: PreprocessDialog,
  finish: FinishDialog,
  audit: AuditDialog,
  dryRun: DryRunDialog,
  assign: AssignDialog,
  release: ReleaseDialog,
  edit: EditDialog,
  delete: DeleteDialog,
  recreate: RecreateDialog,
};

/** What can be done with the entry now, for those who may. */
export function ActionBar({ entry, isReplaced }: { readonly entry: Schema<'Entry'>; readonly isReplaced: boolean }) {
  const mayOperate = useMay('operate');
  const [asked, setAsked] = useState<Action>();
  if (!mayOperate) return null;
  const { first, more } = actionsOf(entry, isReplaced);
  const Dialog = asked === undefined ? undefined : DIALOGS[asked];
  return (
    <>
      {first.map((action, index) => {
        const Icon = ICONS[action];
        return (
          <Button
            key={action}
            variant={index === 0 ? 'filled' : 'default'}
            leftSection={<Icon size={16} />}
            onClick={() => setAsked(action)}
          >
            {words[action]}
          </Button>
        );
      })}
      {entry.archivedAt === undefined && hasStarted(entry) && (
        <Button
          variant="default"
          renderRoot={(props) => <Link {...props} to="/entries/$entryId/again" params={{ entryId: entry.id }} />}
        >
          {words.wrong}
        </Button>
      )}
      {more.length > 0 && (
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={words.more}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((action) => {
              const Icon = ICONS[action];
              return (
                <Menu.Item key={action} leftSection={<Icon size={16} />} onClick={() => setAsked(action)}>
                  {words[action]}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
      {Dialog !== undefined && <Dialog entry={entry} onClose={() => setAsked(undefined)} />}
    </>
  );
}
