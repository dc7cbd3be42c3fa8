import { pivotOf } from '@sterna/content';
import { type ContainerRow, isNoted, type LedgerRow } from '@sterna/store';
import { capabilitiesFor, type PassContext, sourceById } from './context.ts';
import { digestOf, READ_PAGE, wholeBody } from './digests.ts';
import { preparation } from './preparation.ts';
import { leadsRight } from './shortcuts.ts';

/**
 * - `identical`: what was sent is there
 * - `rewritten`: the target has it in other bytes, which say the same
 * - `adapted`: it says something else, as the books said when it was written, and nobody has changed it since
 * - `uncompared`: in other bytes, and the source has nothing any more to hold it against
 * - `different`: it says something else
 */
export type Comparison = 'identical' | 'rewritten' | 'adapted' | 'uncompared' | 'different';

/** A copy in the target, with what the books have of it. */
export interface Copy {
  readonly targetId: string;
  /** As the target tells it now, where it has versions. */
  readonly version: string | undefined;
  readonly row: LedgerRow;
}

/** Reads copies and holds them against the books; where the target writes contents anew, against the source. */
export async function* compareCopies(
  context: PassContext,
  container: ContainerRow,
  copies: readonly Copy[],
): AsyncGenerator<{ readonly copy: Copy; readonly comparison: Comparison }> {
  const byId = new Map(copies.map((copy) => [copy.targetId, copy]));
  const ids = [...byId.keys()];
  const isRewriting = capabilitiesFor(context.target, container.kind).bytes === 'rewritten';
  for (let from = 0; from < ids.length; from += READ_PAGE) {
    context.control.checkpoint();
    for await (const content of context.target.reader.read(container.key, ids.slice(from, from + READ_PAGE))) {
      const copy = byId.get(content.id);
      if (copy === undefined || !('body' in content)) continue;
      context.progress.objects += 1;
      context.progress.bytes += content.size;
      if (content.shortcut !== undefined) {
        const isRight = await leadsRight(context, copy.row, content.shortcut);
        yield { copy, comparison: isRight ? 'identical' : await asTold(context, copy) };
        continue;
      }
      // What is written anew is parsed, and so read whole; targets of that sort have a limit.
      const body = isRewriting ? await wholeBody(content.body) : content.body;
      const digest = await digestOf(container.kind, body);
      if (copy.row.digest?.equals(digest) === true) yield { copy, comparison: 'identical' };
      else if (Buffer.isBuffer(body) && isRewriting)
        yield { copy, comparison: (await atSource(context, copy, body)) ?? (await asTold(context, copy)) };
      else yield { copy, comparison: await asTold(context, copy) };
    }
  }
}

/** Against the source as it is now; undefined where the two say different things. */
async function atSource(
  context: PassContext,
  { row }: Copy,
  body: Buffer,
): Promise<'rewritten' | 'uncompared' | undefined> {
  const container = sourceById(context, row.container);
  for await (const content of context.source.reader.read(container.key, [row.srcId])) {
    if (!('body' in content)) break;
    return (await isSame(context, container, row.src, await wholeBody(content.body), body)) ? 'rewritten' : undefined;
  }
  return 'uncompared';
}

async function asTold({ pool, claim }: PassContext, { row, version }: Copy): Promise<'adapted' | 'different'> {
  if (row.targetVersion !== undefined && row.targetVersion !== version) return 'different';
  return (await isNoted(pool, claim.entryId, row.src)) ? 'adapted' : 'different';
}

/** Never throws: what can't be parsed is not the same. */
async function isSame(
  context: PassContext,
  container: ContainerRow,
  src: Buffer,
  original: Buffer,
  copy: Buffer,
): Promise<boolean> {
  const pivot = pivotOf(container.kind);
  try {
    const sent =
      pivot.prepare?.(original, await preparation(context, container, original, { src, purpose: 'compare' })).body ??
      original;
    if (pivot.saysTheSame !== undefined) return await pivot.saysTheSame(sent, copy);
    return pivot.differences?.(sent, copy).length === 0;
  } catch {
    return false;
  }
}
