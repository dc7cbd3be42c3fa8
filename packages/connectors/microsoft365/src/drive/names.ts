import type { FidelityNote } from '@sterna/connector-kit';
import { encodeName, isNameAllowed, type NameRules, SternaError } from '@sterna/core';

/** Characters of a whole path from the host's name on, decoded, with its slashes. */
const MAX_PATH = 400;
const MAX_NAME = 255;

/** SharePoint takes no white space at either end, whichever it is. */
const SPACES =
  ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

const NUMBERS = [...'0123456789'];

/**
 * https://support.microsoft.com/office/restrictions-and-limitations-in-onedrive-and-sharepoint-64883a5d-228e-48f5-b3d2-eb39e07630fa
 */
const SHAREPOINT: NameRules = {
  reserved: '"*:<>?/\\|',
  noControls: true,
  reservedNames: [
    '.lock',
    'desktop.ini',
    ...['CON', 'PRN', 'AUX', 'NUL'],
    ...NUMBERS.flatMap((number) => [`COM${number}`, `LPT${number}`]),
  ],
  reservedPrefixes: ['~$'],
  reservedParts: ['_vti_'],
  noFirst: SPACES,
  noLast: `${SPACES}.`,
  maxName: MAX_NAME,
  unit: 'utf16',
  ignoresCase: true,
};

/** @param rootUrl `webUrl` of the drive: its path counts against the limit of paths */
export const nameRulesOf = (rootUrl: string): NameRules => ({ ...SHAREPOINT, maxPath: MAX_PATH - rootLength(rootUrl) });

/** Folders may begin with no `~`, and in the root the library has a folder `Forms` of its own. */
const folderRules = (rules: NameRules, isInRoot: boolean): NameRules => ({
  ...rules,
  reservedPrefixes: [...(rules.reservedPrefixes ?? []), '~'],
  reservedNames: [...(rules.reservedNames ?? []), ...(isInRoot ? ['forms'] : [])],
});

/**
 * The name that a folder gets: files have a few names more than folders.
 *
 * @param name One that the rules allow a file
 * @throws SternaError object `name-not-allowed`
 */
export function folderNameOf(
  name: string,
  rules: NameRules,
  isInRoot: boolean,
): { readonly name: string; readonly notes: readonly FidelityNote[] } {
  checkName(name, rules);
  const own = folderRules(rules, isInRoot);
  if (isNameAllowed(name, own)) return { name, notes: [] };
  const encoded = encodeName(name, own).name;
  return {
    name: encoded,
    notes: [
      {
        code: 'name-encoded',
        text: `“${name}” is called “${encoded}” in the target: the target can’t hold that name of a folder.`,
      },
    ],
  };
}

/** @throws SternaError object `name-not-allowed` */
export function checkName(name: string, rules: NameRules): void {
  if (isNameAllowed(name, rules)) return;
  throw new SternaError('object', 'name-not-allowed', 'OneDrive takes no file or folder of this name.', {
    fix: 'Rename it at the source.',
  });
}

/** Sterna's own temporary files and folders, which nobody is shown. */
export const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

function rootLength(rootUrl: string): number {
  try {
    return decodeURIComponent(new URL(rootUrl).pathname).replace(/^\//, '').length + 1;
  } catch {
    // As long as most are: /personal/first_last_example_com/Documents
    return 64;
  }
}
