import type { Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { PartContext, PartDefinition } from '../part.ts';
import { driveCapabilities } from './capabilities.ts';
import { DriveApi, RIGHTS } from './drive-api.ts';
import { Folders } from './folders.ts';
import { nameRulesOf } from './names.ts';
import { DriveReader } from './reader.ts';
import { Uploader } from './upload.ts';
import { DriveWriter } from './writer.ts';

interface Drive {
  readonly id: string;
  readonly driveType?: string;
  readonly webUrl?: string;
  readonly quota?: { readonly used?: number; readonly total?: number; readonly remaining?: number } | null;
}

/** What a drive needs to know of whose it is. */
export type DriveContext = Pick<PartContext, 'client' | 'drive' | 'address' | 'role' | 'settings'>;

/** A user's OneDrive. */
export const drivePart: PartDefinition = {
  key: 'drive',
  kinds: ['file'],
  rights: RIGHTS,
  title: 'OneDrive',
  open: (context) => openDriveAt(context, `${context.userPath}/drive`, oneDriveMissing(context.address)),
};

/**
 * @param path Of the drive: `/users/{id}/drive`, `/groups/{id}/drive`, `/drives/{id}`
 * @param missing What it means that there is none
 * @throws SternaError `missing`; auth | transient | throttled
 */
export async function openDriveAt(context: DriveContext, path: string, missing: SternaError): Promise<Session> {
  const { client, drive: budget, address, role, settings } = context;
  const drive = await driveOf(context, path, missing);
  const api = new DriveApi(client, budget, drive.id, settings.pageSize);
  const { body: root } = await client.send<{ readonly id: string }>({
    method: 'GET',
    path: `/drives/${segment(drive.id)}/root`,
    query: { $select: 'id' },
    doing: 'looking at the drive',
    right: RIGHTS.read,
    budget,
    cost: { units: 1 },
  });
  const rules = nameRulesOf(drive.webUrl ?? '');
  const domain = address.split('@')[1] ?? '';
  const reader = new DriveReader(api, { rootId: root.id, webUrl: drive.webUrl, rules, domain });
  const writer =
    role === 'write'
      ? new DriveWriter({
          api,
          reader,
          folders: new Folders(api, rules, root.id, drive.webUrl),
          uploader: new Uploader(api, settings.uploadPieceBytes),
          rules,
          domain,
          clientId: settings.clientId,
        })
      : undefined;
  const { used, total } = drive.quota ?? {};
  return {
    capabilities: driveCapabilities(rules, drive.driveType ?? 'unknown'),
    reader,
    ...(writer === undefined ? {} : { writer }),
    identity: `microsoft365-drive:${drive.id}`,
    quota: async () => (used === undefined || !total ? undefined : { used, limit: total }),
    close: async () => undefined,
    destroy: () => undefined,
  };
}

async function driveOf({ client, drive: budget }: DriveContext, path: string, missing: SternaError): Promise<Drive> {
  try {
    const { body } = await client.send<Drive>({
      method: 'GET',
      path,
      query: { $select: 'id,driveType,webUrl,quota' },
      doing: 'looking for the drive',
      right: RIGHTS.read,
      budget,
      cost: { units: 1 },
    });
    return body;
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown;
    throw missing;
  }
}

const oneDriveMissing = (address: string): SternaError =>
  new SternaError('config', 'drive-not-found', `${address} has no OneDrive.`, {
    field: 'address',
    fix: 'Check the user’s license, and let them open OneDrive once, or provision it (Request-SPOPersonalSite): an app can’t.',
  });
