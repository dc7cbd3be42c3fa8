import { networkErrorAt } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

const BUSY_MS = 30_000;
const QUOTA_MS = 15 * 60_000;

export const aborted = (): SternaError => new SternaError('transient', 'aborted', 'The work was stopped.');

/** What the client throws: a refusal has a status, anything else came from the network or from ourselves. */
interface Refusal {
  readonly name: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const THROTTLED =
  /^(?:SlowDown|SlowDownRead|SlowDownWrite|TooManyRequests|RequestLimitExceeded|Throttl\w*|ServiceUnavailable|ServerBusy)/;
const QUOTA =
  /^(?:QuotaExceeded|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|InsufficientStorage|StorageQuotaExceeded)/;
const KEY_REFUSED =
  /^(?:InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|AuthFailure|InvalidSecurity)/;
const NOT_ALLOWED =
  /^(?:AccessDenied|AccountProblem|AllAccessDisabled|NotSignedUp|Forbidden|UnauthorizedAccess|AccessForbidden)/;
/** Damaged or cut off on the way, or in the way of another request: the same request may succeed. */
const AGAIN =
  /^(?:InternalError|RequestTimeout|IncompleteBody|OperationAborted|ConditionalRequestConflict|BadDigest|XAmzContentSHA256Mismatch|RequestTimedOut)/;

/** HTTP status of a refusal; undefined for what is none. */
export const statusOf = (error: SternaError): number | undefined =>
  typeof error.details.status === 'number' ? error.details.status : undefined;
/** S3's own code of a refusal: `NoSuchUpload`. */
export const codeOf = (error: SternaError): string | undefined =>
  typeof error.details.code === 'string' ? error.details.code : undefined;
/** The condition of a conditional request doesn't hold. */
export const isPrecondition = (error: SternaError): boolean => statusOf(error) === 412;

/**
 * A failed request as the engine understands it.
 *
 * @param doing Words: “listing the bucket”
 * @param bucket For the words of a refusal that is about it
 */
export function s3Error(thrown: unknown, doing: string, endpoint: URL, bucket: string): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const refusal = thrown as Refusal;
  if (refusal?.name === 'AbortError') return aborted();
  const status = refusal?.$metadata?.httpStatusCode;
  if (status === undefined) return networkError(thrown, endpoint);
  return refused(refusal, status, doing, bucket);
}

function networkError(thrown: unknown, endpoint: URL): SternaError {
  const where = endpoint.host;
  const make = (name: string, message: string, fix: string): SternaError =>
    new SternaError('transient', name, message, { fix, field: 'endpoint', cause: thrown });
  const timedOut = (): SternaError =>
    make('s3-timeout', `${where} did not answer in time.`, 'Check that the server isn’t overloaded.');
  const { name, code } = thrown as { name?: string; code?: string };
  // The client calls a reset connection a timeout too.
  if (name === 'TimeoutError' && code !== 'ECONNRESET' && code !== 'EPIPE') return timedOut();
  const isOfNetwork = code !== undefined || /socket|stream|premature|aborted/i.test(String(thrown));
  if (!isOfNetwork)
    return new SternaError('config', 'not-an-s3-server', `What answers at ${where} is no S3 server.`, {
      field: 'endpoint',
      fix: 'Check host and port: it is the address of the S3 API, not of a web console.',
      cause: thrown,
    });
  return networkErrorAt(thrown, {
    host: endpoint.hostname,
    where,
    fields: { host: 'endpoint', port: 'endpoint' },
    service: 'server',
    tlsFix: 'Check port and scheme: https expects TLS.',
    timedOut,
    lost: () => make('s3-connection-lost', `The connection to ${where} ended.`, 'Sterna tries again by itself.'),
  });
}

