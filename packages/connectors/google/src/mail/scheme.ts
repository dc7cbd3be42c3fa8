import { createHash } from 'node:crypto';
import type { Flags, SpecialUse } from '@sterna/connector-kit';
import { canonicalFlags } from '@sterna/core';
import { ARCHIVE, CHAT, foldedName, isOurs, type Label, STATE_LABELS, SYSTEM_FOLDERS } from './label.ts';

export interface Folder {
  /** Of its label. */
  readonly id: string;
  readonly path: readonly string[];
  readonly role?: SpecialUse;
}

export interface SchemeSettings {
  readonly labelPriority: readonly string[];
  readonly keywordParent: string;
  readonly tabs: boolean;
  /** A message is in the folders of all its labels. Only where nothing is written. */
  readonly copies: boolean;
}

/** These decide before all others: what is in the trash is nowhere else, whatever labels it kept. */
const FIRST = ['TRASH', 'SPAM', 'DRAFT'] as const;
/** All user labels that aren't named otherwise. */
const OTHERS = '*';
const TAB = /^CATEGORY_[A-Z_]{1,40}$/;

/**
 * How labels are folders, and back. A message is in one folder, whatever labels it has:
 *
 * 1. Trash, Spam, Drafts;
 * 2. the first of the setting `labelPriority` that it has;
 * 3. the Inbox; its user label, the deepest first, then by name; Sent;
 * 4. without any of these, the Archive.
 *
 * Its other labels are keywords of their names; or, where the project wants copies, it is in the folder of each. Labels below `keywordParent` are keywords always, never folders.
 */
export class Scheme {
  readonly folders: readonly Folder[];
  /** Changes whenever the same labels may mean another folder, or other keywords. */
  readonly version: string;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #keywords: ReadonlyMap<string, string>;
  readonly #states: ReadonlyMap<string, string>;
  readonly #tabs: boolean;
  readonly #copies: boolean;

