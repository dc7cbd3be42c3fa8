import type { Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { PartContext, PartDefinition } from '../part.ts';
import { driveCapabilities } from './capabilities.ts';
import { RIGHTS } from './drive-api.ts';
import { nameRulesOf } from './names.ts';
import { type OpenDrive, openDrive } from './open-drive.ts';

interface Drive {
  readonly id: string;
  readonly driveType?: string;
  readonly webUrl?: string;
  readonly quota?: { readonly used?: number; readonly total?: number; readonly remaining?: number } | null;
}

/** What a drive needs to know of whose it is. */
export type DriveContext = Pick<PartContext, 'client' | 'drive' | 'address' | 'role' | 'settings'>;

export interface DriveSession extends Session {
  /** For sessions that hold several. */
  readonly drive: OpenDrive;
}

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
export async function openDriveAt(context: DriveContext, path: string, missing: SternaError): Promise<DriveSession> {
  const { client, drive: budget, address, role } = context;
  const drive = await driveOf(context, path, missing);
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
  const opened = openDrive(context, { id: drive.id, rootId: root.id, webUrl: drive.webUrl, rules, domain });
  const { used, total } = drive.quota ?? {};
  return {
    capabilities: driveCapabilities(rules, drive.driveType ?? 'unknown'),
    drive: opened,
    reader: opened.reader,
    ...(role === 'write' ? { writer: opened.writer } : {}),
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
