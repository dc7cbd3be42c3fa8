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

export type Tone = 'ok' | 'busy' | 'wait' | 'bad' | 'quiet';

const LOOK: Readonly<Record<string, { readonly tone: Tone; readonly icon: ComponentType<IconProps> }>> = {
  'not started': { tone: 'quiet', icon: IconCircleDashed },
  scheduled: { tone: 'busy', icon: IconClockPause },
  queued: { tone: 'busy', icon: IconCircleDashed },
  running: { tone: 'busy', icon: IconPlayerPlay },
  pending: { tone: 'wait', icon: IconClockPause },
  completed: { tone: 'ok', icon: IconCircleCheck },
  'completed with failures': { tone: 'wait', icon: IconAlertTriangle },
  stopped: { tone: 'quiet', icon: IconPlayerStop },
  failed: { tone: 'bad', icon: IconCircleX },
};

export const toneOf = (status: string): Tone => LOOK[status]?.tone ?? 'quiet';

/** The status of an entry or a pass: a sign and a word, never colour alone. */
export function StatusChip({ status }: { readonly status: string }) {
  const { tone, icon: Icon } = LOOK[status] ?? { tone: 'quiet', icon: IconCircleDashed };
  return (
    <Chip tone={tone}>
      <Icon size={14} stroke={2.2} aria-hidden />
      {strings.common.status[status] ?? status}
    </Chip>
  );
}

export function Chip({ tone, children }: { readonly tone: Tone; readonly children: React.ReactNode }) {
  return <span className={`st-chip st-tone-${tone}`}>{children}</span>;
}
