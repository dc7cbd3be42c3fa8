import type { GoogleError } from './errors.ts';
import type { ErrorForm } from './families.ts';

/** Canonical codes by HTTP status (google/rpc/code.proto). */
const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/**
 * The JSON of a refusal. `classic`: `errors` without `status` (Drive, Calendar, Directory). `both`: `errors`, `status`
 * and `details` (Gmail, Tasks). `canonical`: `status` and `details` alone (People).
 */
export function errorBody(error: GoogleError, form: ErrorForm): Record<string, unknown> {
  const { domain = 'global', location, locationType, details, status = STATUS[error.code], inner } = error.more;
  const item = {
    message: inner ?? error.message,
    domain,
    reason: error.reason,
    ...(location === undefined ? {} : { location, locationType }),
  };
  // Sign-in and permission are checked before the API itself, and told in the newer form by all.
  const whole = form === 'both' || details !== undefined || error.code === 401;
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(form === 'canonical' ? {} : { errors: [item] }),
      ...(form === 'canonical' || whole ? (status === undefined ? {} : { status }) : {}),
      ...(details === undefined ? {} : { details }),
    },
  };
}
