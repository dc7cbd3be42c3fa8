import type { ErrorBody } from '@sterna/api-contract';
import { asSternaError, SternaError } from '@sterna/core';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

/** Codes whose HTTP status says more than their class does. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  'sign-in-needed': 401,
  'sign-in-refused': 401,
  'session-expired': 401,
  'token-refused': 401,
  'sign-in-throttled': 429,
  'scope-missing': 403,
  'not-allowed': 403,
  'csrf-header-missing': 403,
  'not-found': 404,
  'payload-too-large': 413,
  'media-type-unknown': 415,
  // Right as such, but not as things stand now.
  'already-set-up': 409,
  'channel-off': 409,
  'email-taken': 409,
  'mapping-taken': 409,
  'last-owner': 409,
  'name-taken': 409,
  'entry-archived': 409,
  'entry-duplicate': 409,
  'entry-not-archived': 409,
  'entry-not-started': 409,
  'entry-running': 409,
  'entry-started': 409,
  'nothing-running': 409,
  'nothing-to-retry': 409,
  'person-has-schedules': 409,
  'remigration-ended': 409,
  'remigration-open': 409,
  'remigration-step': 409,
  'remigration-waiting': 409,
  'schedule-overlaps': 409,
  'schedule-over': 409,
  'settings-changed': 409,
  'system-in-use': 409,
};

/** The status that fits an error: what it is about first, then how it behaves. */
export function statusOf(error: SternaError): number {
  const known = STATUS_BY_CODE[error.code];
  if (known !== undefined) return known;
  if (error.code.endsWith('-not-found')) return 404;
  if (error.code.startsWith('license-')) return 409;
  switch (error.class) {
    case 'config':
      return 400;
    // The mailbox system refused its credentials; the caller's own were fine.
    case 'auth':
      return 422;
    case 'object':
      return 422;
    case 'throttled':
    case 'transient':
      return 503;
    default:
      return 500;
  }
}

export function errorBodyOf(error: SternaError): ErrorBody {
  return {
    error: {
      code: error.code,
      class: error.class,
      // What we did not foresee may hold anything: it goes to the log alone.
      message:
        error.class === 'bug' ? 'Something went wrong inside Sterna; the log of the server says what.' : error.message,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.field === undefined ? {} : { field: error.field }),
      ...(error.line === undefined ? {} : { line: error.line }),
      ...(error.retryAt === undefined ? {} : { retryAt: error.retryAt.toISOString() }),
      ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
    },
  };
}

export const signInNeeded = (): SternaError =>
  new SternaError('auth', 'sign-in-needed', 'Sign in first.', {
    fix: 'Send an API token (Authorization: Bearer …), or sign in with `sterna login`.',
  });

/** Every refusal, wherever it comes from, leaves as the one error body. */
export function installErrorHandling(app: FastifyInstance): void {
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = translate(thrown);
    const status = statusOf(error);
    if (error.retryAt !== undefined)
      reply.header('retry-after', Math.max(1, Math.ceil((error.retryAt.getTime() - Date.now()) / 1000)));
    if (status >= 500) request.log.error({ err: thrown, code: error.code }, 'request failed');
    return send(reply, status, errorBodyOf(error));
  });
  app.setNotFoundHandler((request: FastifyRequest, reply) => {
    const message = request.url.startsWith('/api/') ? 'There is no such API path.' : 'There is no such page.';
    return send(
      reply,
      404,
      errorBodyOf(new SternaError('config', 'not-found', message, { fix: 'See /api/openapi.json for what there is.' })),
    );
  });
}

function send(reply: FastifyReply, status: number, body: ErrorBody): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(body);
}

function translate(thrown: FastifyError): SternaError {
  if (thrown instanceof SternaError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const issue = thrown.validation[0];
    const field = issue?.instancePath.replace(/^\//, '').replaceAll('/', '.') ?? '';
    return new SternaError(
      'config',
      'request-invalid',
      `The ${WHERE[thrown.validationContext ?? ''] ?? 'request'} is not valid: ${issue?.message ?? 'unknown reason'}.`,
      {
        ...(field === '' ? {} : { field }),
        fix: 'See /api/openapi.json for what this path takes.',
      },
    );
  }
  if (thrown.statusCode === 413)
    return new SternaError('config', 'payload-too-large', 'The request is larger than this path takes.');
  if (thrown.statusCode === 415)
    return new SternaError('config', 'media-type-unknown', 'This path takes another content type.', {
      fix: 'Send application/json, or text/csv where the path takes a CSV.',
    });
  // Fastify's own words on broken JSON and the like: no stack, no internals.
  if (thrown.statusCode !== undefined && thrown.statusCode >= 400 && thrown.statusCode < 500)
    return new SternaError('config', 'request-invalid', thrown.message, { cause: thrown });
  return asSternaError(thrown);
}

const WHERE: Readonly<Record<string, string>> = { params: 'path', querystring: 'query', body: 'body', headers: 'head' };
