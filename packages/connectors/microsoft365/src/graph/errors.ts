import { networkErrorAt } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

export const BUSY_MS = 30_000;
const QUOTA_MS = 15 * 60_000;

export const aborted = (): SternaError => new SternaError('transient', 'aborted', 'The work was stopped.');

/** What a failed connection means for the user. */
export function networkError(thrown: unknown, url: URL): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const where = url.host;
  const make = (name: string, message: string, fix: string): SternaError =>
    new SternaError('transient', name, message, { fix, cause: thrown });
  const timedOut = (): SternaError =>
    make('graph-timeout', `${where} did not answer in time.`, 'Nothing to do: Sterna tries again by itself.');
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
    lost: () => make('graph-connection-lost', `The connection to ${where} ended.`, 'Sterna tries again by itself.'),
  });
}

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
/** Graph's own code of a refusal: `ErrorItemNotFound`. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof SternaError && typeof thrown.details.code === 'string' ? thrown.details.code : undefined;

/** `{"error":{"code":…}}` (https://learn.microsoft.com/en-us/graph/errors); innermost codes are the most telling. */
export function errorCodesOf(body: unknown): readonly string[] {
  const codes: string[] = [];
  let error = (body as { error?: unknown } | undefined)?.error as GraphErrorBody | undefined;
  for (let depth = 0; error !== undefined && error !== null && depth < 5; depth += 1) {
    if (typeof error.code === 'string' && /^[\w.-]{1,100}$/.test(error.code)) codes.push(error.code);
    error = error.innerError ?? error.innererror;
  }
  return codes;
}
interface GraphErrorBody {
  readonly code?: unknown;
  readonly innerError?: GraphErrorBody;
  readonly innererror?: GraphErrorBody;
}

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | undefined;
  readonly requestId: string | undefined;
  /** Words: “listing the folders”. */
  readonly doing: string;
  /** Permission of the app that it takes: `Mail.ReadWrite`. */
  readonly right: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const QUOTA = /^(?:ErrorQuotaExceeded|quotaLimitReached|insufficientStorage|ErrorInsufficientResources)$/i;
const TOO_LARGE =
  /^(?:ErrorMessageSizeExceeded|RequestBodyTooLarge|ErrorAttachmentSizeLimitExceeded|maxFileSizeExceeded)/i;
const NO_MAILBOX = /^(?:MailboxNotEnabledForRESTAPI|MailboxNotSupportedForRESTAPI|ErrorNonExistentMailbox)$/i;
const NOT_READY =
  /^(?:ErrorServerBusy|ErrorTimeoutExpired|ErrorMailboxStoreUnavailable|ErrorInternalServerTransientError)$/i;

/** What a refusal of one object, or of the endpoint as a whole, means. Nothing of the service's own prose is repeated. */
export function refusalError(refusal: Refusal): SternaError {
  const { status, doing } = refusal;
  const codes = errorCodesOf(refusal.body);
  const code = codes[0] ?? 'none';
  const has = (pattern: RegExp): boolean => codes.some((one) => pattern.test(one));
  const message = `Microsoft 365 refused ${doing}: ${status}${codes.length === 0 ? '' : ` (${codes.join(', ')})`}.`;
  const details = {
    status,
    code,
    ...(refusal.requestId === undefined ? {} : { requestId: refusal.requestId.slice(0, 64) }),
  };
  const make = (
    errorClass: 'auth' | 'config' | 'object' | 'transient' | 'throttled',
    name: string,
    words: string,
    fix: string,
    more: { readonly field?: string; readonly retryAt?: Date; readonly scope?: string } = {},
  ): SternaError =>
    new SternaError(errorClass, name, words, {
      fix,
      details: more.scope === undefined ? details : { ...details, scope: more.scope },
      ...(more.field === undefined ? {} : { field: more.field }),
      ...(more.retryAt === undefined ? {} : { retryAt: more.retryAt }),
    });

  if (status === 507 || has(QUOTA))
    return make('throttled', 'over-quota', message, 'Make room or raise the quota; the entry resumes by itself.', {
      retryAt: new Date(refusal.now + QUOTA_MS),
      scope: 'mailbox',
    });
  if (status === 429 || status === 509 || (status === 503 && refusal.retryAfter !== undefined))
    return make('throttled', 'graph-busy', message, 'Nothing to do: Sterna tries again by itself.', {
      retryAt: new Date(retryAt(refusal.retryAfter, refusal.now) ?? refusal.now + BUSY_MS),
      // Its limits are those of one mailbox or drive, so other entries go on.
      scope: 'mailbox',
    });
  if (status === 401)
    return make(
      'auth',
      'sign-in-refused',
      'Microsoft 365 refused the sign-in of the app.',
      'Check tenant, client id and secret (or certificate) of the system, and that the secret has not expired.',
    );
  if (has(NO_MAILBOX))
    return make(
      'config',
      'mailbox-not-found',
      'This user has no mailbox that Microsoft 365’s interface reaches.',
      'Check that the user has a license with Exchange Online, and that the mailbox isn’t hosted on premises.',
      { field: 'address' },
    );
  if (status === 403)
    return make(
      'auth',
      'not-allowed-there',
      message,
      refusal.right === undefined
        ? 'Grant the app registration the permission for this and have an administrator consent; an application access policy may keep it from this mailbox.'
        : `Grant the app registration the application permission ${refusal.right} and have an administrator consent; an application access policy may keep it from this mailbox.`,
    );
  if (status === 404) return make('object', 'not-there', message, 'It was removed meanwhile; start a delta pass.');
  if (status === 409) return make('object', 'graph-conflict', message, 'Start a delta pass: it decides again.');
  if (status === 410) return make('object', 'cursor-lost', message, 'Nothing to do: it is listed as a whole.');
  if (status === 412) return make('object', 'changed-meanwhile', message, 'Start a delta pass: it decides again.');
  if (status === 413 || has(TOO_LARGE))
    return make('object', 'object-too-large', message, 'It is larger than Microsoft 365 takes.');
  if (status === 423)
    return make('object', 'locked', message, 'Somebody has it open or checked out; then start a delta pass.');
  if (status >= 500 || has(NOT_READY))
    return make('transient', 'graph-server-error', message, 'Sterna tries again by itself.');
  return make('object', 'graph-refused', message, 'Look at the code; if it stays, report it with the request id.');
}

/** RFC 9110 section 10.2.3: seconds, or a date. Milliseconds since 1970. */
export function retryAt(given: string | undefined, now: number): number | undefined {
  if (given === undefined || given.trim() === '') return undefined;
  const seconds = Number(given);
  if (Number.isFinite(seconds)) return now + Math.min(3_600, Math.max(0, seconds)) * 1_000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.min(date, now + 3_600_000);
}
