import { canonicalJson, SternaError } from '@sterna/core';

/** Objects of kinds that no standard describes are JSON in words of ours; this reads and writes the text of one. */
export type Members = Readonly<Record<string, unknown>>;
export type Sort = 'string' | 'number' | 'boolean' | 'object' | 'list' | 'any';

export interface JsonWords {
  /** Code of the error: `invalid-setting`. */
  readonly code: string;
  /** For messages: `setting`. */
  readonly what: string;
}

const sortOf = (value: unknown): Sort | 'none' => {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object' && value !== null) return 'object';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? (typeof value as Sort)
    : 'none';
};

/** @throws SternaError object with the code of `words` */
export function readMembers(body: Buffer, words: JsonWords): Members {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw invalidObject(words, 'it is no JSON', cause);
  }
  if (sortOf(value) !== 'object') throw invalidObject(words, 'it is no object');
  return value as Members;
}

/** @throws SternaError object with the code of `words`, naming the member that is missing or something else */
export function checkMembers(members: Members, needed: Readonly<Record<string, Sort>>, words: JsonWords): void {
  for (const [name, sort] of Object.entries(needed)) {
    const is = sortOf(members[name]);
    if (is === 'none' || (sort !== 'any' && is !== sort))
      throw invalidObject(words, `its ${name} is missing, or something else`);
  }
}

/** The one text of an object: names sorted, members that say nothing left out. */
export const writeMembers = (object: object): Buffer =>
  Buffer.from(`${JSON.stringify(JSON.parse(canonicalJson(object)), null, 2)}\n`, 'utf8');

export const invalidObject = ({ code, what }: JsonWords, why: string, cause?: unknown): SternaError =>
  new SternaError('object', code, `This ${what} is invalid: ${why}.`, {
    fix: 'Change it in a program of the source and save it again, then start a delta pass.',
    ...(cause === undefined ? {} : { cause }),
  });
