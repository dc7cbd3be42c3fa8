import { SternaError } from '@sterna/core';
import type { ResponseCode } from './protocol/response-code.ts';

/** The server broke the protocol, or the connection carries garbage. Another connection may do better. */
export function protocolError(what: string): SternaError {
  return new SternaError('transient', 'imap-protocol', `The IMAP server ${what}.`, {
    fix: 'If this happens again, something between Sterna and the server (a proxy, a virus scanner) damages the traffic.',
  });
}

export function aborted(): SternaError {
  return new SternaError('transient', 'aborted', 'The work was stopped.');
}

export function connectionLost(detail: string, cause?: unknown): SternaError {
  return new SternaError('transient', 'imap-connection-lost', `The connection to the IMAP server ended: ${detail}.`, {
    fix: 'Sterna reconnects by itself; if it goes on, look at the server’s log and its connection limits.',
    cause,
  });
}

export function timedOut(what: string): SternaError {
  return new SternaError('transient', 'imap-timeout', `The IMAP server did not answer in time (${what}).`, {
    fix: 'Check that the server isn’t overloaded and that no firewall drops its replies.',
  });
}

const CERTIFICATE_ERRORS: Readonly<Record<string, readonly [code: string, what: string, fix: string]>> = {
  CERT_HAS_EXPIRED: ['tls-expired', 'has expired', 'Renew the server’s certificate.'],
  CERT_NOT_YET_VALID: ['tls-not-yet-valid', 'is not valid yet', 'Check the clocks of both machines.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls-wrong-host',
    'is for another host name',
    'Use the name that the certificate carries, or have it issued for this name.',
  ],
};
const UNKNOWN_CA = [
  'tls-unknown-ca',
  'is not signed by an authority that this machine trusts',
  'Give the authority’s certificate in the setting `ca`.',
] as const;
const UNKNOWN_CA_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** What a socket or TLS error means for the user. */
export function networkError(thrown: unknown, host: string, port: number): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const code = String((thrown as NodeJS.ErrnoException | undefined)?.code ?? '');
  const where = `${host}:${port}`;
  const certificate = CERTIFICATE_ERRORS[code] ?? (UNKNOWN_CA_CODES.has(code) ? UNKNOWN_CA : undefined);
  if (certificate)
    return new SternaError('config', certificate[0], `The certificate of ${where} ${certificate[1]}.`, {
      fix: certificate[2],
      field: 'host',
      details: { tls: code },
    });
  switch (code) {
    case 'ENOTFOUND':
      return new SternaError('config', 'unknown-host', `There is no host named ${host}.`, {
        fix: 'Check the spelling of the host name.',
        field: 'host',
      });
    case 'EAI_AGAIN':
      return new SternaError('transient', 'dns-failed', `The name ${host} could not be resolved just now.`, {
        fix: 'Check this machine’s name server.',
        field: 'host',
      });
    case 'ECONNREFUSED':
      return new SternaError('transient', 'connection-refused', `Nothing accepts connections at ${where}.`, {
        fix: 'Check host and port, and that the IMAP service runs.',
        field: 'port',
      });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new SternaError('transient', 'host-unreachable', `${where} can’t be reached from here.`, {
        fix: 'Check the network and the firewall between the two machines.',
        field: 'host',
      });
    case 'ETIMEDOUT':
      return timedOut(`connecting to ${where}`);
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return new SternaError('config', 'tls-failed', `TLS with ${where} failed.`, {
      fix: 'Check the port: 993 expects TLS from the start (imaps), 143 expects STARTTLS (imap).',
      field: 'port',
      details: { tls: code },
    });
  return connectionLost(code === '' ? 'closed by the other side' : code, thrown);
}

/** Words of a server, made safe for a log or a page: printable, bounded, without what we sent as a secret. */
export function serverWords(text: string, secrets: readonly string[] = []): string {
  let safe = text;
  for (const secret of secrets) if (secret.length > 2) safe = safe.replaceAll(secret, '***');
  return safe.replace(/[^\x20-\x7e]+/g, '?').slice(0, 200);
}

/** How long we leave a server alone that says it is busy and doesn't say for how long. */
const BUSY_MS = 30_000;
const QUOTA_MS = 15 * 60_000;

/**
 * A tagged NO or BAD as an error (RFC 5530, RFC 9051 section 7.1). The class says who is to act:
 * the whole endpoint waits (`throttled`), a person acts (`auth`, `config`), or this one object fails (`object`).
 */
export function refusal(
  doing: string,
  reply: { readonly code: ResponseCode | undefined; readonly text: string; readonly status: string },
): SternaError {
  const words = serverWords(reply.text);
  const message = `The server refused ${doing}: ${reply.code ? `[${serverWords(reply.code.name)}] ` : ''}${words}`;
  const details = { reply: words };
  switch (reply.code?.name) {
    case 'OVERQUOTA':
      return new SternaError('throttled', 'over-quota', message, {
        fix: 'Make room in the target mailbox or raise its quota; the entry resumes by itself.',
        retryAt: new Date(Date.now() + QUOTA_MS),
        details: { ...details, scope: 'mailbox' },
      });
    case 'INUSE':
      return new SternaError('throttled', 'imap-busy', message, {
        fix: 'Nothing to do: Sterna tries again by itself.',
        retryAt: new Date(Date.now() + BUSY_MS),
        details: { ...details, scope: 'mailbox' },
      });
    case 'UNAVAILABLE':
    case 'LIMIT':
    case 'THROTTLED':
      return new SternaError('throttled', 'imap-busy', message, {
        fix: 'Nothing to do: Sterna tries again by itself.',
        retryAt: new Date(Date.now() + BUSY_MS),
        details,
      });
    case 'SERVERBUG':
    case 'CORRUPTION':
      return new SternaError('transient', 'imap-server-error', message, {
        fix: 'The server reports a fault of its own: its log tells more.',
        details,
      });
    case 'NOPERM':
      return new SternaError('object', 'no-permission', message, {
        fix: 'Give the signed-in user the right to do this (ACL).',
        details,
      });
    case 'TOOBIG':
      return new SternaError('object', 'too-large', message, { fix: 'Raise the server’s size limit.', details });
    case 'AUTHENTICATIONFAILED':
    case 'AUTHORIZATIONFAILED':
    case 'EXPIRED':
      return new SternaError('auth', 'imap-sign-in-refused', message, {
        fix: 'Check user name and password.',
        details,
      });
    case 'NONEXISTENT':
    case 'TRYCREATE':
      return new SternaError('object', 'container-gone', message, { details });
    default:
      // Servers without response codes tell of a full mailbox in words only.
      if (/quota/i.test(reply.text) && /exceed|over|full/i.test(reply.text))
        return refusal(doing, { ...reply, code: { name: 'OVERQUOTA', args: '' } });
      return new SternaError('object', 'imap-refused', message, { details });
  }
}
