import { connectionFields, parseSettings } from '@sterna/dav';
import { z } from 'zod';

const MIB = 1024 * 1024;

/** Settings of a WebDAV system; secrets come with the credentials. */
export const webdavSettings = z.strictObject({
  ...connectionFields,
  url: connectionFields.url.describe(
    'Address of the folder, such as https://host/remote.php/dav/files/{user}/; `{address}` and `{user}` stand for the entry',
  ),
  maxConnections: connectionFields.maxConnections.default(8),
  chunkBytes: z
    .number()
    .int()
    .min(5 * MIB)
    .max(4_096 * MIB)
    .default(32 * MIB)
    .describe('Large files go to servers that can take them up again in pieces of so many bytes'),
});
export type WebdavSettings = z.infer<typeof webdavSettings>;

/** @throws SternaError config naming the setting at fault */
export const parseWebdavSettings = (settings: unknown): WebdavSettings => parseSettings(webdavSettings, settings);
