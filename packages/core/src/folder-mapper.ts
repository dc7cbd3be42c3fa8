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
  const { map, systemDefaults } = settings.folders;
  const leftOut = folderFilter(settings);
  const ruleFor = folderRules(map);
  const guessed = systemDefaults ? guessRoles(folders) : new Map<string, FolderRole>();

  return (rawPath, givenRole) => {
    const path = canonicalFolderPath(rawPath);
    const role = givenRole ?? (isInbox(path) ? 'inbox' : guessed.get(folderKey(path)));
    const why = leftOut({ path, role });
    if (why !== undefined) return { excluded: why };

    const found = ruleFor(path);
    if (found !== undefined) {
      const { rule: name, merge } = found;
      const target = canonicalFolderPath([...found.destination, ...path.slice(found.depth)]);
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
  const leftOut = folderFilter(settings);
  const ruleFor = folderRules(settings.folders.map);
  return (path) => {
    const why = leftOut({ path });
    if (why !== undefined) return { excluded: why };
    const found = ruleFor(canonicalFolderPath(path));
    if (found === undefined) return { target: path };
    const { rule, merge } = found;
    return { target: [...found.destination, ...path.slice(found.depth)], rule, merge };
  };
}

/** Why the settings leave a folder out; undefined: they don't. */
function folderFilter({ folders }: Settings): (folder: Folder) => string | undefined {
  const included = folders.include.map((text) => folderPattern(text));
  const excluded = folders.exclude.map((text) => ({ text, matches: folderPattern(text) }));
  return (folder) => {
    const banned = excluded.find((pattern) => pattern.matches(folder));
    if (banned !== undefined) return `excluded by "${banned.text}"`;
    const isIn = included.length === 0 || included.some((matches) => matches(folder));
    return isIn ? undefined : 'not among the included folders';
  };
}

interface FoundRule {
  /** As written, not made canonical. */
  readonly destination: readonly string[];
  /** Names of the path that the destination stands for. */
  readonly depth: number;
  /** In words. */
  readonly rule: string;
  readonly merge: boolean;
}

/** The rule with the longest source that a canonical path lies below. */
function folderRules(map: Settings['folders']['map']): (path: readonly string[]) => FoundRule | undefined {
  const rules = map
    .map((rule) => ({ ...rule, source: parseFolderPath(rule.from), destination: splitFolderPath(rule.to) }))
    .sort((a, b) => b.source.length - a.source.length);
  return (path) => {
    const found = rules.find((candidate) => startsWithPath(path, candidate.source));
    if (found === undefined) return undefined;
    const { destination, source, from, to } = found;
    return {
      destination,
      depth: source.length,
      rule: `${from || '(root)'} → ${to || '(root)'}`,
      merge: found.merge === true,
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
