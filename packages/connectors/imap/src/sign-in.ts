import type { Credentials } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { refusal, serverWords } from './errors.ts';
import { quoted } from './protocol/atoms.ts';
import type { ImapConnection, Part, Reply } from './protocol/connection.ts';
import type { ImapSettings } from './settings.ts';

/** Who signs in, as whom, with what. */
export interface Identity {
  /** Whose mailbox it is, as far as we can tell. */
  readonly mailbox: string;
  readonly authcid: string;
  /** Authorization identity of SASL PLAIN; empty: the same. */
  readonly authzid: string;
  readonly password: string | undefined;
  readonly accessToken: string | undefined;
}

/**
 * The entry's own credentials win over the system's. The system's are a master's (settings `masterUser`, `authzid`),
 * or one password for all.
 *
 * @throws SternaError config where a sign-in name of the system would open one mailbox for every entry
 */
export function identify(
  settings: ImapSettings,
  address: string,
  system: Credentials,
  entry: Credentials | undefined,
): Identity {
  const own = entry?.password !== undefined || entry?.accessToken !== undefined;
  const mailbox = entry?.user ?? address;
  if (own) return { mailbox, authcid: mailbox, authzid: '', password: entry.password, accessToken: entry.accessToken };
  const { password, accessToken } = system;
  if (settings.masterUser !== undefined || settings.authzid) {
    const master = settings.masterUser ?? system.user;
    if (master === undefined)
      throw new SternaError('config', 'master-user-missing', 'Signing in for others needs the name of a master user.', {
        field: 'masterUser',
        fix: 'Set masterUser, or give a user name with the system’s credentials.',
      });
    return settings.authzid
      ? { mailbox, authcid: master, authzid: mailbox, password, accessToken }
      : { mailbox, authcid: `${mailbox}${settings.masterSeparator}${master}`, authzid: '', password, accessToken };
  }
  if (system.user !== undefined && entry?.user === undefined && system.user.toLowerCase() !== address.toLowerCase())
    throw new SternaError(
      'config',
      'shared-sign-in-name',
      'The system’s credentials name one user, whose mailbox every entry would get.',
      {
        field: 'user',
        fix: 'Give each entry its own user name, or set masterUser or authzid if that user may sign in for others.',
      },
    );
  return { mailbox, authcid: mailbox, authzid: '', password, accessToken };
}

/**
 * Signs in, in one round trip where the server allows. Afterwards `connection.capabilities` are those of the signed-in
 * state. @throws SternaError auth | config | throttled | transient
 */
export async function signIn(connection: ImapConnection, identity: Identity, settings: ImapSettings): Promise<void> {
  if (connection.capabilities.size === 0) await connection.run(['CAPABILITY']);
  const mechanism = choose(connection, identity, settings);
  const before = connection.capabilities;
  // Capabilities often change at sign-in; a server that doesn't send the new ones is asked.
  connection.capabilities = new Set();
  const attempt =
    mechanism === 'login' ? login(connection, identity, before) : sasl(connection, identity, mechanism, before);
  const { reply, challenge } = await attempt;
  if (reply.status !== 'OK') throw refusedSignIn(reply, identity, challenge);
  if (connection.capabilities.size === 0) await connection.run(['CAPABILITY']);
}

type Mechanism = 'login' | 'plain' | 'xoauth2' | 'oauthbearer';

function choose(connection: ImapConnection, identity: Identity, settings: ImapSettings): Mechanism {
  const oauth = (): Mechanism =>
    connection.has('AUTH=XOAUTH2') || !connection.has('AUTH=OAUTHBEARER') ? 'xoauth2' : 'oauthbearer';
  if (settings.auth === 'xoauth2' || (settings.auth === 'auto' && identity.accessToken !== undefined)) {
    if (identity.accessToken === undefined) throw missing('access token', 'accessToken');
    return oauth();
  }
  if (identity.password === undefined) throw missing('password', 'password');
  if (settings.auth === 'plain' || identity.authzid !== '') return 'plain';
  if (settings.auth === 'login') return 'login';
  if (connection.has('AUTH=PLAIN')) return 'plain';
  if (connection.has('LOGINDISABLED'))
    throw new SternaError('config', 'login-disabled', 'The server takes no passwords on this connection.', {
      fix: 'Use TLS (imaps:// or STARTTLS), or an access token where the server wants OAuth.',
      field: 'tls',
    });
  return 'login';
}

