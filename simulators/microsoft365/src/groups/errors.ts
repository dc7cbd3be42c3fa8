import { badRequest, GraphError } from '../http/errors.ts';

/** The directory's answer to an id that it doesn't know. */
export function noSuchObject(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function refused(message: string): GraphError {
  return badRequest(message, 'Request_BadRequest');
}

/** Of an interface that only people who have signed in may use. */
export function notForApps(): GraphError {
  return new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
}
