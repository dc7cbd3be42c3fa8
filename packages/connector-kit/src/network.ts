import { readFileSync } from 'node:fs';
import { SternaError } from '@sterna/core';

/** An address or host name of this machine itself: what goes there in the clear, nobody else can read. */
export const isLoopback = (host: string | undefined): boolean =>
  host !== undefined && /^(?:localhost|(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)$/i.test(host);

/**
 * PEM text of a setting `ca`, which is that or the path of a file.
 *
 * @throws SternaError config `ca-unreadable`
 */
export function authorityOf({ ca }: { readonly ca?: string | undefined }): string | undefined {
  if (ca === undefined || ca.includes('-----BEGIN')) return ca;
  try {
    return readFileSync(ca, 'utf8');
  } catch (cause) {
    throw new SternaError('config', 'ca-unreadable', `The certificate authority’s file ${ca} can’t be read.`, {
      field: 'ca',
      fix: 'Give the path of a PEM file that Sterna may read, or its text.',
      cause,
    });
  }
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

/** Where a connection went, and what its protocol says of it. */
export interface Peer {
  readonly host: string;
  /** As a person reads it: `host:port`. */
  readonly where: string;
  /** Settings that name host and port. */
  readonly fields: { readonly host: string; readonly port: string };
  /** What listens there: `IMAP service`, `server`. */
  readonly service: string;
  /** What to do where TLS itself failed. */
  readonly tlsFix: string;
  timedOut(): SternaError;
  /** @param code Of the system, empty where the other side just closed */
  lost(code: string): SternaError;
}

/** What a socket or TLS error means for the user. A SternaError stays as it is. */
export function networkErrorAt(thrown: unknown, peer: Peer): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const code = String((thrown as NodeJS.ErrnoException | undefined)?.code ?? '');
  const { host, where, fields } = peer;
  const make = (
    errorClass: 'config' | 'transient',
    name: string,
    message: string,
    fix: string,
    field: string,
    isTls = false,
  ): SternaError =>
    new SternaError(errorClass, name, message, {
      fix,
      field,
      cause: thrown,
      ...(isTls ? { details: { tls: code } } : {}),
    });
  const certificate = CERTIFICATE_ERRORS[code] ?? (UNKNOWN_CA_CODES.has(code) ? UNKNOWN_CA : undefined);
  if (certificate)
    return make(
      'config',
      certificate[0],
      `The certificate of ${where} ${certificate[1]}.`,
      certificate[2],
      fields.host,
      true,
    );
  switch (code) {
    case 'ENOTFOUND':
      return make(
        'config',
        'unknown-host',
        `There is no host named ${host}.`,
        'Check the spelling of the host name.',
        fields.host,
      );
    case 'EAI_AGAIN':
      return make(
        'transient',
        'dns-failed',
        `The name ${host} could not be resolved just now.`,
        'Check this machine’s name server.',
        fields.host,
      );
    case 'ECONNREFUSED':
      return make(
        'transient',
        'connection-refused',
        `Nothing accepts connections at ${where}.`,
        `Check host and port, and that the ${peer.service} runs.`,
        fields.port,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return make(
        'transient',
        'host-unreachable',
        `${where} can’t be reached from here.`,
        'Check the network and the firewall between the two machines.',
        fields.host,
      );
    case 'ETIMEDOUT':
      return peer.timedOut();
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return make('config', 'tls-failed', `TLS with ${where} failed.`, peer.tlsFix, fields.port, true);
  return peer.lost(code);
}
