import { GoogleError } from '../http/errors.ts';

/** What of the request is wrong. */
export interface Place {
  readonly location: string;
  readonly locationType: 'parameter' | 'other' | 'header';
}

/** An error in Drive's shape. Source: developers.google.com/workspace/drive/api/guides/handle-errors. */
export function driveError(status: number, reason: string, message: string, place?: Place): GoogleError {
  return new GoogleError(status, reason, message, place ?? {});
}

export function fileNotFound(id: string): GoogleError {
  return driveError(404, 'notFound', `File not found: ${id}.`, { location: 'fileId', locationType: 'parameter' });
}

export function badRequest(message: string, parameter?: string): GoogleError {
  const place: Place | undefined =
    parameter === undefined ? undefined : { location: parameter, locationType: 'parameter' };
  return driveError(400, 'badRequest', message, place);
}

export function invalidParameter(parameter: string): GoogleError {
  return driveError(400, 'invalid', 'Invalid Value', { location: parameter, locationType: 'parameter' });
}

export function invalidField(name: string): GoogleError {
  return driveError(400, 'invalid', `Invalid value for: ${name}`, { location: `file.${name}`, locationType: 'other' });
}

export function forbidden(message: string, parameter?: string): GoogleError {
  const place: Place | undefined =
    parameter === undefined ? undefined : { location: parameter, locationType: 'parameter' };
  return driveError(403, 'forbidden', message, place);
}

export function insufficientPermissions(id: string): GoogleError {
  return driveError(
    403,
    'insufficientFilePermissions',
    `The user does not have sufficient permissions for file ${id}.`,
  );
}

export function insufficientParentPermissions(): GoogleError {
  return driveError(403, 'insufficientParentPermissions', 'Insufficient permissions for the specified parent.');
}

export function notWritable(
  message = 'The resource body includes fields which are not directly writable.',
): GoogleError {
  return driveError(403, 'fieldNotWritable', message);
}

export function quotaExceeded(): GoogleError {
  return driveError(403, 'storageQuotaExceeded', "The user's Drive storage quota has been exceeded.");
}

export function idInUse(): GoogleError {
  return driveError(409, 'fileIdInUse', 'A file already exists with the provided ID.', {
    location: 'file.id',
    locationType: 'other',
  });
}

export function cannotAddParent(): GoogleError {
  return driveError(403, 'cannotAddParent', 'Increasing the number of parents is not allowed');
}

export function cycle(): GoogleError {
  return badRequest('The specified parent would create a cycle in the directory graph.');
}
