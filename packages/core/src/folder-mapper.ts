import {
  canonicalFolderPath,
  type Folder,
  type FolderRole,
  folderKey,
  folderPattern,
  formatFolderPath,
  parseFolderPath,
  splitFolderPath,
  startsWithPath,
} from './folder-path.ts';
import type { Settings } from './settings.ts';

export type MappedFolder =
  | {
      /** Names from the target's root. */
      readonly target: readonly string[];
      /** The target's own folder of this special use comes first, whatever its name. */
      readonly role?: FolderRole;
      /** Set where a rule of the settings decided, and not the system defaults. */
      readonly rule?: string;
      /** The rule allows other folders in the same target. */
      readonly merge?: boolean;
    }
  | { readonly excluded: string };

/** Where a source folder goes. Pure and total: the same answer in every pass with the same settings. */
export type FolderMapper = (path: readonly string[], role?: FolderRole) => MappedFolder;

/** Gmail shows its special folders below a folder that has no counterpart elsewhere. */
const GMAIL_ROOTS: ReadonlySet<string> = new Set(['[Gmail]', '[Google Mail]']);
/** Views of messages that lie in other folders too; the flags carry them. */
const GMAIL_VIEWS: ReadonlySet<string> = new Set(['Starred', 'Important']);

/** Names of special folders where the server names no special use, best first. */
const ROLE_NAMES: readonly (readonly [FolderRole, readonly string[]])[] = [
  ['sent', ['Sent Items', 'Sent', 'Sent Messages', 'Sent Mail', 'INBOX/Sent', 'INBOX/Sent Items']],
  ['drafts', ['Drafts', 'INBOX/Drafts']],
  ['trash', ['Deleted Items', 'Trash', 'Deleted Messages', 'Bin', 'INBOX/Trash']],
  ['junk', ['Junk Email', 'Junk E-mail', 'Junk', 'Spam', 'Bulk Mail', 'INBOX/Junk', 'INBOX/Spam']],
  ['archive', ['Archive', 'Archives', 'INBOX/Archive']],
];

/**
 * @param folders The source's folders. A folder without special use is taken for one by its name only when they are
 *   given and none of them has that use; without them, names say nothing.
 */
export function folderMapper(settings: Settings, folders: readonly Folder[] = []): FolderMapper {
  const { include, exclude, map, systemDefaults } = settings.folders;
  const included = include.map((text) => ({ text, matches: folderPattern(text) }));
  const excluded = exclude.map((text) => ({ text, matches: folderPattern(text) }));
  const rules = map
    .map((rule) => ({ ...rule, source: parseFolderPath(rule.from), destination: parseFolderPath(rule.to) }))
    .sort((a, b) => b.source.length - a.source.length);
  const guessed = systemDefaults ? guessRoles(folders) : new Map<string, FolderRole>();

  return (rawPath, givenRole) => {
    const path = canonicalFolderPath(rawPath);
    const role = givenRole ?? (isInbox(path) ? 'inbox' : guessed.get(folderKey(path)));
    const folder = { path, role };

    const banned = excluded.find((pattern) => pattern.matches(folder));
    if (banned !== undefined) return { excluded: `excluded by "${banned.text}"` };
    if (included.length > 0 && !included.some((pattern) => pattern.matches(folder)))
      return { excluded: 'not among the included folders' };

    const rule = rules.find((candidate) => startsWithPath(path, candidate.source));
    if (rule !== undefined) {
      const target = canonicalFolderPath([...rule.destination, ...path.slice(rule.source.length)]);
      const name = `${rule.from || '(root)'} → ${rule.to || '(root)'}`;
      const merge = rule.merge === true;
      // The root itself holds no objects: what would land there lands in INBOX.
      if (target.length === 0) return { target: ['INBOX'], role: 'inbox', rule: name, merge };
      // A rule that keeps a folder where it is keeps its special use; a renamed one is an ordinary folder.
      const keeps = role !== undefined && folderKey(target) === folderKey(path);
      return keeps ? { target, role, rule: name, merge } : { target, rule: name, merge };
    }

    if (!systemDefaults) return withRole(path, isInbox(path) ? 'inbox' : undefined);
    const [root, name] = path;
    if (root === undefined || !GMAIL_ROOTS.has(root)) return withRole(path, role);
    if (name === undefined) return { excluded: 'the folder that holds Gmail’s special folders' };
    if (role === 'flagged' || (role === undefined && path.length === 2 && GMAIL_VIEWS.has(name)))
      return { excluded: 'a view of messages that lie in other folders' };
    return withRole(path.slice(1), role);
  };
}

