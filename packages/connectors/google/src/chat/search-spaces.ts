import type { GoogleClient } from '../api/client.ts';
import { CHAT_SCOPES, type ChatSpace, type SpacesPage } from './chat.ts';

/**
 * The named spaces of the organization, whoever is in them.
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces/search
 *
 * @param name Only those whose names have this in them
 */
export async function* searchSpaces(client: GoogleClient, doing: string, name?: string): AsyncGenerator<ChatSpace> {
  const called = name === undefined ? '' : ` AND display_name:"${name.replaceAll(/["\\]/g, (one) => `\\${one}`)}"`;
  for await (const { spaces = [] } of client.pages<SpacesPage>({
    method: 'GET',
    path: '/v1/spaces:search',
    query: {
      useAdminAccess: true,
      query: `customer = "customers/my_customer" AND space_type = "SPACE"${called}`,
      pageSize: 1_000,
    },
    doing,
    right: CHAT_SCOPES.admin.read[0],
  }))
    yield* spaces;
}
