import type { DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { connect } from '../connect.ts';
import { CHAT_SCOPES } from './chat.ts';
import { searchSpaces } from './search-spaces.ts';

const NEVER = new AbortController().signal;

/**
 * The named spaces of the organization, whoever is in them.
 *
 * @throws SternaError auth | config | transient | throttled; config `admin-missing`
 */
export async function* discoverSpaces(
  system: SystemConfig,
  signal: AbortSignal = NEVER,
): AsyncGenerator<DiscoveredItem> {
  const connection = connect({ system, signal });
  try {
    const { admin } = connection.settings;
    if (admin === undefined)
      throw new SternaError('config', 'admin-missing', 'Nobody is named who may list the spaces.', {
        field: 'admin',
        fix: 'Give an administrator’s address in the settings of the system, or import the entries as CSV.',
      });
    const { read, write } = CHAT_SCOPES.admin;
    const client = connection.client('chat', admin.toLowerCase(), [read, write]);
    for await (const { name, displayName } of searchSpaces(client, 'listing the spaces'))
      yield { itemType: 'team', address: name, ...(displayName ? { displayName } : {}) };
  } finally {
    connection.destroy();
  }
}
