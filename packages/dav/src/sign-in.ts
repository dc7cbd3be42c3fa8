import { createHash, randomBytes } from 'node:crypto';
import { SternaError } from '@sterna/core';

/** What a request is signed in with. */
export interface Login {
  readonly user: string;
  readonly password?: string;
  /** OAuth 2 bearer (RFC 6750); wins over a password. */
  readonly accessToken?: string;
}

interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The Authorization header for each request: Bearer, Basic, or Digest (RFC 7616) once the server asked for it.
 * Passwords in the clear go only where `allowsBasic` says so: over TLS, or to this machine.
 */
export class SignIn {
  readonly #login: Login;
  readonly #allowsBasic: boolean;
  #digest: Readonly<Record<string, string>> | undefined;
  #count = 0;
  /** What the server was signed in to with, for `check`. */
  scheme: 'bearer' | 'basic' | 'digest' | undefined;

  constructor(login: Login, allowsBasic: boolean) {
    this.#login = login;
    this.#allowsBasic = allowsBasic;
  }

  header(method: string, path: string): string | undefined {
    const { user, password = '', accessToken } = this.#login;
    if (accessToken !== undefined) {
      this.scheme = 'bearer';
      return `Bearer ${accessToken}`;
    }
    if (this.#digest !== undefined) {
      this.scheme = 'digest';
      this.#count += 1;
      return digestHeader(this.#digest, { user, password, method, path, count: this.#count });
    }
    // Before the server has spoken nothing is known; the first answer tells whether it wants Digest.
    if (this.scheme !== 'basic') return undefined;
    return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
  }

  /**
   * After a 401. @returns whether the request is worth another try
   * @throws SternaError config `password-in-the-clear`
   */
  challenged(headers: readonly string[]): boolean {
    if (this.#login.accessToken !== undefined) return false;
    const challenges = headers.flatMap(parseChallenges);
    const digest = challenges.find(
      ({ scheme, parameters }) =>
        scheme === 'digest' && /^(MD5|SHA-256)(-sess)?$/i.test(parameters.algorithm ?? 'MD5') && !!parameters.nonce,
    );
    if (digest !== undefined) {
      const isStale = /^true$/i.test(digest.parameters.stale ?? '');
      const isFirst = this.#digest === undefined;
      this.#digest = digest.parameters;
      this.#count = 0;
      return isFirst || isStale;
    }
    if (!challenges.some(({ scheme }) => scheme === 'basic') || this.scheme === 'basic') return false;
    if (!this.#allowsBasic)
      throw new SternaError(
        'config',
        'password-in-the-clear',
        'The server wants the password in the clear, without TLS.',
        {
          field: 'url',
          fix: 'Use https, or allow it with the setting `insecure`.',
        },
      );
    this.scheme = 'basic';
    return true;
  }
}

/** RFC 9110 section 11.6.1: several challenges may share one header. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token =
    /\s*(?:,\s*)*(?:([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][A-Za-z0-9-]*)(?=\s|,|$))/gy;
  for (let found = token.exec(header); found !== null; found = token.exec(header)) {
    if (found[4] !== undefined) challenges.push({ scheme: found[4].toLowerCase(), parameters: {} });
    else {
      const last = challenges.at(-1);
      if (last !== undefined)
        last.parameters[(found[1] ?? '').toLowerCase()] = found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '';
    }
  }
  return challenges;
}

function digestHeader(
  challenge: Readonly<Record<string, string>>,
  request: { user: string; password: string; method: string; path: string; count: number },
): string {
  const algorithm = challenge.algorithm ?? 'MD5';
  const hash = (text: string): string =>
    createHash(/^SHA-256/i.test(algorithm) ? 'sha256' : 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const { realm = '', nonce = '', opaque } = challenge;
  const cnonce = randomBytes(12).toString('hex');
  const nc = request.count.toString(16).padStart(8, '0');
  const qop = (challenge.qop ?? '').split(',').some((one) => one.trim() === 'auth') ? 'auth' : undefined;
  const plain = hash(`${request.user}:${realm}:${request.password}`);
  const a1 = /-sess$/i.test(algorithm) ? hash(`${plain}:${nonce}:${cnonce}`) : plain;
  const a2 = hash(`${request.method}:${request.path}`);
  const response =
    qop === undefined ? hash(`${a1}:${nonce}:${a2}`) : hash(`${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`);
  const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  return [
    `Digest username=${quote(request.user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.path)}`,
    `algorithm=${algorithm}`,
    `response="${response}"`,
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(', ');
}
