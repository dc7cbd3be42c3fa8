import type { FidelityNote } from '@sterna/connector-kit';
import type { FolderPlace, Person, RuleActions } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { FlagLabels } from '../mail/flags-to-labels.ts';
import { ARCHIVE, SYSTEM_FOLDERS } from '../mail/label.ts';
import type { Labels } from '../mail/labels.ts';
import type { GoogleSettings } from '../settings.ts';
import { notHeld } from './criteria.ts';
import type { GmailAction } from './gmail-settings.ts';

const TAB = /^CATEGORY_([A-Z]+)$/;
const NEVER = { IMPORTANT: 'important', SPAM: 'junk' } as const;

/** What some filters of the same criteria do together: all that match act. */
export interface Together {
  readonly add: ReadonlySet<string>;
  readonly remove: ReadonlySet<string>;
  readonly forward: readonly string[];
}

export const together = (actions: readonly GmailAction[]): Together => ({
  add: new Set(actions.flatMap(({ addLabelIds }) => addLabelIds ?? [])),
  remove: new Set(actions.flatMap(({ removeLabelIds }) => removeLabelIds ?? [])),
  forward: [...new Set(actions.flatMap(({ forward }) => (forward ? [forward] : [])))].sort(),
});

/**
 * What filters do, in neutral words: which folder a message ends in, and its keywords, are those that its labels mean
 * (mail/scheme.ts), so a rule does at the target what became of the mail that it was applied to.
 *
 * @param labels As last listed
 * @param native Gets the names of what no other system knows
 * @throws SternaError object `rule-folder-gone`
 */
export function actionsOf(
  { add, remove, forward }: Together,
  labels: Labels,
  settings: GoogleSettings,
  native: string[],
): RuleActions {
  const { scheme } = labels;
  const found: Record<string, unknown> = {};
  const kept = new Set(remove.has('INBOX') ? add : ['INBOX', ...add]);
  for (const id of add)
    if (labels.get(id) === undefined && scheme.rankOf(id) === undefined && !isSystem(id)) throw folderGone();
  const folder = scheme.folderOf(kept) ?? 'INBOX';
  if (folder === 'TRASH') found.delete = 'trash';
  else if (folder !== 'INBOX' && (folder !== ARCHIVE || remove.has('INBOX'))) found.moveTo = placeOf(folder, labels);
  const copies = settings.severalLabels === 'copies';
  const categories: string[] = [];
  for (const id of add) {
    if (id === folder || id === 'TRASH') continue;
    const tab = TAB.exec(id)?.[1];
    if (id === 'STARRED') found.flag = true;
    else if (id === 'IMPORTANT') found.importance = 'high';
    else if (tab !== undefined) found.tab = tab.toLowerCase();
    else if (copies && scheme.rankOf(id) !== undefined && found.copyTo === undefined)
      found.copyTo = placeOf(id, labels);
    else {
      const keywords = scheme.flagsOf(new Set([folder, id, 'UNREAD'])).filter((flag) => !flag.startsWith('\\'));
      if (keywords.length > 0) categories.push(...keywords);
      else native.push(`label ${labels.get(id)?.name ?? id}`);
    }
  }
  if (categories.length > 0) found.categories = categories.sort();
  const out: string[] = [];
  for (const id of remove) {
    if (id === 'UNREAD') found.markRead = true;
    else if (Object.hasOwn(NEVER, id)) out.push(NEVER[id as keyof typeof NEVER]);
    else if (id !== 'INBOX') native.push(`no label ${labels.get(id)?.name ?? id}`);
  }
  if (out.length > 0) found.keepOutOf = out.sort();
  // “Maintaining the original sender”, so it is no forwarding in others’ sense.
  if (forward.length > 0) found.redirectTo = forward.map((address): Person => ({ address }));
  return found;
}

const isSystem = (id: string): boolean =>
  ['STARRED', 'IMPORTANT', 'UNREAD', 'SPAM', 'TRASH', 'INBOX', 'SENT', 'DRAFT'].includes(id) || TAB.test(id);

function placeOf(id: string, { scheme }: Labels): FolderPlace {
  const found = scheme.folders.find((one) => one.id === id);
  if (found === undefined) throw folderGone();
  return { path: found.path, ...(found.role === undefined ? {} : { role: found.role }) };
}

const folderGone = (): SternaError =>
  new SternaError('object', 'rule-folder-gone', 'This rule was not migrated: the label that it speaks of is gone.', {
    fix: 'Choose another label for it in Gmail, or remove it; then start a delta pass.',
  });

export interface Wanted {
  /** The first has all that can be together; Gmail takes one label of the user’s and one address in each. */
  readonly actions: readonly GmailAction[];
  readonly notes: readonly FidelityNote[];
}