/**
 * Where a folder of a drive goes: names stay as they are, there is no inbox and no special use, and the root holds files
 * as any other folder.
 */
export function driveMapper(settings: Settings): FolderMapper {
  const { include, exclude, map } = settings.folders;
  const included = include.map((text) => folderPattern(text));
  const excluded = exclude.map((text) => ({ text, matches: folderPattern(text) }));
  const rules = map
    .map((rule) => ({ ...rule, source: parseFolderPath(rule.from), destination: splitFolderPath(rule.to) }))
    .sort((a, b) => b.source.length - a.source.length);
  return (path) => {
    const folder = { path };
    const banned = excluded.find((pattern) => pattern.matches(folder));
    if (banned !== undefined) return { excluded: `excluded by "${banned.text}"` };
    if (included.length > 0 && !included.some((matches) => matches(folder)))
      return { excluded: 'not among the included folders' };
    const rule = rules.find((candidate) => startsWithPath(canonicalFolderPath(path), candidate.source));
    if (rule === undefined) return { target: path };
    return {
      target: [...rule.destination, ...path.slice(rule.source.length)],
      rule: `${rule.from || '(root)'} → ${rule.to || '(root)'}`,
      merge: rule.merge === true,
    };
  };
}

const isInbox = (path: readonly string[]): boolean => path.length === 1 && path[0] === 'INBOX';

const withRole = (target: readonly string[], role: FolderRole | undefined): MappedFolder =>
  role === undefined ? { target } : { target, role };

function guessRoles(folders: readonly Folder[]): Map<string, FolderRole> {
  const taken = new Set(folders.map((folder) => folder.role));
  const byName = new Map<string, string>();
  for (const folder of folders)
    if (folder.role === undefined) byName.set(folderKey(folder.path).toLowerCase(), folderKey(folder.path));
  const guessed = new Map<string, FolderRole>();
  for (const [role, names] of ROLE_NAMES) {
    if (taken.has(role)) continue;
    const key = names.map((name) => byName.get(name.toLowerCase())).find((found) => found !== undefined);
    if (key !== undefined) guessed.set(key, role);
  }
  return guessed;
}

export interface FolderCollision {
  readonly target: string;
  readonly sources: readonly string[];
}

/**
 * Source folders that a rule of the settings would put into one target with others, without `merge`. Start refuses
 * them (`folder-map-two-sources`); what system defaults bring together is meant to be together.
 */
export function folderCollisions(mapper: FolderMapper, folders: readonly Folder[]): readonly FolderCollision[] {
  const byTarget = new Map<string, { source: string; ruled: boolean; merge: boolean }[]>();
  for (const folder of folders) {
    const mapped = mapper(folder.path, folder.role);
    if ('excluded' in mapped) continue;
    const key = folderKey(mapped.target);
    const list = byTarget.get(key) ?? [];
    list.push({
      source: formatFolderPath(folder.path),
      ruled: mapped.rule !== undefined,
      merge: mapped.merge === true,
    });
    byTarget.set(key, list);
  }
  return [...byTarget]
    .filter(
      ([, list]) => list.length > 1 && list.some((one) => one.ruled) && list.filter((one) => !one.merge).length > 1,
    )
    .map(([target, list]) => ({ target, sources: list.map((one) => one.source) }));
}
