import { isNameAllowed, SternaError } from '@sterna/core';
import { NAME_RULES } from './capabilities.ts';
import { type DriveFile, isFolder, isNative, isShortcut } from './drive-file.ts';
import { EXTENSIONS, exportOf } from './native.ts';

/** A file as it is known in its folder. */
export interface NamedFile {
  /** Its name, or of a later one of this name, the name and its id. */
  readonly id: string;
  readonly name: string;
  readonly file: DriveFile;
}

/** Between a name and an id: no name that people write holds it. */
const BETWEEN = '\u001f';

/** Sterna's own temporary files, which nobody is shown. */
export const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

/** What it is called outside of Drive: a Google document gets the extension of what it is exported as. */
export function nameOutside(file: DriveFile): string {
  const { name = '' } = file;
  return isNative(file) && !isShortcut(file) ? `${name}${exportOf(file)?.extension ?? ''}` : name;
}

/**
 * The files among these items of one folder, each with an id that no other has: Drive lets several have one name. The
 * oldest is known by the name alone.
 */
export function namedFiles(items: readonly DriveFile[]): readonly NamedFile[] {
  const taken = new Set<string>();
  return [...items]
    .filter((file) => !isFolder(file) && file.trashed !== true && !isOurs(file.name ?? ''))
    .sort(byAge)
    .map((file) => {
      const name = nameOutside(file);
      const id = taken.has(name) ? `${name}${BETWEEN}${file.id}` : name;
      taken.add(name);
      return { id, name, file };
    });
}

export const byAge = (a: DriveFile, b: DriveFile): number => {
  const [left, right] = [a.createdTime ?? '', b.createdTime ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
};

/** The names that items may have in Drive whose id this is. */
export function namesBehind(id: string): readonly string[] {
  const [name = ''] = id.split(BETWEEN);
  const extension = EXTENSIONS.find((one) => name.endsWith(one));
  return extension === undefined ? [name] : [name, name.slice(0, -extension.length)];
}

/** @throws SternaError object `name-not-allowed` */
export function checkName(name: string): void {
  if (isNameAllowed(name, NAME_RULES)) return;
  throw new SternaError('object', 'name-not-allowed', 'Sterna writes no file or folder of this name to Google Drive.', {
    fix: 'Rename it at the source.',
  });
}
