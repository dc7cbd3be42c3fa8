import { networkErrorAt } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { DavAnswer } from './answer.ts';
import { reasonOf } from './xml.ts';

/** Code of a request that we gave up. */
export const TIMEOUT = 'STERNA_TIMEOUT';

const BUSY_MS = 30_000;
const TOO_LARGE = 'The server’s limit is smaller than this object: remove an attachment or photo, or raise the limit.';
const QUOTA_MS = 15 * 60_000;

export const aborted = (): SternaError => new SternaError('transient', 'aborted', 'The work was stopped.');

/** What a failed connection means for the user. */
export function networkError(thrown: unknown, url: URL): SternaError {
  const where = url.host;
  const make = (name: string, message: string, fix: string): SternaError =>
    new SternaError('transient', name, message, { fix, field: 'url', cause: thrown });
  const timedOut = (): SternaError =>
    make('dav-timeout', `${where} did not answer in time.`, 'Check that the server isn’t overloaded.');
  return networkErrorAt(thrown, {
    host: url.hostname,
    where,
    fields: { host: 'url', port: 'url' },
    service: 'server',
    tlsFix: 'Check port and scheme: https expects TLS.',
    timedOut,
    lost: (code) =>
      code === TIMEOUT
        ? timedOut()
        : make('dav-connection-lost', `The connection to ${where} ended.`, 'Sterna tries again by itself.'),
  });
}

/** When the server wants to be asked again (RFC 9110 section 10.2.3). */
export function retryAfter(answer: DavAnswer, otherwise = BUSY_MS): Date {
  const given = answer.header('retry-after');
  const seconds = Number(given);
  if (given !== undefined && Number.isFinite(seconds)) return new Date(Date.now() + Math.max(0, seconds) * 1_000);
  const date = given === undefined ? Number.NaN : Date.parse(given);
  return new Date(Number.isNaN(date) ? Date.now() + otherwise : date);
}

/**
 * An answer that is no success, as an error. The class says who is to act: the endpoint waits (`throttled`), a person
 * acts (`auth`, `config`), or this one object fails (`object`).
 */
export function refusal(doing: string, answer: DavAnswer): SternaError {
  const { status } = answer;
  const { name: precondition, says } = reasonOf(answer.body);
  const reason = [precondition?.replace(/^(?:\w+:|\{[^}]*\})/, ''), says].filter(Boolean).join(': ');
  const message = `The server refused ${doing}: ${status}${reason === '' ? '' : ` (${reason})`}.`;
  const details = { status, ...(precondition === undefined ? {} : { precondition }) };
  if (status === 429 || status === 503)
    return new SternaError('throttled', 'dav-busy', message, {
      fix: 'Nothing to do: Sterna tries again by itself.',
      retryAt: retryAfter(answer),
      details,
    });
  if (status === 507 || precondition === 'd:quota-not-exceeded' || precondition === 'd:sufficient-disk-space')
    return new SternaError('throttled', 'over-quota', message, {
      fix: 'Make room in the target or raise its quota; the entry resumes by itself.',
      retryAt: new Date(Date.now() + QUOTA_MS),
      details: { ...details, scope: 'mailbox' },
    });
  if (status === 401)
    return new SternaError('auth', 'sign-in-refused', 'The server refused the sign-in.', {
      fix: 'Check user name and password (or token) of this account.',
      details,
    });
  switch (precondition) {
    case 'cal:max-resource-size':
    case 'card:max-resource-size':
      return new SternaError('object', 'object-too-large', message, {
        fix: TOO_LARGE,
        details,
      });
    case 'cal:allowed-organizer-scheduling-object-change':
    case 'cal:allowed-attendee-scheduling-object-change':
      return new SternaError('object', 'meeting-not-changed', message, {
        fix: 'The target doesn’t let a meeting change like this, its organizer for one. Remove the target’s copy there, and migrate it again.',
        details,
      });
    case 'cal:supported-calendar-component':
      return new SternaError('object', 'component-refused', message, {
        fix: 'This calendar doesn’t take such objects; map it to one that does.',
        details,
      });
  }
  if (status === 423)
    return new SternaError(
      'object',
      'file-locked',
      `Somebody has it open or has locked it: the server refused ${doing}.`,
      {
        fix: 'Have it closed there, then start a delta pass.',
        details,
      },
    );
  if (status === 413) return new SternaError('object', 'object-too-large', message, { fix: TOO_LARGE, details });
  if (status >= 500)
    return new SternaError('transient', 'dav-server-error', message, {
      fix: 'Look at the server’s log.',
      details,
    });
  if (status === 403 && precondition === undefined)
    return new SternaError('auth', 'not-allowed-there', message, {
      fix: 'Give this account the right to do that, or use one that has it.',
      details,
    });
  return new SternaError('object', 'dav-refused', message, {
    fix: 'Look at the server’s log for the reason.',
    details,
  });
}

/**
 * The refusal of one object that was sent: what is wrong with it, where the server lets us write otherwise. One object
 * that it won't have, or trips over, must not keep the others from it; where it will have none, the share of failures
 * ends the pass.
 */
export function objectRefusal(answer: DavAnswer): SternaError {
  const error = refusal('an object', answer);
  if (error.code !== 'not-allowed-there' && error.code !== 'dav-server-error') return error;
  return new SternaError('object', error.code, error.message, {
    fix: `${error.fix ?? ''} If it is this object alone, open it at the source and save it again; then start a delta pass.`.trim(),
    details: error.details,
  });
}
