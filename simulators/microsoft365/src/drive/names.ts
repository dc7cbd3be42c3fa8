/**
 * What SharePoint allows as the name of a file or folder.
 * Source: support.microsoft.com "Restrictions and limitations in OneDrive and SharePoint".
 */

/** Characters of the decoded path from the library on, file name included. */
export const MAX_PATH = 400;
export const MAX_NAME = 255;

const FORBIDDEN = /["*:<>?/\\|]/;
const RESERVED = /^(?:\.lock|con|prn|aux|nul|com[0-9]|lpt[0-9]|desktop\.ini)$/i;

export type NameFault =
  | 'empty'
  | 'too-long'
  | 'forbidden-character'
  | 'control-character'
  | 'outer-space'
  | 'trailing-dot'
  | 'reserved';

/** Why SharePoint refuses the name, or undefined if it takes it. `inLibraryRoot`: `forms` belongs to the library itself. */
export function nameFault(name: string, folder: boolean, inLibraryRoot: boolean): NameFault | undefined {
  if (name === '' || name === '.' || name === '..') return 'empty';
  if (name.length > MAX_NAME) return 'too-long';
  if (FORBIDDEN.test(name)) return 'forbidden-character';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'control-character';
  if (/^\s|\s$/.test(name)) return 'outer-space';
  if (name.endsWith('.')) return 'trailing-dot';
  if (RESERVED.test(name) || name.startsWith('~$') || name.toLowerCase().includes('_vti_')) return 'reserved';
  if (folder && name.startsWith('~')) return 'reserved';
  if (inLibraryRoot && folder && name.toLowerCase() === 'forms') return 'reserved';
  return undefined;
}

/** Names with the same key can't be in one folder: SharePoint keeps the case that was given, but doesn't tell by it. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** What `conflictBehavior: rename` makes of a taken name: `plan.docx` → `plan 1.docx`. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const extension = dot > 0 ? name.slice(dot) : '';
  for (let n = 1; ; n++) {
    const candidate = `${stem} ${n}${extension}`;
    if (!taken(candidate)) return candidate;
  }
}

/** Lower case, without the dot; '' without one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
