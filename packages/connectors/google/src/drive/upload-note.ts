import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { type DriveApi, filePath, inFolder, quoted, SCOPES, UNITS } from './drive-api.ts';

/**
 * Where an upload of many pieces goes on after Sterna itself was ended: the address of its session, which is a secret, in
 * the description of an empty temporary file beside the target, under a key that the stamp alone tells. Nobody else knows
 * the stamp.
 */
export interface UploadNote {
  readonly uploadUrl: string;
  /** Id that the file gets. */
  readonly fileId: string;
  /** What is sent: another content or date makes it another upload. */
  readonly size: number;
  readonly date: number | undefined;
}

const IV = 12;
const TAG = 16;

const derived = (use: string, stamp: string): Buffer => createHash('sha256').update(`${use}\0${stamp}`).digest();

export const noteName = (stamp: string): string =>
  `.sterna-${derived('name', stamp).toString('hex').slice(0, 32)}.part`;

interface Found {
  readonly id: string;
  readonly description?: string;
}

async function found(api: DriveApi, folderId: string, stamp: string): Promise<readonly Found[]> {
  const { body } = await api.client.send<{ readonly files?: readonly Found[] }>({
    method: 'GET',
    path: '/drive/v3/files',
    query: {
      q: `trashed = false and ${inFolder(folderId)} and name = ${quoted(noteName(stamp))}`,
      fields: 'files(id,description)',
      supportsAllDrives: true,
      includeItemsFromAllDrives: true,
    },
    doing: 'looking for an upload to go on with',
    right: SCOPES.read[0],
    units: UNITS.list,
  });
  return body.files ?? [];
}

export async function writeNote(api: DriveApi, folderId: string, stamp: string, note: UploadNote): Promise<void> {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', derived('key', stamp), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(note), 'utf8'), cipher.final()]);
  const description = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
  const id = await api.newId();
  await api.write({
    method: 'POST',
    path: '/drive/v3/files',
    body: { id, name: noteName(stamp), parents: [folderId], mimeType: 'application/octet-stream', description },
    doing: 'noting where an upload goes on',
    repeatable: true,
    expected: [409],
  });
}

/** Undefined where there is none, or none that can be read. */
export async function readNote(api: DriveApi, folderId: string, stamp: string): Promise<UploadNote | undefined> {
  for (const { description = '' } of await found(api, folderId, stamp)) {
    const note = opened(Buffer.from(description, 'base64'), stamp);
    if (note !== undefined) return note;
  }
  return undefined;
}

/** For good: a note is nobody's to keep. */
export async function removeNotes(api: DriveApi, folderId: string, stamp: string): Promise<void> {
  for (const { id } of await found(api, folderId, stamp))
    await api.write({
      method: 'DELETE',
      path: filePath(id),
      query: { fields: undefined },
      doing: 'removing a temporary file',
      expected: [403, 404],
    });
}

function opened(bytes: Buffer, stamp: string): UploadNote | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived('key', stamp), bytes.subarray(0, IV), {
      authTagLength: TAG,
    });
    decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as UploadNote;
  } catch {
    return undefined;
  }
}