  constructor(labels: readonly Label[], { labelPriority, keywordParent, tabs, copies }: SchemeSettings) {
    const users = labels.filter(({ type, name }) => type === 'user' && !isOurs(name));
    const prefix = `${foldedName(keywordParent)}/`;
    const isTag = ({ name }: Label): boolean => foldedName(name).startsWith(prefix);
    const own = users.filter((label) => !isTag(label) && foldedName(label.name) !== prefix.slice(0, -1));
    this.#ranks = ranksOf(own, labelPriority);
    this.folders = [...systemFolders(own), ...own.map(({ id, name }) => ({ id, path: pathOf(name) }))];
    this.#keywords = new Map([
      ...users.map((label): [string, string] => [
        label.id,
        isTag(label) ? label.name.slice(keywordParent.length + 1) : label.name,
      ]),
      ['INBOX', 'Inbox'],
      // What was sent and filed under a label was still sent.
      ['SENT', 'Sent'],
    ]);
    const states = new Map([...STATE_LABELS.values()].map(({ flag, name }) => [name, flag]));
    this.#states = new Map(
      labels.flatMap(({ id, name }): [string, string][] => {
        const flag = states.get(name);
        return flag === undefined ? [] : [[id, flag]];
      }),
    );
    this.#tabs = tabs;
    this.#copies = copies;
    const meaning = JSON.stringify([
      [...this.#ranks].sort(([, a], [, b]) => a - b).map(([id]) => id),
      [...this.#keywords].sort(([a], [b]) => (a < b ? -1 : 1)),
      [...this.#states.keys()].sort(),
      tabs,
      copies,
    ]);
    this.version = createHash('sha256').update(meaning).digest('hex').slice(0, 16);
  }

  /** Id of the folder that a message with these labels is in; undefined: it is no mail. */
  folderOf(labelIds: Iterable<string>): string | undefined {
    let best = ARCHIVE;
    let rank = Number.POSITIVE_INFINITY;
    for (const id of labelIds) {
      if (id === CHAT) return undefined;
      const own = this.#ranks.get(id);
      if (own !== undefined && own < rank) [best, rank] = [id, own];
    }
    return best;
  }

  /** Whether a message with these labels is in the folder: in its own alone, or in that of each label. */
  isIn(labelIds: ReadonlySet<string>, folder: string): boolean {
    const own = this.folderOf(labelIds);
    if (own === folder || !this.#copies || own === undefined || FIRST.some((id) => id === own)) return own === folder;
    return this.#ranks.has(folder) && labelIds.has(folder);
  }

  /** What decides first is smaller; undefined: no folder's label. */
  rankOf(labelId: string): number | undefined {
    return labelId === ARCHIVE ? Number.POSITIVE_INFINITY : this.#ranks.get(labelId);
  }

  /** The state of a message with these labels. */
  flagsOf(labelIds: ReadonlySet<string>): Flags {
    const folder = this.folderOf(labelIds);
    const flags: string[] = labelIds.has('UNREAD') ? [] : ['\\Seen'];
    for (const id of labelIds) {
      const flag = this.#flagOf(id);
      if (id === folder || flag === undefined || (this.#copies && this.#ranks.has(id))) continue;
      flags.push(flag);
    }
    if (folder === 'DRAFT') flags.push('\\Draft');
    return canonicalFlags(flags);
  }

  /** Whether a label says anything at all of a message. */
  matters(labelId: string): boolean {
    return labelId === 'UNREAD' || labelId === CHAT || this.#ranks.has(labelId) || this.#flagOf(labelId) !== undefined;
  }

  #flagOf(id: string): string | undefined {
    if (id === 'STARRED') return '\\Flagged';
    if (id === 'IMPORTANT') return '$Important';
    if (TAB.test(id)) return this.#tabs ? id : undefined;
    const keyword = this.#keywords.get(id);
    if (keyword !== undefined) return isKeyword(keyword) ? keyword : undefined;
    return this.#states.get(id);
  }
}

/** Neither a flag's name, which would be read as one, nor what no keyword can be. */
export const isKeyword = (name: string): boolean =>
  !/^\\|\p{Cc}/u.test(name) && name.trim() === name && name !== '' && name.isWellFormed();

function ranksOf(own: readonly Label[], priority: readonly string[]): ReadonlyMap<string, number> {
  const depth = ({ name }: Label): number => pathOf(name).length;
  const sorted = [...own].sort(
    (a, b) => depth(b) - depth(a) || compare(foldedName(a.name), foldedName(b.name)) || compare(a.id, b.id),
  );
  const byName = new Map([
    ...own.map(({ name, id }): [string, string] => [foldedName(name), id]),
    ['inbox', 'INBOX'],
    ['sent', 'SENT'],
  ]);
  const named = priority
    .map((one) => (one === OTHERS ? OTHERS : byName.get(foldedName(one))))
    .filter((id) => id !== undefined);
  const wanted = [...named, ...['INBOX', OTHERS, 'SENT'].filter((id) => !named.includes(id))];
  const order: string[] = [...FIRST];
  for (const id of wanted)
    if (id !== OTHERS) order.push(id);
    else order.push(...sorted.map((label) => label.id).filter((one) => !named.includes(one)));
  return new Map(order.map((id, rank) => [id, rank]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Nesting is in the names. What would be an empty name at some level is no nesting. */
export function pathOf(name: string): readonly string[] {
  const names = name.split('/');
  return names.includes('') ? [name] : names;
}

/** A user label of the same name keeps it. */
function systemFolders(own: readonly Label[]): readonly Folder[] {
  const taken = new Set(own.map(({ name }) => foldedName(name)));
  return SYSTEM_FOLDERS.map(({ id, path: [name = ''], role }) => ({
    id,
    path: [id !== 'INBOX' && taken.has(foldedName(name)) ? `${name} (Gmail)` : name],
    role,
  }));
}
