import { MessageDigest, pivotOf } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import type { ContainerRow } from '@sterna/store';
import type { PassContext } from './context.ts';

const READ_PAGE = 500;

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

/** The digest of a copy as it is read, streamed where it is mail. A copy that can't be parsed has that of its bytes. */
export async function digestOf(kind: ContentKind, body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  if (kind === 'message') {
    const digest = new MessageDigest();
    if (Buffer.isBuffer(body)) digest.update(body);
    else for await (const chunk of body) digest.update(chunk);
    return digest.digest();
  }
  const whole = await wholeBody(body);
  try {
    return pivotOf(kind).digest(whole);
  } catch {
    return new MessageDigest().update(whole).digest();
  }
}

/** Events and cards are parsed whole; only mail streams. */
export async function wholeBody(body: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
