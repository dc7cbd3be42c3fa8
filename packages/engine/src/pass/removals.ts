import type { RemoveOp, Result } from '@sterna/connector-kit';
import type { ContainerRow, LedgerRow } from '@sterna/store';
import type { PassContext } from './context.ts';

/** Copies that the books know, each by its id, and only as long as nobody has changed it. @returns what came of each */
export async function applyRemovals(
  context: PassContext,
  target: ContainerRow,
  rows: readonly LedgerRow[],
  how: RemoveOp['how'],
): Promise<readonly (readonly [LedgerRow, Result | undefined])[]> {
  context.writtenTargets.add(target.id);
  const results = await context.target.writer?.apply(
    rows.map((row, i) => ({
      verb: 'remove',
      op: String(i),
      container: target.key,
      targetId: row.targetId ?? '',
      how,
      ...(row.targetVersion === undefined ? {} : { ifVersion: row.targetVersion }),
    })),
  );
  const byOp = new Map(results?.map((result) => [result.op, result]));
  return rows.map((row, i) => [row, byOp.get(String(i))]);
}

/** Of a note: which object it is about. */
export const whose = ({ src, srcId, container }: LedgerRow) => ({ src, srcId, container });
