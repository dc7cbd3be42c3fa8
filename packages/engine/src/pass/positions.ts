import type { Container } from '@sterna/connector-kit';
import { type ContainerRow, inFencedTransaction, saveContainers } from '@sterna/store';
import type { PassContext } from './context.ts';

type Rows = PassContext['sourceContainers'];

/**
 * What the books have of one side, for a reader that can be told by its position that nothing changed; nothing for one that
 * has no positions.
 */
export function knownContainers(context: PassContext, side: 'source' | 'target'): readonly Container[] {
  const rows = [...(side === 'source' ? context.sourceContainers : context.targetContainers).values()];
  if (rows.every((row) => row.position === undefined)) return [];
  return rows
    .filter((row) => !row.gone)
    .map((row) => ({
      id: row.key,
      path: row.path,
      kind: row.kind,
      // What a target holds is not in the books.
      ...(side === 'source' ? { total: row.total } : {}),
      ...(row.glance === undefined ? {} : { glance: row.glance }),
      ...(row.generation === undefined ? {} : { generation: row.generation }),
      ...(row.position === undefined ? {} : { position: row.position }),
    }));
}

/**
 * Remembers where these containers were listed: all that was to be seen then is in the books now.
 *
 * @param listed As `Reader.containers` gave them
 */
export async function savePositions(context: PassContext, rows: Rows, listed: readonly Container[]): Promise<void> {
  const positions = new Map(listed.map(({ id, position }) => [id, position]));
  const changed: ContainerRow[] = [];
  for (const row of rows.values()) {
    const position = positions.get(row.key);
    if (row.position === position) continue;
    row.position = position;
    changed.push(row);
  }
  if (changed.length === 0) return;
  await inFencedTransaction(context.pool, context.claim.lease, (client) =>
    saveContainers(client, context.claim.entryId, changed),
  );
}
