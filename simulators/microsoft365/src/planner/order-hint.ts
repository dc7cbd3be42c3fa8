import { badRequest } from '../http/errors.ts';
import type { Reader } from '../outlook/input.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Text that sorts between two others, ordinally; both may be empty: from the start, to the end. What it makes never
 * ends in the lowest digit, so there is always room before it.
 */
export function between(low: string, high: string): string {
  let hint = '';
  let bounded = high !== '';
  for (let at = 0; ; at++) {
    const from = at < low.length ? Math.max(0, DIGITS.indexOf(low[at] as string)) : 0;
    const to = bounded && at < high.length ? DIGITS.indexOf(high[at] as string) : DIGITS.length;
    if (from === to) {
      hint += DIGITS[from];
      continue;
    }
    const middle = (from + to) >> 1;
    if (middle > from) return hint + DIGITS[middle];
    // Neighbours: behind the lower one there is room, whatever the higher one goes on with.
    hint += DIGITS[from];
    bounded = false;
  }
}

/**
 * What a client sends: `PREVIOUS NEXT!`, either of which may be missing (` !`: the only one), or a hint that the service
 * made before. https://learn.microsoft.com/graph/api/resources/planner-order-hint-format
 *
 * @returns the hint that the service makes of it
 */
export const readOrderHint: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw badRequest(`'${path}' must be an order hint.`);
  if (!value.endsWith('!')) return checked(value, path);
  const parts = /^(\S*) ?(\S*?)!$/.exec(value);
  if (parts === null) throw badRequest(`'${path}' is no valid order hint: '${value}'.`);
  const [, previous = '', next = ''] = parts;
  checked(previous, path);
  checked(next, path);
  // Which of the two is meant can't be wrong: there is nothing between equal or crossed neighbours.
  return between(previous, next > previous ? next : '');
};

function checked(hint: string, path: string): string {
  if (!/^[0-9A-Za-z]*$/.test(hint)) throw badRequest(`'${path}' is no valid order hint: '${hint}'.`);
  return hint;
}
