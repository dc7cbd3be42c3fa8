import { sign } from 'node:crypto';
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
import type { ServiceAccountKey } from './key-file.ts';

const LIFETIME_SECONDS = 3_600;
/** The endpoint checks whom an assertion was made for, wherever it is reached. */
const AUDIENCE = 'https://oauth2.googleapis.com/token';

export interface Delegation {
  readonly key: ServiceAccountKey;
  /** Address of the user that it acts for. */
  readonly subject: string;
  /**
   * Sets of scopes, the best first: what an administrator delegated may be more than is needed, and then only what was
   * delegated is given out, not what is in it.
   */
  readonly scopes: readonly (readonly string[])[];
  /** Where tokens are given out, instead of where the key file says. */
  readonly tokenUrl: string | undefined;
}

/**
 * Tokens with which a service account acts for a user of a domain that delegated scopes to it
 * (https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests).
 */
export class DelegatedTokens implements TokenSource {
  readonly #delegation: Delegation;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #renewed: RenewedTokens;
  /** Which set was given out. */
  #granted: readonly string[] | undefined;

  constructor(delegation: Delegation, transport: Transport, clock: Clock) {
    this.#delegation = delegation;
    this.#transport = transport;
    this.#clock = clock;
    this.#url = new URL(delegation.tokenUrl ?? delegation.key.tokenUri);
    this.#renewed = new RenewedTokens(this.#url, (signal) => this.#issue(signal), clock);
  }

  token(signal: AbortSignal, refused?: string): Promise<string> {
    return this.#renewed.token(signal, refused);
  }

  async #issue(signal: AbortSignal): Promise<IssuedToken> {
    const sets = this.#granted === undefined ? this.#delegation.scopes : [this.#granted];
    let refusal: unknown;
    for (const scopes of sets)
      try {
        const issued = await this.#ask(scopes, signal);
        this.#granted = scopes;
        return issued;
      } catch (thrown) {
        if (!isNotDelegated(thrown)) throw thrown;
        // What the first set lacks is what has to be delegated: no more than is needed.
        refusal ??= thrown;
      }
    throw refusal;
  }

  async #ask(scopes: readonly string[], signal: AbortSignal): Promise<IssuedToken> {
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertionOf(this.#delegation, scopes, this.#clock.now()),
    });
    const reply = await this.#transport.exchange({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: Buffer.from(form.toString()),
      signal,
    });
    const answer = tokenAnswerOf(await reply.whole());
    const issued = issuedToken(reply.status, answer, this.#clock.now());
    if (issued === undefined) throw refused(reply.status, answer, this.#delegation, scopes);
    return issued;
  }
}

function assertionOf({ key, subject }: Delegation, scopes: readonly string[], now: number): string {
  const seconds = Math.floor(now / 1_000);
  const header = { alg: 'RS256', typ: 'JWT', kid: key.keyId };
  const claims = {
    iss: key.email,
    sub: subject,
    scope: scopes.join(' '),
    aud: AUDIENCE,
    iat: seconds,
    exp: seconds + LIFETIME_SECONDS,
  };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key.privateKey).toString('base64url')}`;
}

/** The scopes aren't delegated to this account, as far as the endpoint tells. */
export const isNotDelegated = (thrown: unknown): boolean =>
  thrown instanceof SternaError && thrown.code === 'delegation-missing';

/** Where scopes are delegated. */
export const delegationFix = (clientId: string, scopes: readonly string[]): string =>
  `In the Admin console: Security › Access and data control › API controls › Manage domain-wide delegation › Add new; client ID ${clientId}, scopes ${scopes.join(',')}. It may take a while to come into force.`;

/** The service's own words aren't repeated; they only tell which of its refusals it is. */
function refused(
  status: number,
  { error, error_description }: TokenAnswer,
  { key, subject }: Delegation,
  scopes: readonly string[],
): SternaError {
  if (status === 429 || status >= 500) return signInBusy(status);
  const oauth = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : String(status);
  const words = typeof error_description === 'string' ? error_description : '';
  const make = (errorClass: 'auth' | 'config', code: string, what: string, fix: string, field: string): SternaError =>
    new SternaError(errorClass, code, `Google refused the sign-in of the service account: ${what} (${oauth}).`, {
      fix,
      field,
      details: { status },
    });
  if (oauth === 'unauthorized_client' || oauth === 'access_denied' || oauth === 'invalid_scope')
    return make(
      'auth',
      'delegation-missing',
      `the domain of ${subject} didn’t delegate it ${scopes.length === 1 ? 'the scope' : 'all of the scopes'} ${scopes.join(', ')}`,
      delegationFix(key.clientId, scopes),
      'password',
    );
  if (/email|user id|account_not_found|not a valid/i.test(words) && !/jwt/i.test(words))
    return make(
      'config',
      'address-not-found',
      `there is no user ${subject}`,
      'Check the address: it must be a user’s primary one, or an alias, in the domain that delegated to the account.',
      'address',
    );
  if (/account not found|deleted|disabled/i.test(words))
    return make(
      'auth',
      'sign-in-refused',
      'the account is no more, or disabled',
      'Enable it, or give another one’s key.',
      'password',
    );
  if (/signature/i.test(words))
    return make(
      'auth',
      'sign-in-refused',
      'its key was removed',
      'Make a new key in the console and give its file.',
      'password',
    );
  if (/short-lived|timeframe|iat|exp/i.test(words))
    return make('config', 'clock-wrong', 'this machine’s clock is wrong', 'Set the clock (NTP).', 'password');
  return make(
    'auth',
    'sign-in-refused',
    'the service says why in its code',
    'Check the key file and the user’s address.',
    'password',
  );
}
