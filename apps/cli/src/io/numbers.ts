import { SternaError } from '@sterna/core';

/** @throws SternaError config `id-invalid` */
export function readId(what: string, word: string): number {
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word);
  throw new SternaError('config', 'id-invalid', `"${word}" is no number of a ${what}.`, {
    fix: `Give the number that the lists show.`,
  });
}

/** @throws SternaError config `number-invalid` */
export function readNumber(option: string, word: string, least: number, most: number): number {
  const value = Number(word);
  if (/^\d+$/.test(word) && value >= least && value <= most) return value;
  throw new SternaError('config', 'number-invalid', `"${word}" is not a number from ${least} to ${most}.`, {
    field: option,
    fix: 'Correct it.',
  });
}
