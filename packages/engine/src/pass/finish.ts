import type { Finished, Session } from '@sterna/connector-kit';
import { loadContainers, TARGET } from '@sterna/store';
import type { Pool } from 'pg';

/**
 * Gives back for good what passes of the entry held in the target, and nothing else: the source isn't asked, the books stay
 * as they are. What is given back already is left alone, so it can be repeated.
 */
export async function finish(pool: Pool, entryId: number, target: Session): Promise<Finished> {
  const known = (await loadContainers(pool, entryId))
    .filter(({ side }) => side === TARGET)
    .map(({ key, path }) => ({ id: key, name: path.join('/') }));
  return (await target.finish?.(known)) ?? { finished: [], refused: [] };
}

/** Undefined where nothing is held any more. */
export const finishedInWords = ({ refused }: Finished): string | undefined =>
  refused.length === 0 ? undefined : `${refused.length} held by others: ${refused.join(', ')}`;
