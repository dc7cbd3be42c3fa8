import type { Finished, KnownContainer, Session } from '@sterna/connector-kit';
import { type ContainerRow, loadContainers, TARGET } from '@sterna/store';
import type { Pool } from 'pg';

/**
 * Gives back for good what passes of the entry held in the target, and nothing else: the source isn't asked, the books stay
 * as they are. What is given back already is left alone, so it can be repeated.
 */
export async function finish(pool: Pool, entryId: number, target: Session): Promise<Finished> {
  const known = (await loadContainers(pool, entryId)).filter(({ side }) => side === TARGET);
  return (await target.finish?.(inNames(known))) ?? { finished: [], refused: [] };
}

/** Containers of a target as its session knows them. */
export const inNames = (rows: Iterable<ContainerRow>): readonly KnownContainer[] =>
  Array.from(rows, ({ key, path }) => ({ id: key, name: path.join('/') }));

/** Undefined where nothing is held any more. */
export const finishedInWords = ({ refused }: Finished): string | undefined =>
  refused.length === 0 ? undefined : `${refused.length} held by others: ${refused.join(', ')}`;
