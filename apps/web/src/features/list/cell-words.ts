/**
 * What the cells of an entry say: the same in the grid and in the picture that stands before it (src/first-picture). No
 * words but those of the list: more would have to be loaded before anything is shown.
 */
import { formatDuration, formatMoment, formatNumber } from '../../lib/format.ts';
import { isLive, type Standing, standingOf } from '../../lib/progress.ts';
import { common } from '../../strings/common.ts';
import { list as words } from '../../strings/list.ts';
import type { Entry } from './entry-pages.ts';

/** The whole text of the status, for those who point at it. */
export const statusTitle = (entry: Entry): string | undefined => entry.statusDetail ?? common.status[entry.status];

export const resumeWords = (entry: Entry): string | undefined =>
  entry.resumeAt === undefined ? undefined : formatMoment(entry.resumeAt);

/** @returns without `bar` where there is nothing to draw one of */
export function progressOfEntry(entry: Entry): { readonly text: string; readonly bar?: Standing } {
  const standing = standingOf(entry.lastPass);
  if (standing === undefined || standing.total === 0) {
    const status = entry.lastPass?.status ?? '';
    const isListing = standing?.live === true && status !== 'queued';
    // A pass that failed before it looked knows of nothing, which is not the same as an empty mailbox.
    const isEmpty = standing !== undefined && status.startsWith('completed');
    return { text: isListing ? words.progress.listing : isEmpty ? words.progress.empty : '' };
  }
  const { done, total, live, etaSeconds } = standing;
  const left = live && etaSeconds !== undefined ? ` · ${words.progress.left(formatDuration(etaSeconds))}` : '';
  return { text: `${words.progress.of(done, total)}${left}`, bar: standing };
}

/** `''`: none. */
export function failureWords(entry: Entry): string {
  const pass = entry.lastPass;
  // While it migrates, as it says itself; a verify knows nothing of what failed before.
  const isMigrating = isLive(pass) && (pass?.kind === 'initial' || pass?.kind === 'delta');
  const failed = isMigrating ? (standingOf(pass)?.failed ?? 0) : entry.failures;
  return failed === 0 ? '' : formatNumber(failed);
}

export function licenseWords(entry: Entry): { readonly text: string; readonly tone: 'quiet' | 'busy' } | undefined {
  const [license] = entry.licenses;
  if (license === undefined) return undefined;
  const tier = license.tier === 'trial' ? `${license.tier}, ` : '';
  return license.burned
    ? { text: `${tier}${words.burned}`, tone: 'quiet' }
    : { text: `${tier}${words.assigned}`, tone: 'busy' };
}

export function passWords(entry: Entry): { readonly text: string; readonly at: string | undefined } | undefined {
  const pass = entry.lastPass;
  if (pass === undefined) return undefined;
  const at = pass.endedAt ?? pass.startedAt;
  return {
    text: words.passLine(common.passKind[pass.kind] ?? pass.kind, pass.number),
    at: at === undefined ? undefined : formatMoment(at),
  };
}
