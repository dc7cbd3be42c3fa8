import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';

const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes a file under a temporary name, synced, and hands it to `place`, which renames or links it. A leftover of the
 * same name goes first: that takes the work away from a writer that was stopped and wakes up late.
 */
export async function placed<T>(draft: string, content: Buffer, place: (draft: string) => Promise<T>): Promise<T> {
  await rm(draft, { force: true });
  try {
    const file = await open(draft, WRITE, 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return await place(draft);
  } finally {
    await rm(draft, { force: true });
  }
}
