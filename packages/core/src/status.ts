import { SternaError } from './errors.ts';

/** Which status may follow which. What isn't here can't happen: not in the types, not at run time. */
export const ENTRY_TRANSITIONS = {
  'not started': ['scheduled'],
  // A stop or a failure can come before any worker took it; a trial of the first connection can be throttled.
  scheduled: ['running', 'pending', 'stopped', 'failed'],
  // Back to scheduled: its time slice is used up and others wait.
  running: ['scheduled', 'pending', 'completed', 'completed with failures', 'stopped', 'failed'],
  pending: ['scheduled', 'running', 'stopped', 'failed'],
  completed: ['scheduled'],
  'completed with failures': ['scheduled'],
  stopped: ['scheduled'],
  failed: ['scheduled'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type EntryStatus = keyof typeof ENTRY_TRANSITIONS;
export const ENTRY_STATUSES = Object.keys(ENTRY_TRANSITIONS) as readonly EntryStatus[];
export type NextEntryStatus<S extends EntryStatus> = (typeof ENTRY_TRANSITIONS)[S][number];

export const PASS_TRANSITIONS = {
  queued: ['running', 'stopped', 'failed'],
  // Running again: another worker took it over after a crash.
  running: ['running', 'queued', 'pending', 'completed', 'completed with failures', 'stopped', 'failed'],
  pending: ['running', 'queued', 'stopped', 'failed'],
  completed: [],
  'completed with failures': [],
  stopped: [],
  failed: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PassStatus = keyof typeof PASS_TRANSITIONS;
export const PASS_STATUSES = Object.keys(PASS_TRANSITIONS) as readonly PassStatus[];
export type NextPassStatus<S extends PassStatus> = (typeof PASS_TRANSITIONS)[S][number];

export const PASS_KINDS = [
  'initial',
  'delta',
  'audit',
  'verify',
  'empty',
  'preprocess',
  'undo',
  'dry-run',
  'finish',
] as const;
export type PassKind = (typeof PASS_KINDS)[number];

/** @throws SternaError bug `status-impossible` */
export function nextEntryStatus<S extends EntryStatus>(from: S, to: NextEntryStatus<S>): NextEntryStatus<S> {
  return checked('entry', ENTRY_TRANSITIONS, from, to);
}

/** @throws SternaError bug `status-impossible` */
export function nextPassStatus<S extends PassStatus>(from: S, to: NextPassStatus<S>): NextPassStatus<S> {
  return checked('pass', PASS_TRANSITIONS, from, to);
}

function checked<T extends string>(
  what: string,
  table: Readonly<Record<string, readonly string[]>>,
  from: string,
  to: T,
): T {
  if (Object.hasOwn(table, from) && table[from]?.includes(to) === true) return to;
  throw new SternaError(
    'bug',
    'status-impossible',
    `An ${what} that is ${from} can't become ${to}.`.replace('An pass', 'A pass'),
  );
}

/** A worker has it, or will: nothing else may start, and it can't be deleted. */
export const isLiveEntry = (status: EntryStatus): boolean =>
  status === 'scheduled' || status === 'running' || status === 'pending';

export const isLivePass = (status: PassStatus): boolean =>
  status === 'queued' || status === 'running' || status === 'pending';

/** It had a writing pass, so it has burned a license and has books. */
export const hasStarted = (status: EntryStatus): boolean => status !== 'not started';
