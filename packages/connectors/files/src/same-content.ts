import { fromBody } from './body-error.ts';
import type { OpenFile } from './read-file.ts';

/**
 * Whether a file holds just these bytes. Closes it, and reads no more of the body than it must.
 *
 * @throws BodyError what the body throws
 */
export async function sameContent(
  file: OpenFile | undefined,
  { body, size }: { readonly body: Buffer | AsyncIterable<Buffer>; readonly size: number },
): Promise<boolean> {
  if (file === undefined) return false;
  const { handle, stat } = file;
  try {
    if (stat.size !== BigInt(size)) return false;
    let at = 0;
    for await (const chunk of Buffer.isBuffer(body) ? [body] : fromBody(body)) {
      const there = Buffer.allocUnsafe(chunk.length);
      for (let read = 0; read < chunk.length; ) {
        const { bytesRead } = await handle.read(there, read, chunk.length - read, at + read);
        if (bytesRead === 0) return false;
        read += bytesRead;
      }
      if (!there.equals(chunk)) return false;
      at += chunk.length;
    }
    return at === size;
  } finally {
    await handle.close();
  }
}