function refused(refusal: Refusal, status: number, doing: string, bucket: string): SternaError {
  const code = /^[A-Za-z][A-Za-z0-9]{1,60}$/.test(refusal.name) ? refusal.name : 'Unknown';
  const details = { status, code };
  const message = `The storage refused ${doing}: ${code === 'Unknown' ? status : `${code} (${status})`}.`;
  const make = (
    errorClass: 'auth' | 'config' | 'object' | 'transient' | 'throttled',
    name: string,
    words: string,
    fix: string,
    more: { field?: string; retryAt?: Date; scope?: string } = {},
  ): SternaError =>
    new SternaError(errorClass, name, words, {
      fix,
      details: { ...details, ...(more.scope === undefined ? {} : { scope: more.scope }) },
      ...(more.field === undefined ? {} : { field: more.field }),
      ...(more.retryAt === undefined ? {} : { retryAt: more.retryAt }),
      cause: refusal,
    });

  if (QUOTA.test(code) || status === 507)
    return make('throttled', 'over-quota', message, 'Make room or raise the quota; the entry resumes by itself.', {
      retryAt: new Date(Date.now() + QUOTA_MS),
      scope: 'mailbox',
    });
  if (THROTTLED.test(code) || status === 429 || (status === 503 && !AGAIN.test(code)))
    return make('throttled', 's3-busy', message, 'Nothing to do: Sterna tries again by itself.', {
      retryAt: retryAfter(refusal.$response?.headers?.['retry-after']),
    });
  if (code.startsWith('RequestTimeTooSkewed'))
    return make(
      'config',
      'clock-differs',
      'The clocks of this machine and of the storage differ too much: it refuses every request.',
      'Set this machine’s clock (NTP), or the storage’s.',
    );
  if (code === 'NoSuchBucket')
    return make(
      'config',
      'bucket-not-found',
      `There is no bucket named ${bucket}.`,
      'Check its spelling, or create it.',
      {
        field: 'bucket',
      },
    );
  if (code === 'InvalidBucketName')
    return make('config', 'bucket-invalid', message, 'Check the name of the bucket.', { field: 'bucket' });
  if (
    code === 'AuthorizationHeaderMalformed' ||
    code === 'PermanentRedirect' ||
    code === 'IllegalLocationConstraintException' ||
    status === 301
  ) {
    const region = /^[a-z0-9-]{1,40}$/.exec(refusal.Region ?? '')?.[0];
    return make(
      'config',
      'wrong-region',
      `The bucket ${bucket} is in another region${region === undefined ? '' : `: ${region}`}.`,
      'Set the region, and the endpoint that belongs to it.',
      { field: 'region' },
    );
  }
  if (KEY_REFUSED.test(code) || status === 401)
    return make(
      'auth',
      'sign-in-refused',
      `The storage refused the access key: ${code}.`,
      'Check access key id and secret key.',
    );
  if (code === 'InvalidObjectState')
    return make(
      'object',
      'object-archived',
      'The object lies in an archive tier and can’t be read.',
      'Restore it at the source, then start a delta pass.',
    );
  if (NOT_ALLOWED.test(code) || status === 403)
    return make(
      'auth',
      'not-allowed-there',
      message,
      'Give this access key the right to do that, or use one that has it.',
    );
  if (code === 'NotImplemented' || status === 501 || status === 405)
    return make(
      'config',
      's3-not-implemented',
      message,
      'This storage lacks the function; see what `check` says of it.',
    );
  if (code === 'EntityTooLarge' || status === 413)
    return make('object', 'object-too-large', message, 'The storage takes only smaller objects: raise its limit.');
  if (code === 'KeyTooLongError' || code === 'KeyTooLong')
    return make(
      'object',
      'path-too-long',
      'A key has at most 1,024 bytes.',
      'Shorten the names of the folders above it.',
    );
  if (AGAIN.test(code)) return make('transient', 's3-server-error', message, 'Sterna tries again by itself.');
  if (status >= 500) return make('transient', 's3-server-error', message, 'Look at the storage’s log.');
  return make('object', 's3-refused', message, 'Look at the storage’s log for the reason.');
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfter(given: string | undefined): Date {
  const seconds = Number(given);
  if (given !== undefined && given !== '' && Number.isFinite(seconds))
    return new Date(Date.now() + Math.min(3_600, Math.max(0, seconds)) * 1_000);
  const date = given === undefined ? Number.NaN : Date.parse(given);
  return new Date(Number.isNaN(date) ? Date.now() + BUSY_MS : date);
}

/** The refusal of one object: one that we may not read, or that the storage trips over, keeps no other back. */
export function asObjectError(error: SternaError): SternaError {
  if (error.class === 'object') return error;
  return new SternaError(
    'object',
    error.code === 's3-server-error' ? 'not-delivered' : error.code,
    error.code === 's3-server-error' ? 'The storage fails to deliver this object.' : error.message,
    { fix: error.fix ?? 'Look at the storage’s log, then start a delta pass.', details: error.details, cause: error },
  );
}

export const changedWhileRead = (): SternaError =>
  new SternaError('object', 'changed-while-read', 'The file was changed or removed while it was being read.', {
    fix: 'Start a delta pass when nobody writes to it.',
  });
