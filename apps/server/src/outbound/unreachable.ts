import { AddressRefused } from './address-guard.ts';

/** Words by the error's code: other people's messages may quote more than should be shown. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name leads nowhere',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'it doesn’t answer',
  ESOCKET: 'the connection broke',
  ECONNECTION: 'the connection broke',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ABORT_ERR: 'it doesn’t answer in time',
  TimeoutError: 'it doesn’t answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

export function unreachableInWords(thrown: unknown, host: string): string {
  if (thrown instanceof AddressRefused) return thrown.message;
  // nodemailer keeps the system's own code beside its own.
  const { code, originalCode, name } = thrown as { code?: string; originalCode?: string; name?: string };
  for (const key of [originalCode, code, name])
    if (key !== undefined && Object.hasOwn(WORDS, key)) return `${host} can’t be reached: ${WORDS[key]}.`;
  return `${host} can’t be reached${code === undefined ? '' : ` (${code})`}.`;
}
