import type { DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { connect } from '../connect.ts';
import { CHAT_SCOPES, type SpacesPage } from './chat.ts';

const NEVER = new AbortController().signal;

/**
 * The named spaces of the organization, whoever is in them.
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces/search
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
    for await (const { spaces = [] } of client.pages<SpacesPage>({
      method: 'GET',
      path: '/v1/spaces:search',
      query: {
        useAdminAccess: true,
        query: 'customer = "customers/my_customer" AND space_type = "SPACE"',
        pageSize: 1_000,
      },
      doing: 'listing the spaces',
      right: read[0],
    }))
      for (const { name, displayName } of spaces)
        yield { itemType: 'team', address: name, ...(displayName ? { displayName } : {}) };
  } finally {
    connection.destroy();
  }
}
