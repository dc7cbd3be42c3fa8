import type { Schema } from '../../api/client.ts';
import { isLive } from '../../lib/progress.ts';

export type Action =
  | 'start'
  | 'delta'
  | 'stop'
  | 'resume'
  | 'resumeNow'
  | 'retry'
  | 'verify'
  | 'preprocess'
  | 'finish'
  | 'audit'
  | 'dryRun'
  | 'assign'
  | 'release'
  | 'edit'
  | 'delete'
  | 'recreate';

export interface Actions {
  /** The first one is what most people want now. */
  readonly first: readonly Action[];
  readonly more: readonly Action[];
}

type Entry = Schema<'Entry'>;

export const burnedOf = (entry: Entry): Schema<'EntryLicense'> | undefined =>
  entry.licenses.find((license) => license.burned);

/** It has run, or is about to: its addresses stay. */
export const hasStarted = (entry: Entry): boolean => entry.status !== 'not started' && burnedOf(entry) !== undefined;

/** It is made in the target before its contents come; others belong to a user, who is there. */
const isMade = ({ itemType }: Entry): boolean => itemType === 'group' || itemType === 'team' || itemType === 'site';

/** Only a team's passes hold anything of the target's people: its channels, or the spaces that they become. */
const mayHold = ({ itemType, lastPass }: Entry): boolean => itemType === 'team' && lastPass !== undefined;

/** What can be done with an entry as it stands; the API refuses the rest. */
export function actionsOf(entry: Entry, isReplaced: boolean): Actions {
  const held: readonly Action[] = mayHold(entry) ? ['finish'] : [];
  if (entry.archivedAt !== undefined) return { first: isReplaced ? [] : ['recreate'], more: held };
  const pass = entry.lastPass;
  if (pass !== undefined && isLive(pass))
    return { first: pass.status === 'pending' ? ['resumeNow', 'stop'] : ['stop'], more: ['edit'] };
  const license: readonly Action[] = entry.licenses.some((one) => !one.burned)
    ? ['release']
    : burnedOf(entry) === undefined
      ? ['assign']
      : [];
  const made: readonly Action[] = isMade(entry) ? ['preprocess'] : [];
  if (burnedOf(entry) === undefined)
    return { first: ['start', ...made, ...license], more: ['dryRun', 'audit', ...held, 'edit', 'delete'] };
  const rest: readonly Action[] = [...made, 'dryRun', 'audit', ...license, 'edit', 'delete'];
  switch (entry.status) {
    case 'stopped':
    case 'failed':
      return { first: ['resume', ...held], more: ['verify', ...rest] };
    case 'completed with failures':
      return { first: ['retry', 'delta'], more: ['verify', ...held, ...rest] };
    default:
      return { first: ['delta', 'verify'], more: [...held, ...rest] };
  }
}
