import type { FidelityNote } from '@sterna/connector-kit';
import { encodeName, type NameRules } from '@sterna/core';

/**
 * What Exchange takes as a folder's display name: any text up to 255 characters without controls. A `/` may be in it,
 * which is why it isn't among what is written otherwise; white space at its ends is taken off there.
 */
const RULES: NameRules = { noControls: true, noFirst: ' ', noLast: ' ', maxName: 255, unit: 'utf16' };
/** Stands for `/`, which the rules of files never allow. */
const SLASH = '\u{f0000}';

/** Injective; what is written otherwise is noted. */
export function displayNameOf(name: string, notes: FidelityNote[]): string {
  if (name === '') return '^00';
  const { name: encoded } = encodeName(name.replaceAll('/', SLASH), RULES);
  const display = encoded.replaceAll(SLASH, '/');
  if (display !== name)
    notes.push({
      code: 'folder-renamed',
      text: `Microsoft 365 can’t hold a folder of this name; it is called “${display}” there.`,
    });
  return display;
}

/** Of names that are taken: this one with a number, from 2 on. */
export const numberedName = (name: string, number: number): string =>
  number === 1 ? name : `${name.slice(0, 240)} (${number})`;

/** Exchange takes two names that differ only in their case for one. */
export const foldedName = (name: string): string => name.normalize('NFC').toLowerCase();
