import { decodeName, encodeName, isNameAllowed, SternaError } from '@sterna/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folderNameOf, isOurs, nameRulesOf } from '../../src/drive/names.ts';

const rules = nameRulesOf('https://contoso-my.sharepoint.com/personal/alice_contoso_example/Documents');

/** Written from the vendor's page anew, to check the rules by. */
const REFUSED =
  /["*:<>?/\\|\p{Cc}]|^\s|\s$|\.$|^(?:\.lock|con|prn|aux|nul|com\d|lpt\d|desktop\.ini|\.|\.\.|)$|^~\$|_vti_/iu;

const part = fc.constantFrom(
  ...['_vti_', '_VTI_', 'vti_', '~$', '~', ' ', '\u00a0', '.', 'CON', 'nul', '.lock', ':', '^', 'a', 'é', '🎉', '7'],
);
const name = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));

describe('names in OneDrive', () => {
  test('what is encoded can be held, comes back, and only what can’t be held is encoded', () => {
    fc.assert(
      fc.property(name, (given) => {
        const { name: encoded } = encodeName(given, rules);
        expect(encoded).not.toMatch(REFUSED);
        expect(isNameAllowed(encoded, rules)).toBe(true);
        expect(decodeName(encoded)).toBe(given);
        expect(isNameAllowed(given, rules)).toBe(!REFUSED.test(given));
        if (!REFUSED.test(given) && !given.includes('^')) expect(encoded).toBe(given);
      }),
      { numRuns: 500 },
    );
  });

  test('paths have 400 characters with what the library itself takes of them', () => {
    expect(rules.maxPath).toBe(400 - 'personal/alice_contoso_example/Documents/'.length);
  });

  test('folders have a few names less, and are told of', () => {
    expect(folderNameOf('~drafts', rules, false)).toMatchObject({
      name: '^7Edrafts',
      notes: [{ code: 'name-encoded' }],
    });
    expect(folderNameOf('Forms', rules, true).name).toBe('^46orms');
    expect(folderNameOf('Forms', rules, false)).toEqual({ name: 'Forms', notes: [] });
    expect(() => folderNameOf('..', rules, false)).toThrow(SternaError);
  });

  test('our own temporary files', () => {
    expect(['.sterna-00.part', '.sterna-uploads'].every(isOurs)).toBe(true);
    expect(['.sterna-mine.txt', 'x.part', '.hidden'].some(isOurs)).toBe(false);
  });
});
