import { MIGRATION_APP } from '@sterna/simulator-microsoft365';
import type { Ask, Json } from './ask.ts';

const IMMUTABLE = { prefer: 'IdType="ImmutableId", outlook.timezone="UTC", include-unknown-enum-members' };

/** Microsoft Graph as the tenant's app asks it: paths begin at a base of their own, such as `/users/a@b`. */
export async function signIn(baseUrl: string, domain: string): Promise<(base: string) => Ask> {
  const answer = await fetch(`${baseUrl}/${domain}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: MIGRATION_APP.id,
      client_secret: MIGRATION_APP.secret,
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const { access_token: token } = (await answer.json()) as Json;
  return (base) => asking(`${baseUrl}/v1.0${base}`, token);
}

function asking(base: string, token: string): Ask {
  const get = async (path: string): Promise<Response> => {
    const url = path.startsWith('http') ? path : `${base}${path}`;
    let reply = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, ...IMMUTABLE },
      redirect: 'manual',
    });
    // A download URL is signed in already, and refuses a second sign-in.
    const location = reply.status === 302 ? reply.headers.get('location') : null;
    if (location !== null) reply = await fetch(location);
    if (!reply.ok) throw new Error(`GET ${path}: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
    return reply;
  };
  const json = async (path: string): Promise<Json> => (await get(path)).json();
  return {
    json,
    bytes: async (path) => Buffer.from(await (await get(path)).arrayBuffer()),
    async all(path) {
      const items: Json[] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const page: Json = await json(next);
        items.push(...page.value);
        next = page['@odata.nextLink'];
      }
      return items;
    },
  };
}
