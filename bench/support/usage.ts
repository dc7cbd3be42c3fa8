import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Of /proc/PID/stat; the same on every Linux that we know. */
const TICKS_PER_SECOND = 100;

/** What a process has used of the machine since it began. */
export function usageOf(pid: number): { readonly cpuSeconds: number; readonly rssMegabytes: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number) as [number, number];
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return { cpuSeconds: (user + system) / TICKS_PER_SECOND, rssMegabytes: Number(kilobytes) / 1_024 };
}

/** Seconds that all processors together were busy, since the machine began. */
export const busySeconds = (): number =>
  cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) / 1_000, 0);
