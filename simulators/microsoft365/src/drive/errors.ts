import { GraphError } from '../http/errors.ts';
import type { NameFault } from './names.ts';

/**
 * A drive's refusals: the code of learn.microsoft.com/en-us/graph/errors (OneDrive's part), and in `innerError` the
 * more specific one where that page has one.
 */
export function driveError(
  status: number,
  code: string,
  message: string,
  specific?: string,
  headers?: Record<string, string>,
): GraphError {
  return new GraphError(status, code, message, {
    ...(specific === undefined ? {} : { inner: { code: specific } }),
    ...(headers === undefined ? {} : { headers }),
  });
}

export const invalidRequest = (message: string, specific?: string): GraphError =>
  driveError(400, 'invalidRequest', message, specific);

export const notSupported = (message: string): GraphError => driveError(400, 'notSupported', message);

export const noSuchItem = (): GraphError => driveError(404, 'itemNotFound', 'The resource could not be found.');

export const nameTaken = (): GraphError =>
  driveError(409, 'nameAlreadyExists', 'An item with the same name already exists under the parent.');

export const beingUploaded = (): GraphError =>
  driveError(
    409,
    'nameAlreadyExists',
    'A file with the same name is currently being uploaded. Change the filename and try to save again.',
  );

export const changedMeanwhile = (): GraphError =>
  driveError(412, 'resourceModified', "ETag does not match current item's value.", 'eTagMismatch');

export const noSpace = (): GraphError =>
  driveError(507, 'quotaLimitReached', 'The user has reached their quota limit.', 'quotaExceeded');

export const itemLocked = (): GraphError =>
  driveError(423, 'notAllowed', 'The resource you are attempting to access is locked.', 'resourceLocked');

/** What an administrator's lock (NoAccess) answers; seen in the field (dust-tt/dust pull request 20377). */
export const siteBlocked = (): GraphError =>
  driveError(
    423,
    'notAllowed',
    'Access to this site has been blocked. Please contact the administrator to resolve this problem.',
    'resourceLocked',
  );

export const wrongRange = (message: string, specific: string): GraphError =>
  driveError(416, 'invalidRange', message, specific);

export function wrongName(fault: NameFault): GraphError {
  return invalidRequest(`The provided name is not allowed: ${fault}.`, 'invalidName');
}
