/**
 * How keys become folders and files, and back.
 *
 * A key is any text; `/` only means something to those who list by it. What fits a path is one: `a/b/c` is the file `c` in
 * the folder `a/b`. From the first part on that no folder can be called (an empty one, `.` or `..`), the rest of the key is
 * the name of a file in the folder above it: `a//b` is the file `/b` in `a`. So no two keys ever meet in one file, and a
 * target that can't hold a `/` in a name writes it in its own way (core, encodeName).
 */
export interface Place {
  /** Folders from the root, joined by `/`; the root is ''. */
  readonly container: string;
  /** What the container's prefix is followed by; `SELF_ID` for the object that is called as the folder itself. */
  readonly id: string;
}

/** The object `folder/`: a marker where it is empty, else a file without a name. No name can look like this. */
export const SELF_ID = 'self/';

const isOdd = (name: string): boolean => name === '' || name === '.' || name === '..';
/** Names of what Sterna itself leaves in a folder while it writes. */
const OURS = /^\.sterna-.*\.part$/s;

export const isOurs = (name: string): boolean => name === '.sterna-uploads' || OURS.test(name);

export const noteName = (stamp: string): string => `.sterna-${stamp}.part`;

export class KeySpace {
  /** What all keys begin with: '' or with a `/` at its end. */
  readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  /** What the keys of a folder's files, and of its folders, begin with. */
  prefixOf(container: string): string {
    return container === '' ? this.base : `${this.base}${container}/`;
  }

  keyOf(container: string, id: string): string {
    const prefix = this.prefixOf(container);
    return id === SELF_ID ? prefix : `${prefix}${id}`;
  }

  /** Undefined for what is ours, or not below the base. */
  placeOf(key: string): Place | undefined {
    if (!key.startsWith(this.base)) return undefined;
    const folders = key.slice(this.base.length).split('/');
    const last = folders.pop() ?? '';
    if (isOurs(last) || folders.some(isOurs)) return undefined;
    const odd = folders.findIndex(isOdd);
    if (odd >= 0) return { container: folders.slice(0, odd).join('/'), id: [...folders.slice(odd), last].join('/') };
    return { container: folders.join('/'), id: last === '' ? SELF_ID : last };
  }

  /** The name of a folder by its common prefix; undefined for one that is no folder to us, or ours. */
  folderIn(container: string, prefix: string): string | undefined {
    const name = prefix.slice(this.prefixOf(container).length, -1);
    return isOdd(name) || isOurs(name) ? undefined : name;
  }

  /** The file's name as it is told; the object of the folder itself has the folder's, with its slash. */
  nameOf(container: string, id: string): string {
    if (id !== SELF_ID) return id;
    return `${this.prefixOf(container).slice(0, -1).split('/').at(-1) ?? ''}/`;
  }
}

export const pathOf = (container: string): readonly string[] => (container === '' ? [] : container.split('/'));

/** A name that a key can hold as one part of a path. */
export const isPlainName = (name: string): boolean =>
  !isOdd(name) && !name.includes('/') && !name.includes('\0') && !isOurs(name) && name.isWellFormed();
