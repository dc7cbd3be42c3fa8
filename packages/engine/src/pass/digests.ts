import { MessageDigest, pivotOf } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import type { ContainerRow, Intent } from '@sterna/store';
import { type PassContext, sourceById } from './context.ts';

export const READ_PAGE = 500;

/** Reads objects of the target and tells their digests; those that are gone are left out. */
export async function* digestsOf(
  context: PassContext,
  container: Pick<ContainerRow, 'key' | 'kind'>,
  ids: readonly string[],
): AsyncGenerator<{ id: string; digest: string }> {
  for (let from = 0; from < ids.length; from += READ_PAGE) {
    context.control.checkpoint();
    for await (const content of context.target.reader.read(container.key, ids.slice(from, from + READ_PAGE))) {
      if (!('body' in content)) continue;
      const digest = await digestOf(container.kind, content.body);
      context.progress.objects += 1;
      context.progress.bytes += content.size;
      yield { id: content.id, digest: digest.toString('hex') };
    }
  }
}

/** The digest of a copy as it is read, streamed where it may be. A copy that can't be parsed has that of its bytes. */
export async function digestOf(kind: ContentKind, body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  const hasher = pivotOf(kind).hasher?.();
  if (hasher !== undefined) {
    if (Buffer.isBuffer(body)) hasher.update(body);
    else for await (const chunk of body) hasher.update(chunk);
    return hasher.digest();
  }
  const whole = await wholeBody(body);
  try {
    return pivotOf(kind).digest(whole);
  } catch {
    return new MessageDigest().update(whole).digest();
  }
}

/** Events and cards are parsed whole; mail and files stream. */
export async function wholeBody(body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Of the object that an intent is about, as the source has it now; undefined where it is gone. */
export async function digestAtSource(context: PassContext, intent: Intent): Promise<Buffer | undefined> {
  const container = sourceById(context, intent.container);
  for await (const content of context.source.reader.read(container.key, [intent.srcId])) {
    if (!('body' in content)) return undefined;
    // Awaited here: leaving the loop ends the connection that the body streams from.
    return await digestOf(container.kind, content.body);
  }
  return undefined;
}
