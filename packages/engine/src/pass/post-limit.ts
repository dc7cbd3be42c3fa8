import type { Change } from '@sterna/connector-kit';
import type { LedgerRow } from '@sterna/store';

/** Posts of a container whose conversations the setting `postLimit` leaves behind. */
export interface PostLimit {
  /** At most so many conversations, those that began last. */
  readonly most: number;
  /** The filters are others than when the container was listed last, or it never was: all is decided anew. */
  readonly decidesAnew: boolean;
}

/**
 * Whether a post is beyond the limit. A conversation is migrated whole or not at all, so what it began with decides. Pure.
 *
 * | what its conversation began with | decided anew | since the last listing under this limit |
 * |---|---|---|
 * | is in the target, or planned | within | within |
 * | is beyond the limit in the books | by its place | beyond |
 * | anything else | by its place | within: it was said since, or had failed |
 *
 * @param root What the books hold of the post that began the conversation
 * @param isPlanned That post is planned and not yet settled
 */
export function isBeyondPostLimit(
  change: Change,
  root: LedgerRow | undefined,
  isPlanned: boolean,
  limit: PostLimit | undefined,
): boolean {
  if (limit === undefined || change.conversation === undefined) return false;
  if (isPlanned || root?.targetId !== undefined) return false;
  if (!limit.decidesAnew) return root?.reason === 'over-post-limit';
  return change.conversation.newer >= limit.most;
}
