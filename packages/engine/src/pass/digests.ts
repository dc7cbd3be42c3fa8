import { MessageDigest } from '@sterna/content';
import type { PassContext } from './context.ts';

const READ_PAGE = 500;

/** Reads objects of the target and tells their digests; those that are gone are left out. */
export async function* digestsOf(
  context: PassContext,
  container: string,
  ids: readonly string[],
): AsyncGenerator<{ id: string; digest: string }> {
  for (let from = 0; from < ids.length; from += READ_PAGE) {
    context.control.checkpoint();
    for await (const content of context.target.reader.read(container, ids.slice(from, from + READ_PAGE))) {
      if (!('body' in content)) continue;
      const digest = new MessageDigest();
      if (Buffer.isBuffer(content.body)) digest.update(content.body);
      else for await (const chunk of content.body) digest.update(chunk);
      context.progress.objects += 1;
      context.progress.bytes += content.size;
      yield { id: content.id, digest: digest.digest().toString('hex') };
    }
  }
}
