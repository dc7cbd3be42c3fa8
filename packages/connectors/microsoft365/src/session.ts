import type { Clock } from '@sterna/cloud-http';
import { composeSessions, type OpenRequest, type Session, tell } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { addresses } from './addresses.ts';
import { type Connection, connect } from './connect.ts';
import { ExchangeTransfer } from './exchange/exchange-transfer.ts';
import { segment } from './graph/client.ts';
import { statusOf } from './graph/errors.ts';
import { OPENERS } from './openers.ts';
import { isWanted, type OpenedPart, type PartContext } from './part.ts';
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
    const open = OPENERS[request.itemType ?? 'mailbox'] ?? openUser;
    const opened = await open(connection, request);
    request.observe?.({ type: 'connected', detail: `${request.address} of ${connection.where}` });
    return sessionOf(connection, opened);
  } catch (error) {
    connection.client.destroy();
    return tell(error);
  }
}

async function openUser(connection: Connection, request: OpenRequest): Promise<readonly OpenedPart[]> {
  const context = await contextOf(connection, request);
  const wanted = PARTS.filter(({ kinds }) => isWanted(kinds, request));
  return Promise.all(wanted.map(async ({ key, kinds, open }) => ({ key, kinds, session: await open(context) })));
}

function sessionOf({ client }: Connection, opened: readonly OpenedPart[]): Session {
  const session = composeSessions(opened);
  return {
    ...session,
    addresses,
    close: async () => {
      // What it can't tidy up now, the next one does.
      await session.close().catch(() => undefined);
      client.destroy();
    },
    destroy: () => client.destroy(),
  };
}

/** @throws SternaError config `address-not-found` | `bad-address` */
export async function contextOf(
  { client, settings, outlook, drive, directory }: Connection,
  { address, role, installation }: Pick<OpenRequest, 'address' | 'role' | 'installation'>,
): Promise<PartContext> {
  const userPath = await userPathOf(client, directory, address);
  return {
    client,
    userPath,
    address: address.toLowerCase(),
    outlook,
    drive,
    directory,
    settings,
    transfer: new ExchangeTransfer({ client, outlook, userPath, isWanted: settings.exportImport }),
    role,
    installation,
  };
}

/** By the user's id, which no change of name touches; by address where the app may not look users up. */
async function userPathOf(client: Connection['client'], directory: Connection['directory'], address: string) {
  if (!isAddress(address))
    throw new SternaError('config', 'bad-address', 'The address is none of a Microsoft 365 user.', {
      field: 'address',
      fix: 'Write the user principal name, as in user@domain.',
    });
  try {
    const { body } = await client.send<{ readonly id: string }>({
      method: 'GET',
      path: `/users/${segment(address)}`,
      query: { $select: 'id,userPrincipalName,mail' },
      doing: 'looking the user up',
      budget: directory,
    });
    return `/users/${segment(body.id)}`;
  } catch (thrown) {
    if (statusOf(thrown) === 403) return `/users/${segment(address)}`;
    if (statusOf(thrown) !== 404) throw thrown;
    throw new SternaError('config', 'address-not-found', `The tenant has no user ${address}.`, {
      field: 'address',
      fix: 'Check the address, and that the system’s tenant is the one of this user.',
      cause: thrown,
    });
  }
}
