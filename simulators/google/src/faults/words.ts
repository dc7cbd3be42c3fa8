import type { Fault } from '@sterna/simulator-kit';
import { GoogleError } from '../http/errors.ts';

/** Reasons by status, where a fault doesn't say another. */
const REASONS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['authError', 'Invalid Credentials'],
  403: ['userRateLimitExceeded', 'User Rate Limit Exceeded'],
  429: ['rateLimitExceeded', 'Rate Limit Exceeded'],
  500: ['backendError', 'Backend Error'],
  502: ['badGateway', 'Bad Gateway'],
  503: ['backendError', 'The service is currently unavailable.'],
  504: ['deadlineExceeded', 'Deadline exceeded.'],
};

/** What Google says of a trouble of its own, or of a quota. */
export function faultError(fault: Fault & { readonly kind: 'answer' }): GoogleError {
  const [reason, message] = REASONS[fault.status] ?? ['unknownError', 'The service had a problem.'];
  return new GoogleError(fault.status, fault.code ?? reason, message, {
    domain: /LimitExceeded$/.test(fault.code ?? reason) ? 'usageLimits' : 'global',
    headers: fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
  });
}
