/** RFC 6154 special use, plus inbox. The same words as the connectors use. */
export const FOLDER_ROLES = ['inbox', 'all', 'archive', 'drafts', 'flagged', 'junk', 'sent', 'trash'] as const;
export type FolderRole = (typeof FOLDER_ROLES)[number];

/** A folder as a reader lists it: decoded names from the root; INBOX is `['INBOX']`. */
export interface Folder {
  readonly path: readonly string[];
  readonly role?: FolderRole | undefined;
}

/**
 * A path as people write it: names separated by `/`; a `/` or `\` that belongs to a name is written `\/` or `\\`.
 * `''` is the root. INBOX is written in any case (RFC 9051, 5.1).
 */
export const parseFolderPath = (text: string): readonly string[] => canonicalFolderPath(splitFolderPath(text));

/** As `parseFolderPath`, with the names as they are written: for drives. */
export function splitFolderPath(text: string): readonly string[] {
  const names: string[] = [];
  let name = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '\\' && (text[at + 1] === '/' || text[at + 1] === '\\')) {
      at += 1;
      name += text[at];
    } else if (char === '/') {
      names.push(name);
      name = '';
    } else name += char;
  }
  names.push(name);
  return names.filter((part) => part !== '');
}

export const formatFolderPath = (path: readonly string[]): string =>
  path.map((name) => name.replace(/[\\/]/g, (char) => `\\${char}`)).join('/');

/** INBOX in capitals, names in Unicode NFC: two spellings of one folder compare equal. */
export const canonicalFolderPath = (path: readonly string[]): readonly string[] =>
  path.map((name, depth) => (depth === 0 && name.toUpperCase() === 'INBOX' ? 'INBOX' : name.normalize('NFC')));

/** Map key of a path. */
export const folderKey = (path: readonly string[]): string => formatFolderPath(canonicalFolderPath(path));

export const startsWithPath = (path: readonly string[], prefix: readonly string[]): boolean =>
  prefix.length <= path.length && prefix.every((name, depth) => name === path[depth]);

/**
 * A pattern for folders: a path in which `*` is any text inside one name, `?` one character and the name `**` any
 * number of names; or `role:junk` for the folder of a special use. It means the folder and everything below it.
 * Brackets are plain text, because of `[Gmail]`.
 */
export function folderPattern(pattern: string): (folder: Folder) => boolean {
  if (pattern.startsWith('role:')) {
    const role = pattern.slice('role:'.length);
    return (folder) => folder.role === role;
  }
  const names = parseFolderPath(pattern).map((name) => (name === '**' ? undefined : namePattern(name)));
  return (folder) => matchNames(names, canonicalFolderPath(folder.path));
}

function namePattern(name: string): RegExp {
  const body = [...name].map((char) =>
    char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[.+^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${body.join('')}$`, 'su');
}

/** A prefix match: what is left of the path lies below the folder that the pattern means. */
function matchNames(patterns: readonly (RegExp | undefined)[], path: readonly string[]): boolean {
  const [first, ...rest] = patterns;
  if (patterns.length === 0) return true;
  if (first === undefined) {
    for (let skip = 0; skip <= path.length; skip += 1) if (matchNames(rest, path.slice(skip))) return path.length > 0;
    return false;
  }
  const name = path[0];
  return name !== undefined && first.test(name) && matchNames(rest, path.slice(1));
}
