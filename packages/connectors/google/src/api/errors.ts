import { retryAt } from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import { API_NAMES, type Api } from './apis.ts';

export { codeOf, isOutcomeUnknown, statusOf } from '@sterna/cloud-http';

const BUSY_MS = 60_000;
const QUOTA_MS = 15 * 60_000;
const DAILY_MS = 60 * 60_000;

interface ErrorBody {
  readonly error?: {
    readonly status?: unknown;
    readonly message?: unknown;
    readonly errors?: readonly { readonly reason?: unknown }[];
    readonly details?: readonly { readonly reason?: unknown }[];
  };
}

/**
 * `errors[].reason`, `details[].reason` and `status` of a refusal
 * (https://developers.google.com/workspace/gmail/api/guides/handle-errors), the most telling first.
 */
export function reasonsOf(body: unknown): readonly string[] {
  const error = (body as ErrorBody | undefined)?.error;
  if (typeof error !== 'object' || error === null) return [];
  const list = (given: unknown): readonly { readonly reason?: unknown }[] => (Array.isArray(given) ? given : []);
  const found = [...list(error.details), ...list(error.errors)].map((one) => one?.reason);
  return [
    ...new Set([...found, error.status].filter((one) => typeof one === 'string' && /^[\w.-]{1,100}$/.test(one))),
  ] as string[];
}

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | undefined;
  readonly api: Api;
  /** Words: “listing the labels”. */
  readonly doing: string;
  /** Scope that it takes, for the words of a 403. */
  readonly right: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Too much in too short a time: tried again by itself. */
const RATE =
  /^(?:rateLimitExceeded|userRateLimitExceeded|sharingRateLimitExceeded|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED|backendError429|concurrentLimitExceeded)$/;
/** Too much for today, or a limit that nobody documents: that takes a while. */
const LONG =
  /^(?:dailyLimitExceeded|dailyLimitExceededUnreg|quotaExceeded|uploadLimitExceeded|activeItemCreationLimitExceeded)$/;
const FULL =
  /^(?:storageQuotaExceeded|teamDriveFileLimitExceeded|numChildrenInNonRootLimitExceeded|myDriveHierarchyDepthLimitExceeded)$/;
const OFF = /^(?:accessNotConfigured|SERVICE_DISABLED)$/;
const SCOPE = /^(?:insufficientPermissions|ACCESS_TOKEN_SCOPE_INSUFFICIENT)$/;
const NO_SERVICE = /^(?:failedPrecondition|FAILED_PRECONDITION|domainPolicy|notACalendarUser|authError403)$/;
const LARGE = /^(?:uploadTooLarge|requestTooLarge|fileSizeLimitExceeded|messageTooLarge)$/;

/** Refused because too much was asked in too short a time. */
export const isRate = (reasons: readonly string[], status: number): boolean =>
  status === 429 || (status === 403 && reasons.some((one) => RATE.test(one)));

/**
 * It is the user's own limit that was reached, rather than the project's. Newer APIs have one reason for both, and tell
 * which one in their words alone ("Queries per minute per user").
 */
export function isUsers(body: unknown): boolean {
  const message = (body as ErrorBody | undefined)?.error?.message;
  return !reasonsOf(body).includes('rateLimitExceeded') || (typeof message === 'string' && /\buser\b/i.test(message));
}

/** What a refusal means. Nothing of the service's own prose is repeated. */
export function refusalError(refusal: Refusal): SternaError {
  const { status, doing, now } = refusal;
  const reasons = reasonsOf(refusal.body);
  const has = (pattern: RegExp): boolean => reasons.some((one) => pattern.test(one));
  const message = `Google refused ${doing}: ${status}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}.`;
  const details = { status, code: reasons[0] ?? 'none' };
  const make = (
    errorClass: 'auth' | 'config' | 'object' | 'transient' | 'throttled',
    name: string,
    words: string,
    fix: string,
    more: { readonly field?: string; readonly retryAt?: Date } = {},
  ): SternaError =>
    new SternaError(errorClass, name, words, {
      fix,
      // Its limits are those of one user, so other entries go on.
      details: errorClass === 'throttled' ? { ...details, scope: 'mailbox' } : details,
      ...more,
    });

  if (status === 403 && has(FULL))
    return make('throttled', 'over-quota', message, 'Make room or raise the quota; the entry resumes by itself.', {
      retryAt: new Date(now + QUOTA_MS),
    });
  if ((status === 403 || status === 429) && has(LONG) && !has(RATE))
    return make('throttled', 'google-limit', message, 'Nothing to do: Sterna tries again by itself, later.', {
      retryAt: new Date(now + DAILY_MS),
    });
  if (isRate(reasons, status) || (status === 503 && refusal.retryAfter !== undefined))
    return make('throttled', 'google-busy', message, 'Nothing to do: Sterna tries again by itself.', {
      retryAt: new Date(retryAt(refusal.retryAfter, now) ?? now + BUSY_MS),
    });
  if (status === 401)
    return make(
      'auth',
      'sign-in-refused',
      'Google refused the sign-in.',
      'Check the service account, its key, and that the user isn’t suspended.',
    );
  if (status === 403 && has(OFF))
    return make(
      'config',
      'api-off',
      `The project of the service account doesn’t use the ${API_NAMES[refusal.api]}.`,
      `Enable the ${API_NAMES[refusal.api]} in the project’s console, under APIs & Services.`,
    );
  if (status === 403 && has(SCOPE))
    return make(
      'auth',
      'scope-missing',
      message,
      `Delegate the scope ${refusal.right ?? 'that it takes'} to the service account.`,
    );
  if ((status === 400 || status === 403) && has(NO_SERVICE))
    return make(
      'config',
      'service-off',
      message,
      `Switch the service on for this user in the Admin console, or leave this kind of content out.`,
      { field: 'address' },
    );
  if (status === 403)
    return make(
      'object',
      'not-allowed-there',
      message,
      'Look at the reason: Google lets this user see it, not do this.',
    );
  if (status === 404) return make('object', 'not-there', message, 'It was removed meanwhile; start a delta pass.');
  if (status === 409) return make('object', 'google-conflict', message, 'Start a delta pass: it decides again.');
  if (status === 410) return make('object', 'cursor-lost', message, 'Nothing to do: it is listed as a whole.');
  if (status === 412) return make('object', 'changed-meanwhile', message, 'Start a delta pass: it decides again.');
  if (status === 413 || has(LARGE))
    return make('object', 'object-too-large', message, 'It is larger than Google takes.');
  if (status >= 500) return make('transient', 'google-server-error', message, 'Sterna tries again by itself.');
  return make('object', 'google-refused', message, 'Look at the reason; if it stays, report it.');
}
