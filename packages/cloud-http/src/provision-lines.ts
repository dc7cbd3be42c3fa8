import type { BlueprintMember, ProvisionLine } from '@sterna/connector-kit';
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

/** Somebody of the source whom the target doesn't have. */
export const missingUser = ({ address, mappedFrom }: BlueprintMember): ProvisionLine =>
  missing(
    `user ${address}`,
    mappedFrom === undefined
      ? {
          reason: 'The mapping table doesn’t name them, and the target has nobody of this address.',
          fix: 'Say in the mapping table who they are in the target; then preprocess again.',
        }
      : {
          reason: `The target has no such user (in the source ${mappedFrom}).`,
          fix: 'Make the user in the target, or correct the mapping table; then preprocess again.',
        },
  );

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
