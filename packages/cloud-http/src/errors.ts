import { networkErrorAt } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

export const aborted = (): SternaError => new SternaError('transient', 'aborted', 'The work was stopped.');

/** What a failed connection means for the user. A SternaError stays as it is. */
export function networkError(thrown: unknown, url: URL): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const where = url.host;
  const make = (name: string, message: string, fix: string): SternaError =>
    new SternaError('transient', name, message, { fix, cause: thrown });
  const timedOut = (): SternaError =>
    make('service-timeout', `${where} did not answer in time.`, 'Nothing to do: Sterna tries again by itself.');
  const { code, name } = thrown as { code?: string; name?: string };
  if (name === 'AbortError' || code === 'UND_ERR_ABORTED' || code === 'UND_ERR_DESTROYED') return aborted();
  if (code !== undefined && /^UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT$/.test(code)) return timedOut();
  return networkErrorAt(thrown, {
    host: url.hostname,
    where,
    fields: { host: 'baseUrl', port: 'baseUrl' },
    service: 'service',
    tlsFix: 'Check the address and a proxy in between: https expects TLS.',
    timedOut,
    lost: () => make(CONNECTION_LOST, `The connection to ${where} ended.`, 'Sterna tries again by itself.'),
  });
}

/** The code of a connection that ended before its answer did. */
export const CONNECTION_LOST = 'service-connection-lost';

/** Failures of requests that never reached the service. */
const NOT_SENT: ReadonlySet<string> = new Set(['connection-refused', 'dns-failed', 'host-unreachable', 'unknown-host']);
export const wasSent = (error: SternaError): boolean => !NOT_SENT.has(error.code) && !error.code.startsWith('tls-');

/** Nobody knows whether this write took effect: it must be looked for before it is sent again. */
export const outcomeUnknown = (doing: string, cause: SternaError): SternaError =>
  new SternaError('transient', 'outcome-unknown', `The answer to ${doing} was lost.`, {
    fix: 'Nothing to do: Sterna looks for it before it tries again.',
    cause,
  });
export const isOutcomeUnknown = (thrown: unknown): boolean =>
  thrown instanceof SternaError && thrown.code === 'outcome-unknown';

/** HTTP status of a refusal; undefined for what is none. */
export const statusOf = (thrown: unknown): number | undefined =>
  thrown instanceof SternaError && typeof thrown.details.status === 'number' ? thrown.details.status : undefined;
/** The service's own code of a refusal: `ErrorItemNotFound`, `userRateLimitExceeded`. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof SternaError && typeof thrown.details.code === 'string' ? thrown.details.code : undefined;

/** RFC 9110 section 10.2.3: seconds, or a date. Milliseconds since 1970. */
export function retryAt(given: string | undefined, now: number): number | undefined {
  if (given === undefined || given.trim() === '') return undefined;
  const seconds = Number(given);
  if (Number.isFinite(seconds)) return now + Math.min(3_600, Math.max(0, seconds)) * 1_000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.min(date, now + 3_600_000);
}
