import type { Content, Writer } from '@sterna/connector-kit';
import type { ContainerRow, Intent } from '@sterna/store';
import { type PassContext, targetById } from './context.ts';
import { digestAtSource, digestOf } from './digests.ts';

/** Our copy as it is in the target now. */
export interface SettledCopy {
  readonly targetId: string;
  readonly digest: Buffer;
  readonly version: string | undefined;
}

/** A create or a replacement: whether the target holds what was being written. */
export async function writtenFile(
  context: PassContext,
  row: ContainerRow,
  intent: Intent,
): Promise<SettledCopy | undefined> {
  const targetId = intent.verb === 'replace' ? intent.targetId : intent.reservedId;
  const copy = targetId === undefined ? undefined : await copyAt(context, row, targetId);
  if (copy === undefined || targetId === undefined || copy.size !== intent.size) return undefined;
  const digest = await digestOf('file', copy.body);
  if (!(await isAsIntended(context, intent, copy, digest))) return undefined;
  return { targetId, digest, version: copy.version };
}

/**
 * A large file is hashed in flight, so its intent knows no digest: the source tells it again. If the source has another
 * content by now, size and time of modification are what is left to tell.
 */
async function isAsIntended(context: PassContext, intent: Intent, copy: Content, digest: Buffer): Promise<boolean> {
  if (intent.digest !== undefined) return intent.digest.equals(digest);
  if ((await digestAtSource(context, intent))?.equals(digest) === true) return true;
  return intent.data?.modified !== undefined && copy.date?.getTime() === intent.data.modified;
}

/**
 * A move: done where the copy is at its new place and not at its old one. Where it is at both, the move was a copy that
 * was cut short (object storage): the old one goes.
 */
export async function movedFile(
  context: PassContext,
  writer: Writer,
  row: ContainerRow,
  intent: Intent,
): Promise<SettledCopy | undefined> {
  const { move } = intent.data ?? {};
  const { reservedId, targetId, digest } = intent;
  if (move === undefined || reservedId === undefined || targetId === undefined || digest === undefined)
    return undefined;
  const copy = await copyAt(context, row, reservedId);
  // People may have worked on it before it moved: then only its being gone from the old place tells.
  if (copy === undefined) return undefined;
  const from = targetById(context, move.fromContainer);
  const isAtOldPlace = (await copyAt(context, from, targetId)) !== undefined;
  const isOurs = digest.equals(await digestOf('file', copy.body));
  if (isAtOldPlace && !isOurs) return undefined;
  if (isAtOldPlace)
    await writer.apply([{ verb: 'remove', op: String(intent.op), container: from.key, targetId, how: 'expunge' }]);
  return { targetId: reservedId, digest, version: isOurs ? copy.version : move.version };
}

async function copyAt(context: PassContext, row: ContainerRow, id: string): Promise<Content | undefined> {
  for await (const copy of context.target.reader.read(row.key, [id])) if ('body' in copy) return copy;
  return undefined;
}
