import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { DriveApi } from './drive-api.ts';

/**
 * Where an upload of many pieces goes on after Sterna itself was ended: the address of its session, which is a secret, in
 * a temporary file beside the target, under a key that the stamp alone tells. Nobody else knows the stamp.
 */
export interface UploadNote {
  readonly uploadUrl: string;
  /** What is sent: another content or date makes it another upload. */
  readonly size: number;
  readonly date: number | undefined;
  /** The name under which it is sent where its own is blocked: what lies there whole was not given its own yet. */
  readonly aside?: string;
}

const IV = 12;
const TAG = 16;

const derived = (use: string, stamp: string): Buffer => createHash('sha256').update(`${use}\0${stamp}`).digest();

export const noteName = (stamp: string): string =>
  `.sterna-${derived('name', stamp).toString('hex').slice(0, 32)}.part`;

export async function writeNote(api: DriveApi, folderId: string, stamp: string, note: UploadNote): Promise<void> {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', derived('key', stamp), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(note), 'utf8'), cipher.final()]);
  await api.write(`${api.pathOf(folderId, noteName(stamp))}/content`, {
    method: 'PUT',
    query: { '@microsoft.graph.conflictBehavior': 'replace' },
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.concat([iv, cipher.getAuthTag(), sealed]),
    doing: 'noting where an upload goes on',
  });
}

/** Undefined where there is none, or none that can be read. */
export function readNote(bytes: Buffer, stamp: string): UploadNote | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived('key', stamp), bytes.subarray(0, IV), {
      authTagLength: TAG,
    });
    decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
    const opened = Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]);
    return JSON.parse(opened.toString('utf8')) as UploadNote;
  } catch {
    return undefined;
  }
}
