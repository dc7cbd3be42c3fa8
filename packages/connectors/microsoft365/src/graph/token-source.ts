import {
  type Clock,
  type IssuedToken,
  issuedToken,
  RenewedTokens,
  signInBusy,
  type TokenAnswer,
  type TokenSource,
  type Transport,
  tokenAnswerOf,
} from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import { clientAssertion, signingKeyOf } from './assertion.ts';

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
  readonly #renewed: RenewedTokens;

  constructor(signIn: AppSignIn, transport: Transport, clock: Clock) {
    this.#signIn = signIn;
    this.#transport = transport;
    this.#clock = clock;
    this.#renewed = new RenewedTokens(this.#url(), (signal) => this.#once(signal), clock);
  }

  token(signal: AbortSignal, refused?: string): Promise<string> {
    return this.#renewed.token(signal, refused);
  }

  #url(): URL {
    const { login, tenant } = this.#signIn;
    return new URL(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, login);
  }

  async #once(signal: AbortSignal): Promise<IssuedToken> {
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
    const answer = tokenAnswerOf(await reply.whole());
    const issued = issuedToken(reply.status, answer, this.#clock.now());
    if (issued === undefined) throw refused(reply.status, answer);
    return issued;
  }
}

function refused(status: number, { error, error_codes }: TokenAnswer): SternaError {
  if (status === 429 || status >= 500) return signInBusy(status);
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
