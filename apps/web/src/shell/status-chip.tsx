import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockPause,
  IconPlayerPlay,
  IconPlayerStop,
  type IconProps,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { strings } from '../strings.ts';
import { type Tone, toneOf } from './status-tone.ts';

const ICONS: Readonly<Record<string, ComponentType<IconProps>>> = {
  scheduled: IconClockPause,
  running: IconPlayerPlay,
  pending: IconClockPause,
  completed: IconCircleCheck,
  'completed with failures': IconAlertTriangle,
  stopped: IconPlayerStop,
  failed: IconCircleX,
};

/** The status of an entry or a pass: a sign and a word, never colour alone. */
export function StatusChip({ status }: { readonly status: string }) {
  const Icon = ICONS[status] ?? IconCircleDashed;
  return (
    <Chip tone={toneOf(status)}>
      <Icon size={14} stroke={2.2} aria-hidden />
      {strings.common.status[status] ?? status}
    </Chip>
  );
}

export function Chip({ tone, children }: { readonly tone: Tone; readonly children: React.ReactNode }) {
  return <span className={`st-chip st-tone-${tone}`}>{children}</span>;
}
