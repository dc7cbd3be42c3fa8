/** More about a refusal than its words. */
export interface ErrorMore {
  /** `global` unless said; `usageLimits` for quotas. */
  readonly domain?: string;
  /** What of the request was wrong, and where it stood. */
  readonly location?: string;
  readonly locationType?: 'parameter' | 'header' | 'other';
  /** Entries of `details`, such as an ErrorInfo. */
  readonly details?: readonly Record<string, unknown>[];
  readonly headers?: Record<string, string>;
  /** The canonical code, where the HTTP status doesn't say it (400: FAILED_PRECONDITION). */
  readonly status?: string;
  /** The words within `errors`, where they differ from those of the whole. */
  readonly inner?: string;
}

/** A refusal; handlers throw it. Each API has its own form of telling it (see error-body.ts). */
export class GoogleError extends Error {
  readonly code: number;
  /** `errors[].reason`: `notFound`, `userRateLimitExceeded`, … */
  readonly reason: string;
  readonly more: ErrorMore;

  constructor(code: number, reason: string, message: string, more: ErrorMore = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.more = more;
  }
}

export function badRequest(message: string, reason = 'badRequest', more: ErrorMore = {}): GoogleError {
  return new GoogleError(400, reason, message, more);
}

/** A parameter whose value can't be. */
export function invalidParameter(name: string, message = 'Invalid Value'): GoogleError {
  return new GoogleError(400, 'invalidParameter', message, { location: name, locationType: 'parameter' });
}

export function notFound(message = 'Not Found', more: ErrorMore = {}): GoogleError {
  return new GoogleError(404, 'notFound', message, more);
}

export function forbidden(message: string, reason = 'forbidden', more: ErrorMore = {}): GoogleError {
  return new GoogleError(403, reason, message, more);
}

/** `google.rpc.ErrorInfo`, for `details`. */
export function errorInfo(reason: string, domain: string, metadata?: Record<string, string>): Record<string, unknown> {
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain,
    ...(metadata === undefined ? {} : { metadata }),
  };
}
