import { SternaError } from '@sterna/core';
import { clientAssertion, signingKeyOf } from './assertion.ts';
import type { Clock } from './clock.ts';
import { aborted, networkError } from './errors.ts';
import type { Transport } from './transport.ts';

/** A bearer token for the service. */
export interface TokenSource {
  /**
   * @param refused The token that the service didn't take: another one is wanted
   * @throws SternaError auth | transient
   */
  token(signal: AbortSignal, refused?: string): Promise<string>;
}

/** A token that somebody else got; there is no other. */
export const givenToken = (token: string): TokenSource => ({
  async token(_signal, refused) {
    if (refused === token)
      throw new SternaError('auth', 'token-refused-there', 'Microsoft 365 doesn’t take the access token any more.', {
        field: 'accessToken',
        fix: 'Give a new one, or the app’s client secret or certificate, with which Sterna gets them by itself.',
      });
    return token;
  },
});

export interface AppSignIn {
  readonly tenant: string;
  readonly clientId: string;
  /** A client secret, or PEM text with private key and certificate. */
  readonly secret: string;
  /** Origin of the sign-in service. */
  readonly login: string;
  /** Origin of the service that the token is for, as its cloud names it, wherever it is reached. */
  readonly resource: string;
}

/** A token is renewed when less than this is left of it. */
const EARLY_MS = 5 * 60_000;
const RETRY_MS = [500, 2_000, 5_000] as const;

/** AADSTS numbers (https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes) that a person can act on. */
const REASONS: Readonly<Record<string, { readonly field: string; readonly what: string; readonly fix: string }>> = {
  '90002': { field: 'tenant', what: 'there is no such tenant', fix: 'Give the tenant’s id or one of its domains.' },
  '900023': { field: 'tenant', what: 'there is no such tenant', fix: 'Give the tenant’s id or one of its domains.' },
  '700016': {
    field: 'clientId',
    what: 'the tenant doesn’t know the app',
    fix: 'Check the client id, and that the app was consented to in this tenant.',
  },
  '7000215': {
    field: 'password',
    what: 'the client secret is wrong',
    fix: 'Give the secret’s value, not its id, as shown when it was made.',
  },
  '7000222': {
    field: 'password',
    what: 'the client secret has expired',
    fix: 'Make a new one in the app registration.',
  },
  '700027': {
    field: 'password',
    what: 'the certificate isn’t the app’s',
    fix: 'Upload this certificate to the app registration, or give the key of the one that it has.',
  },
  '65001': { field: 'clientId', what: 'nobody consented to the app', fix: 'Have an administrator grant consent.' },
  '7000112': { field: 'clientId', what: 'the app is disabled', fix: 'Enable its enterprise application.' },
};

/** The client credentials grant (https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow). */
export class AppTokens implements TokenSource {
  readonly #signIn: AppSignIn;
  readonly #transport: Transport;
  readonly #clock: Clock;
  #current: { readonly token: string; readonly until: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(signIn: AppSignIn, transport: Transport, clock: Clock) {
    this.#signIn = signIn;
    this.#transport = transport;
    this.#clock = clock;
  }

  async token(signal: AbortSignal, refused?: string): Promise<string> {
    if (
      this.#current !== undefined &&
      this.#current.token !== refused &&
      this.#current.until - EARLY_MS > this.#clock.now()
    )
      return this.#current.token;
    this.#asking ??= this.#ask(signal).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(signal: AbortSignal): Promise<string> {
    for (let failures = 0; ; failures += 1)
      try {
        return await this.#once(signal);
      } catch (thrown) {
        const delay = RETRY_MS[failures];
        const error = networkError(thrown, this.#url());
        if (error.class !== 'transient' || error.code === 'aborted' || delay === undefined) throw error;
        await this.#clock.sleep(delay, signal);
        if (signal.aborted) throw aborted();
      }
  }

  #url(): URL {
    const { login, tenant } = this.#signIn;
    return new URL(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, login);
  }

  async #once(signal: AbortSignal): Promise<string> {
    const { clientId, secret, resource } = this.#signIn;
    const url = this.#url();
    const signing = signingKeyOf(secret);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope: `${resource}/.default`,
      ...(signing === undefined
        ? { client_secret: secret }
        : {
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: clientAssertion(signing, clientId, url.href, this.#clock.now()),
          }),
    });
    const reply = await this.#transport.exchange({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: Buffer.from(form.toString()),
      signal,
    });
    const answer = parsed(await reply.whole());
    if (reply.status === 200 && typeof answer.access_token === 'string') {
      const seconds = Number(answer.expires_in);
      const until = this.#clock.now() + (Number.isFinite(seconds) && seconds > 0 ? seconds : 3_600) * 1_000;
      this.#current = { token: answer.access_token, until };
      return answer.access_token;
    }
    throw refused(reply.status, answer);
  }
}

interface TokenAnswer {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
  readonly error_codes?: unknown;
}

function parsed(body: Buffer): TokenAnswer {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'));
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

function refused(status: number, { error, error_codes }: TokenAnswer): SternaError {
  if (status === 429 || status >= 500)
    return new SternaError('transient', 'sign-in-busy', `The sign-in service answered ${status}.`, {
      fix: 'Nothing to do: Sterna tries again by itself.',
      details: { status },
    });
  const numbers = Array.isArray(error_codes) ? error_codes.map(String).filter((one) => /^\d{1,9}$/.test(one)) : [];
  const known = numbers.map((one) => REASONS[one]).find((one) => one !== undefined);
  const oauth = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : String(status);
  const said = [oauth, ...numbers.map((one) => `AADSTS${one}`)].join(', ');
  return new SternaError(
    'auth',
    'sign-in-refused',
    `The sign-in of the app was refused: ${known?.what ?? 'the service says why in its code'} (${said}).`,
    {
      fix: known?.fix ?? 'Look the code up, and check tenant, client id and secret (or certificate) of the system.',
      ...(known === undefined ? {} : { field: known.field }),
      details: { status },
    },
  );
}
