import { SternaError } from '@sterna/core';
import type { Clock } from './clock.ts';
import { aborted, networkError } from './errors.ts';

/** A bearer token for a service. */
export interface TokenSource {
  /**
   * @param refused The token that the service didn't take: another one is wanted
   * @throws SternaError auth | transient
   */
  token(signal: AbortSignal, refused?: string): Promise<string>;
}

/**
 * A token that somebody else got; there is no other.
 *
 * @param service Words: “Microsoft 365”
 * @param instead Words: what gives tokens for good
 */
export const givenToken = (token: string, service: string, instead: string): TokenSource => ({
  async token(_signal, refused) {
    if (refused === token)
      throw new SternaError('auth', 'token-refused-there', `${service} doesn’t take the access token any more.`, {
        field: 'accessToken',
        fix: `Give a new one, or ${instead}, with which Sterna gets them by itself.`,
      });
    return token;
  },
});

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** A token is renewed when less than this is left of it. */
const EARLY_MS = 5 * 60_000;
const RETRY_MS = [500, 2_000, 5_000] as const;

/** Asks for a token when one is needed, once for all who need it, and again where the sign-in service fails for a moment. */
export class RenewedTokens implements TokenSource {
  readonly #url: URL;
  readonly #issue: (signal: AbortSignal) => Promise<IssuedToken>;
  readonly #clock: Clock;
  #current: IssuedToken | undefined;
  #asking: Promise<string> | undefined;

  /**
   * @param url Of the sign-in service, for words
   * @param issue Asks once. Throws of the network as it comes, or SternaError
   */
  constructor(url: URL, issue: (signal: AbortSignal) => Promise<IssuedToken>, clock: Clock) {
    this.#url = url;
    this.#issue = issue;
    this.#clock = clock;
  }

  async token(signal: AbortSignal, refused?: string): Promise<string> {
    const current = this.#current;
    if (current !== undefined && current.token !== refused && current.until - EARLY_MS > this.#clock.now())
      return current.token;
    this.#asking ??= this.#ask(signal).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(signal: AbortSignal): Promise<string> {
    for (let failures = 0; ; failures += 1)
      try {
        this.#current = await this.#issue(signal);
        return this.#current.token;
      } catch (thrown) {
        const delay = RETRY_MS[failures];
        const error = networkError(thrown, this.#url);
        if (error.class !== 'transient' || error.code === 'aborted' || delay === undefined) throw error;
        await this.#clock.sleep(delay, signal);
        if (signal.aborted) throw aborted();
      }
  }
}

/** The answer of a token endpoint (RFC 6749 section 5), as far as it is one. */
export interface TokenAnswer {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
  readonly error_codes?: unknown;
}

export function tokenAnswerOf(body: Buffer): TokenAnswer {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'));
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

/** The token of an answer; undefined: it was refused. */
export function issuedToken(status: number, answer: TokenAnswer, now: number): IssuedToken | undefined {
  if (status !== 200 || typeof answer.access_token !== 'string') return undefined;
  const seconds = Number(answer.expires_in);
  return {
    token: answer.access_token,
    until: now + (Number.isFinite(seconds) && seconds > 0 ? seconds : 3_600) * 1_000,
  };
}

export const signInBusy = (status: number): SternaError =>
  new SternaError('transient', 'sign-in-busy', `The sign-in service answered ${status}.`, {
    fix: 'Nothing to do: Sterna tries again by itself.',
    details: { status },
  });
