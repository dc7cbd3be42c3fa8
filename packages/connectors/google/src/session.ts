import type { Clock } from '@sterna/cloud-http';
import { composeSessions, type OpenRequest, type Session, tell } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { openSpaces } from './chat/open.ts';
import { type Connection, connect, type ScopeSets } from './connect.ts';
import { driveAddresses } from './drive/addresses.ts';
import { DriveApi } from './drive/drive-api.ts';
import { drivePart, PAGE } from './drive/part.ts';
import { openGroup } from './groups/open.ts';
import type { PartContext, PartDefinition } from './part.ts';
import { PARTS } from './parts.ts';
import { isAddress } from './settings.ts';

/**
 * Only the parts of the kinds asked for are opened.
 *
 * @throws SternaError auth | config | transient | throttled
 */
export async function openSession(request: OpenRequest, clock?: Clock): Promise<Session> {
  const connection = connect(request, clock);
  try {
    if (request.itemType === 'group' || request.itemType === 'team') {
      const open = request.itemType === 'group' ? openGroup : openSpaces;
      const session = await open(connection, request);
      request.observe?.({ type: 'connected', detail: request.address });
      return { ...session, close: async () => connection.destroy(), destroy: () => connection.destroy() };
    }
    const wanted = PARTS.filter(
      ({ kinds, itemType }) =>
        kinds.some((kind) => request.kinds?.includes(kind) ?? true) &&
        (itemType === 'drive' || !isSharedDrive(request.address)),
    );
    const opened = await Promise.all(
      wanted.map(async (part) => ({ part, session: await part.open(contextOf(connection, part, request)) })),
    );
    request.observe?.({ type: 'connected', detail: request.address });
    const session = composeSessions(opened.map(({ part: { key, kinds }, session }) => ({ key, kinds, session })));
    return {
      ...session,
      addresses: driveAddresses(() => drivesOf(connection, request)),
      close: async () => connection.destroy(),
      destroy: () => connection.destroy(),
    };
  } catch (error) {
    connection.destroy();
    return tell(error);
  }
}

/** Looked at for links, whatever the session is of. */
function drivesOf(connection: Connection, request: OpenRequest): DriveApi {
  const { client, sharedDrive } = contextOf(connection, drivePart, request);
  return new DriveApi(client, PAGE, sharedDrive);
}

/** @throws SternaError config `bad-address` */
export function contextOf(
  connection: Connection,
  part: PartDefinition,
  { address, role, installation }: Pick<OpenRequest, 'address' | 'role' | 'installation'>,
): PartContext {
  const isShared = part.itemType === 'drive' && isSharedDrive(address);
  const subject = isShared ? administrator(connection) : address;
  if (!isAddress(subject))
    throw new SternaError('config', 'bad-address', 'The address is none of a Google Workspace user.', {
      field: 'address',
      fix: 'Write the user’s address, as in user@domain.',
    });
  return {
    client: connection.client(part.api, subject.toLowerCase(), scopeSets(part, role)),
    other: (api, scopes) => connection.client(api, subject.toLowerCase(), scopes),
    address: subject.toLowerCase(),
    ...(isShared ? { sharedDrive: address } : {}),
    settings: connection.settings,
    role,
    installation,
  };
}

/** Nobody's: it is named by its id. */
export const isSharedDrive = (address: string): boolean => /^0A[\w-]{8,60}$/.test(address);

/** @throws SternaError config `admin-missing` */
function administrator({ settings }: Connection): string {
  if (settings.admin !== undefined) return settings.admin;
  throw new SternaError('config', 'admin-missing', 'Nobody is named who may work in the shared drive.', {
    field: 'admin',
    fix: 'Give the address of a manager of the shared drive as administrator in the settings of the system.',
  });
}

/** Who delegated what writing takes needn't delegate what reading takes as well. */
export const scopeSets = ({ scopes }: PartDefinition, role: OpenRequest['role']): ScopeSets =>
  role === 'write' ? [scopes.write] : [scopes.read, scopes.write];
