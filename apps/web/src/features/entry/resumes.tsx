import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { formatMoment, formatRelative } from '../../lib/format.ts';
import { strings } from '../../strings.ts';

const TICK_MS = 1_000;

/** When something that waits goes on, counted down. */
export function Resumes({ at }: { readonly at: string }) {
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), TICK_MS, { autoInvoke: true });
  return new Date(at).getTime() <= now
    ? strings.entry.resumesNow
    : strings.entry.resumes(formatRelative(at, now), formatMoment(at));
}
