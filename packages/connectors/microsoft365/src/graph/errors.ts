import { retryAt } from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';

export { codeOf, isOutcomeUnknown, statusOf } from '@sterna/cloud-http';

export const BUSY_MS = 30_000;
const QUOTA_MS = 15 * 60_000;

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
