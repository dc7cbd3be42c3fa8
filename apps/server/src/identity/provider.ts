import type { Identity } from '@sterna/application';
import { SternaError } from '@sterna/core';
import * as oidc from 'openid-client';
import { type AddressGuard, AddressRefused } from '../outbound/address-guard.ts';
import { guardedFetch } from '../outbound/guarded-fetch.ts';
import { unreachableInWords } from '../outbound/unreachable.ts';
import type { ProviderSettings } from './settings.ts';

export const CALLBACK_PATH = '/api/sign-in/provider/callback';
/** What the provider says of itself (addresses, algorithms) is asked again after this. Keys are cached by the library. */
const DESCRIPTION_MS = 3_600_000;

/** What ties the answer to the browser and the request that asked for it. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * The provider of identities, by OpenID Connect: authorization code with PKCE (RFC 7636), state, nonce, signatures
 * checked against the issuer's published keys, the issuer's name in the answer (RFC 9207) where it sends one.
 */
export interface Provider {
  readonly name: string;
  /** Where to send the browser. @throws SternaError transient `provider-unreachable`; auth `provider-untrusted` */
  begin(): Promise<{ readonly url: URL; readonly attempt: Attempt }>;
  /**
   * @param query of the address that the provider sent the browser to, with its question mark
   * @throws SternaError transient `provider-unreachable`; auth `provider-refused` | `provider-untrusted`
   */
  finish(query: string, attempt: Attempt): Promise<Identity>;
  /** Where signing out of the provider begins, if it can be. */
  signOutUrl(): Promise<URL | undefined>;
}

export function openProvider(settings: ProviderSettings, guard: AddressGuard): Provider {
  const { issuer, clientId, clientSecret, publicUrl } = settings;
  const redirectUri = new URL(CALLBACK_PATH, publicUrl).href;
  let known: { readonly config: Promise<oidc.Configuration>; readonly until: number } | undefined;

  const describe = (): Promise<oidc.Configuration> =>
    oidc.discovery(issuer, clientId, clientSecret, clientSecret === undefined ? oidc.None() : undefined, {
      [oidc.customFetch]: guardedFetch(guard),
      // `http:` passes the settings for this machine alone.
      execute: [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
    });

  function configuration(): Promise<oidc.Configuration> {
    if (known === undefined || known.until < Date.now()) {
      const config = describe();
      known = { config, until: Date.now() + DESCRIPTION_MS };
      // Out of order now needn't be out of order at the next attempt.
      config.catch(() => {
        known = undefined;
      });
    }
    return known.config;
  }

  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown: unknown) => {
      throw inWords(thrown, settings);
    });

  return {
    name: settings.name,
    begin: () =>
      told(
        (async () => {
          const config = await configuration();
          const attempt = {
            state: oidc.randomState(),
            nonce: oidc.randomNonce(),
            verifier: oidc.randomPKCECodeVerifier(),
          };
          const url = oidc.buildAuthorizationUrl(config, {
            redirect_uri: redirectUri,
            scope: ['openid', 'email', ...settings.scopes].join(' '),
            state: attempt.state,
            nonce: attempt.nonce,
            code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
            code_challenge_method: 'S256',
          });
          return { url, attempt };
        })(),
      ),
    finish: (query, attempt) =>
      told(
        (async () => {
          const config = await configuration();
          const tokens = await oidc.authorizationCodeGrant(config, new URL(query, redirectUri), {
            expectedState: attempt.state,
            expectedNonce: attempt.nonce,
            pkceCodeVerifier: attempt.verifier,
            idTokenExpected: true,
          });
          const claims = tokens.claims();
          if (claims === undefined) throw new Error('no identity');
          // Many providers keep address and groups out of the ID token.
          const more =
            config.serverMetadata().userinfo_endpoint === undefined
              ? {}
              : await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
          return identityOf(claims, more, settings.groupsClaim);
        })(),
      ),
    signOutUrl: async () => {
      const config = await configuration().catch(() => undefined);
      if (config?.serverMetadata().end_session_endpoint === undefined) return undefined;
      return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL('/sign-in', publicUrl).href });
    },
  };
}

function identityOf(token: oidc.IDToken, more: Readonly<Record<string, unknown>>, groupsClaim: string): Identity {
  // What is said of an address counts for that address alone: both come from one source.
  const { email, email_verified: verified } = token.email === undefined ? more : token;
  const groups = token[groupsClaim] ?? more[groupsClaim];
  return {
    issuer: token.iss,
    subject: token.sub,
    email: typeof email === 'string' ? email : undefined,
    // Some send it as text.
    emailVerified: verified === undefined ? undefined : verified === true || verified === 'true',
    groups: (Array.isArray(groups) ? groups : [groups]).filter((one) => typeof one === 'string'),
  };
}

/** What the library says may quote what the provider sent; its codes don't. */
function inWords(thrown: unknown, { name, issuer }: ProviderSettings): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const causes = [thrown, (thrown as { cause?: unknown }).cause, ((thrown as Error).cause as Error | undefined)?.cause];
  if (thrown instanceof oidc.AuthorizationResponseError || thrown instanceof oidc.ResponseBodyError) {
    const isTheirs = thrown.error === 'server_error' || thrown.error === 'temporarily_unavailable';
    return new SternaError(
      isTheirs ? 'transient' : 'auth',
      'provider-refused',
      `${name} refused the sign-in (${/^[a-z_]{1,60}$/.test(thrown.error) ? thrown.error : 'unknown error'}).`,
      { fix: 'Sign in again.', cause: thrown },
    );
  }
  const broken = causes.find(
    (cause) =>
      cause instanceof AddressRefused ||
      ['AbortError', 'TimeoutError'].includes((cause as Error | undefined)?.name ?? '') ||
      /^E[A-Z]+$|CERT|SIGNED|VERIFY|ALTNAME/.test(String((cause as { code?: unknown } | undefined)?.code ?? '')),
  );
  if (broken !== undefined)
    return new SternaError('transient', 'provider-unreachable', unreachableInWords(broken, issuer.host), {
      fix: 'Try again later, or sign in with your password.',
      cause: thrown,
    });
  const code = (thrown as { code?: unknown }).code;
  return new SternaError(
    'auth',
    'provider-untrusted',
    `What ${name} answered can’t be trusted${typeof code === 'string' ? ` (${code})` : ''}.`,
    { fix: 'Sign in again; if it stays so, have whoever runs the server look into its log.', cause: thrown },
  );
}