function missing(what: string, field: string): SternaError {
  return new SternaError('auth', 'credentials-missing', `There is no ${what} to sign in with.`, {
    field,
    fix: 'Give it with the entry, or with the system.',
  });
}

interface Attempt {
  readonly reply: Reply;
  /** What the server said in a challenge where none was due: XOAUTH2's error. */
  readonly challenge: string | undefined;
}

async function login(connection: ImapConnection, identity: Identity, offered: ReadonlySet<string>): Promise<Attempt> {
  const argument = (text: string): Part => {
    const bytes = Buffer.from(text, 'utf8');
    return quoted(bytes.toString('latin1'), false) ?? { size: bytes.length, body: bytes };
  };
  const parts = ['LOGIN ', argument(identity.authcid), ' ', argument(identity.password ?? '')];
  // Literals need to know what is offered while the list is being replaced.
  if (parts.some((part) => typeof part !== 'string')) connection.capabilities = offered;
  return { reply: await connection.run(parts, { tolerateBad: true }), challenge: undefined };
}

async function sasl(
  connection: ImapConnection,
  identity: Identity,
  mechanism: Exclude<Mechanism, 'login'>,
  offered: ReadonlySet<string>,
): Promise<Attempt> {
  const response = Buffer.from(initialResponse(identity, mechanism), 'utf8').toString('base64');
  // RFC 4959: the initial response may go along. A line may not become too long, though: some servers stop at 8 kB.
  const inline = offered.has('SASL-IR') && response.length < 6000;
  let sent = inline;
  let challenge: string | undefined;
  const reply = await connection.run([`AUTHENTICATE ${mechanism.toUpperCase()}${inline ? ` ${response}` : ''}`], {
    tolerateBad: true,
    continuation: (text) => {
      if (!sent) {
        sent = true;
        return response;
      }
      // XOAUTH2 tells its error in a challenge, which an empty response ends; OAUTHBEARER wants a ^A (RFC 7628).
      challenge = Buffer.from(text, 'base64').toString('utf8');
      return mechanism === 'plain' ? '*' : mechanism === 'oauthbearer' ? 'AQ==' : '';
    },
  });
  return { reply, challenge };
}

function initialResponse(identity: Identity, mechanism: Exclude<Mechanism, 'login'>): string {
  switch (mechanism) {
    case 'plain':
      return `${identity.authzid}\0${identity.authcid}\0${identity.password ?? ''}`;
    case 'xoauth2':
      return `user=${identity.authcid}\x01auth=Bearer ${identity.accessToken}\x01\x01`;
    case 'oauthbearer':
      return `n,a=${identity.authcid.replaceAll('=', '=3D').replaceAll(',', '=2C')},\x01auth=Bearer ${identity.accessToken}\x01\x01`;
  }
}

function refusedSignIn(reply: Reply, identity: Identity, challenge: string | undefined): SternaError {
  const secrets = [identity.password, identity.accessToken].filter((secret) => secret !== undefined);
  const words = serverWords(reply.text, secrets);
  const known = refusal('the sign-in', { ...reply, text: words });
  if (known.class === 'throttled' || known.class === 'transient') return known;
  const status = challenge === undefined ? undefined : /"status"\s*:\s*"?([A-Za-z0-9_-]{1,40})/.exec(challenge)?.[1];
  return new SternaError('auth', 'imap-sign-in-refused', `The server refused the sign-in: ${words}`, {
    fix:
      identity.accessToken === undefined
        ? 'Check user name and password; with a master user, also its separator and its rights.'
        : 'Get a new access token: this one is refused or has run out.',
    field: identity.accessToken === undefined ? 'password' : 'accessToken',
    details: { ...(reply.code ? { code: serverWords(reply.code.name) } : {}), ...(status ? { status } : {}) },
  });
}
