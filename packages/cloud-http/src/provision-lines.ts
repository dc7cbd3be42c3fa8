import type { ProvisionLine } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';

type Words = Pick<ProvisionLine, 'reason' | 'fix'>;

export const made = (what: string, reason?: string): ProvisionLine => line(what, 'made', { ...(reason && { reason }) });
export const found = (what: string, reason?: string): ProvisionLine =>
  line(what, 'found', { ...(reason && { reason }) });
export const missing = (what: string, words: Words): ProvisionLine => line(what, 'missing', words);
export const failed = (what: string, words: Words): ProvisionLine => line(what, 'failed', words);

const line = (what: string, outcome: ProvisionLine['outcome'], words: Words): ProvisionLine => ({
  what,
  outcome,
  ...words,
});

/**
 * What a refusal says of one thing.
 *
 * @throws what isn't about that thing: the service can't be spoken to now, or the app can't sign in
 */
export function refusedLine(what: string, thrown: unknown): ProvisionLine {
  const error = asSternaError(thrown);
  const isOfThis = error.class === 'object' || error.class === 'config' || error.code === 'not-allowed-there';
  if (!isOfThis) throw error;
  return failed(what, { reason: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) });
}
