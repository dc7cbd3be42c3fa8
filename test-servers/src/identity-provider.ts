/** A certified OpenID Connect provider (oidc-provider) on 127.0.0.1, with people who sign in with any password. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface IdentityProvider {
  readonly issuer: string;
  /** Login → claims (`email`, `email_verified`, `groups` …); may change while it runs. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  /** As if its time were over. */
  expire(code: string): Promise<void>;
  /** No longer listens. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

export interface IdentityClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly afterSignOut: string;
}

/** @param host by which it is known, of this machine: another than the client's makes it another site for browsers */
export async function startIdentityProvider(client: IdentityClient, host = '127.0.0.1'): Promise<IdentityProvider> {
  const people: IdentityProvider['people'] = new Map();
  let server: Server = await listening(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://${host}:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [client.redirectUri],
        post_logout_redirect_uris: [client.afterSignOut],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    findAccount: (_ctx: unknown, sub: string) => {
      const claims = people.get(sub);
      return claims === undefined ? undefined : { accountId: sub, claims: () => ({ sub, ...claims }) };
    },
    // Nobody is asked for consent: this client belongs to the house.
    loadExistingGrant: async (ctx: { oidc: { client: { clientId: string }; session: { accountId: string } } }) => {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid email groups');
      await grant.save();
      return grant;
    },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  });
  server.on('request', provider.callback());
  return {
    issuer,
    people,
    expire: async (code) => (await provider.AuthorizationCode.find(code))?.destroy(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async start() {
      server = await listening(port);
      server.on('request', provider.callback());
    },
  };
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  // The servers under test are what keeps a test alive, not this.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve);
  });
  return server;
}

/**
 * Signs in through the provider's own page, as a browser without scripts would.
 *
 * @param address the authorization request
 * @returns the address that the provider sends the browser back to
 */
export async function signInAtProvider(address: string, login: string): Promise<URL> {
  const jar = new Map<string, string>();
  const issuer = new URL(address).origin;
  let next: { url: string; form?: URLSearchParams } = { url: address };
  for (let step = 0; step < 10; step += 1) {
    const answer = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.form === undefined ? {} : { method: 'POST', body: next.form }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location !== null) {
      const url = new URL(location, next.url);
      if (url.origin !== issuer) return url;
      next = { url: url.href };
      continue;
    }
    const page = await answer.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`The provider shows no form: ${answer.status} ${page.slice(0, 500)}`);
    const form = new URLSearchParams({ prompt: 'login', login, password: 'any' });
    next = { url: new URL(action, next.url).href, form };
  }
  throw new Error('The provider goes round in circles.');
}