/**
 * What filters are to do for a rule. Labels for keywords are made where they are missing.
 *
 * @param verified Lower-case addresses that mail may be forwarded to
 * @throws SternaError object `rule-not-held` | `setting-folder-missing`
 */
export async function toActions(
  wanted: RuleActions,
  labels: Labels,
  settings: GoogleSettings,
  verified: () => Promise<ReadonlySet<string>>,
): Promise<Wanted> {
  const notes: FidelityNote[] = [];
  const left: string[] = [];
  const add = new Set<string>();
  const remove = new Set<string>();
  const { moveTo, copyTo, categories = [], importance, tab } = wanted;
  let folder = 'INBOX';
  if (moveTo !== undefined) {
    folder = folderFor(moveTo, labels);
    if (folder === 'SENT' || folder === 'DRAFT') throw notHeld('its folder takes no mail by a filter');
    if (folder !== ARCHIVE && folder !== 'INBOX') add.add(folder);
    if (folder !== 'INBOX') remove.add('INBOX');
  }
  if (wanted.delete !== undefined) {
    add.add('TRASH');
    if (wanted.delete === 'forever') left.push('deleting for good: it goes to the trash');
  }
  if (copyTo !== undefined) add.add(folderFor(copyTo, labels));
  if (wanted.markRead === true) remove.add('UNREAD');
  if (wanted.flag === true) add.add('STARRED');
  if (importance === 'high') add.add('IMPORTANT');
  else if (importance !== undefined) left.push(`the importance “${importance}”`);
  if (tab !== undefined) add.add(`CATEGORY_${tab.toUpperCase()}`);
  for (const [id, name] of Object.entries(NEVER)) if (wanted.keepOutOf?.includes(name) === true) remove.add(id);
  if (categories.length > 0) {
    const flags = new FlagLabels(labels, settings);
    for (const id of (await flags.forChange(folder, categories, [], notes)).addLabelIds) add.add(id);
  }
  if (wanted.stop === true) left.push('that no later rule is looked at');
  if ((wanted.forwardAsAttachmentTo ?? []).length > 0) left.push('forwarding as an attachment');
  const forward = await forwards(wanted, verified, notes);
  if (left.length > 0)
    notes.push({ code: 'rule-part-not-held', text: `Of this rule Gmail can’t hold ${left.join(', ')}.` });
  const actions = split(add, remove, forward);
  if (actions.length === 0)
    throw notHeld(
      notes.some(({ code }) => code === 'forward-not-verified')
        ? 'it forwards mail, and its owner has not confirmed that address in Gmail'
        : 'nothing of what it does is known there',
    );
  return { actions, notes };
}

/** Made known as an address to forward to, somebody would be mailed: so only those that are known already. */
async function forwards(
  { forwardTo = [], redirectTo = [] }: RuleActions,
  verified: () => Promise<ReadonlySet<string>>,
  notes: FidelityNote[],
): Promise<readonly string[]> {
  const wanted = [...forwardTo, ...redirectTo].map(({ address }) => address.trim().toLowerCase());
  if (wanted.length === 0) return [];
  const known = await verified();
  const missing = wanted.filter((address) => !known.has(address));
  if (missing.length > 0)
    notes.push({
      code: 'forward-not-verified',
      text: `It forwards to ${missing.join(', ')}, which is no confirmed address to forward to in this mailbox: add it in Gmail’s settings, and to the filter.`,
    });
  return wanted.filter((address) => known.has(address));
}

function split(add: ReadonlySet<string>, remove: ReadonlySet<string>, forward: readonly string[]): GmailAction[] {
  const user = [...add].filter((id) => !isSystem(id)).sort();
  const system = [...add].filter(isSystem).sort();
  const count = Math.max(user.length, forward.length, system.length + remove.size > 0 ? 1 : 0);
  return Array.from({ length: count }, (_, n): GmailAction => {
    const own = user[n];
    const adds = [...(n === 0 ? system : []), ...(own === undefined ? [] : [own])];
    const address = forward[n];
    return {
      ...(adds.length === 0 ? {} : { addLabelIds: adds }),
      ...(n > 0 || remove.size === 0 ? {} : { removeLabelIds: [...remove].sort() }),
      ...(address === undefined ? {} : { forward: address }),
    };
  });
}

function folderFor({ path, role }: FolderPlace, labels: Labels): string {
  const own = role === undefined ? undefined : SYSTEM_FOLDERS.find((one) => one.role === role);
  if (own !== undefined) return own.id;
  const found = labels.scheme.folders.find((one) => one.path.join('/') === path.join('/'));
  if (found !== undefined) return found.id;
  throw new SternaError(
    'object',
    'setting-folder-missing',
    `It speaks of the folder ${path.join('/')}, and the target has no such label.`,
    { fix: 'Make the label, or migrate the mail as well; the next delta pass brings this setting.' },
  );
}
