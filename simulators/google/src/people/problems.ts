import { errorInfo, GoogleError } from '../http/errors.ts';
import { InvalidPerson } from './person-input.ts';

/** What People refuses, by canonical code. */
export const invalidArgument = (message: string) => new GoogleError(400, 'badRequest', message);
export const notFound = () => new GoogleError(404, 'notFound', 'Requested entity was not found.');

export const failedPrecondition = (message: string, reason?: string) =>
  new GoogleError(400, 'failedPrecondition', message, {
    status: 'FAILED_PRECONDITION',
    ...(reason !== undefined && { details: [errorInfo(reason, 'people.googleapis.com')] }),
  });

/** https://developers.google.com/people/api/rest/v1/people.connections/list */
export const expiredSyncToken = () =>
  failedPrecondition(
    'Sync token is expired. Clear local cache and retry call without the sync token.',
    'EXPIRED_SYNC_TOKEN',
  );

export const otherEtag = () =>
  failedPrecondition(
    'Request person.etag is different than the current person.etag. Clear local cache and get the latest person.',
  );

export const nameTaken = () => new GoogleError(409, 'alreadyExists', 'Contact group name already exists.');

export const aborted = () =>
  new GoogleError(409, 'aborted', 'The operation was aborted: another change of this user is being made.', {
    status: 'ABORTED',
  });

/** Runs a check of input, whose refusals are 400. */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof InvalidPerson ? invalidArgument(thrown.message) : thrown;
  }
}
