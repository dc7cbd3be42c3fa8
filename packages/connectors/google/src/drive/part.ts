import type { Session } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import type { PartContext, PartDefinition } from '../part.ts';
import { driveCapabilities } from './capabilities.ts';
import { DriveApi, filePath, SCOPES, UNITS } from './drive-api.ts';
import { type DriveFile, FILE_FIELDS } from './drive-file.ts';
import { Folders } from './folders.ts';
import { DriveReader } from './reader.ts';
import { noDrive } from './tree.ts';
import { Uploader } from './upload.ts';
import { DriveWriter } from './writer.ts';

/** A user's My Drive, or a shared drive. */
export const drivePart: PartDefinition = {
  key: 'drive',
  kinds: ['file'],
  itemType: 'drive',
  api: 'drive',
  scopes: SCOPES,
  title: 'Google Drive',
  open: openDrive,
};

/** Drive gives at most so many items at once. */
export const PAGE = 1_000;

/** @throws SternaError config `drive-not-found`; auth | transient | throttled */
async function openDrive({ client, address, sharedDrive, role, settings }: PartContext): Promise<Session> {
  const api = new DriveApi(client, PAGE, sharedDrive);
  const root = await rootOf(client, sharedDrive ?? 'root', sharedDrive ?? address);
  const domain = address.split('@')[1] ?? '';
  const reader = new DriveReader(api, { root });
  const writer =
    role === 'write'
      ? new DriveWriter({
          api,
          reader,
          folders: new Folders(api, root),
          uploader: new Uploader(api, settings.uploadPieceBytes),
          domain,
          convert: settings.convertOffice,
          pieceBytes: settings.uploadPieceBytes,
        })
      : undefined;
  return {
    capabilities: driveCapabilities(
      sharedDrive === undefined ? 'My Drive' : 'a shared drive',
      sharedDrive !== undefined,
    ),
    reader,
    ...(writer === undefined ? {} : { writer }),
    identity: `google-drive:${root.id}`,
    // A shared drive has no quota but a number of items.
    quota: async () => (sharedDrive === undefined ? quotaOf(client) : undefined),
    close: async () => undefined,
    destroy: () => undefined,
  };
}

async function rootOf(client: PartContext['client'], id: string, address: string): Promise<DriveFile> {
  try {
    const { body, status } = await client.send<DriveFile>({
      method: 'GET',
      path: filePath(id),
      query: { fields: FILE_FIELDS, supportsAllDrives: true },
      doing: 'looking for the drive',
      right: SCOPES.read[0],
      units: UNITS.read,
      expected: [404],
    });
    if (status === 404) throw noDrive(address);
    return body;
  } catch (thrown) {
    throw asSternaError(thrown).code === 'service-off' ? noDrive(address) : thrown;
  }
}

interface About {
  readonly storageQuota?: { readonly limit?: string; readonly usage?: string };
}

async function quotaOf(client: PartContext['client']): Promise<{ used: number; limit: number } | undefined> {
  const { body } = await client.send<About>({
    method: 'GET',
    path: '/drive/v3/about',
    query: { fields: 'storageQuota(limit,usage)' },
    doing: 'looking at the quota',
    right: SCOPES.read[0],
    units: UNITS.read,
  });
  const { limit, usage } = body.storageQuota ?? {};
  return limit === undefined || usage === undefined ? undefined : { used: Number(usage), limit: Number(limit) };
}
