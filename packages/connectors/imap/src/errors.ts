import { networkErrorAt } from '@sterna/connector-kit';
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

/** What a socket or TLS error means for the user. */
export const networkError = (thrown: unknown, host: string, port: number): SternaError =>
  networkErrorAt(thrown, {
    host,
    where: `${host}:${port}`,
    fields: { host: 'host', port: 'port' },
    service: 'IMAP service',
    tlsFix: 'Check the port: 993 expects TLS from the start (imaps), 143 expects STARTTLS (imap).',
    timedOut: () => timedOut(`connecting to ${host}:${port}`),
    lost: (code) => connectionLost(code === '' ? 'closed by the other side' : code, thrown),
  });

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
        fix: 'The server reports a fault of its own, such as a full disk: its log tells more.',
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
