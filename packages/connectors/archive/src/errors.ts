import { SternaError } from '@sterna/core';

/** Minutes after which a full disk is worth another look. */
const DISK_FULL_RETRY_MINUTES = 5;

export const errnoOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

/**
 * A file system error as the engine understands it. `what` names our own idea of the place ("the archive folder"),
 * never bytes from the mailbox.
 */
export function asArchiveError(thrown: unknown, what: string): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const errno = errnoOf(thrown);
  const options = { cause: thrown, details: { errno: errno ?? 'none' } };
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SternaError('config', 'path-not-found', `${what} doesn't exist`, {
        ...options,
        fix: 'Check the path and its spelling.',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SternaError('auth', 'path-not-allowed', `${what} can't be opened: ${errno}`, {
        ...options,
        fix: 'Give the account that runs Sterna the rights to it, or copy it to a place it can read.',
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new SternaError('throttled', 'over-quota', `The disk that holds ${what} is full`, {
        ...options,
        fix: 'Free some space; the pass goes on by itself.',
        retryAt: new Date(Date.now() + DISK_FULL_RETRY_MINUTES * 60_000),
      });
    case 'ELOOP':
      return new SternaError('config', 'symlink-refused', `${what} is a symbolic link`, {
        ...options,
        fix: 'Put the real file there; links are not followed, so that nothing outside the folder can be read.',
      });
    case undefined:
      return new SternaError('bug', 'internal', thrown instanceof Error ? thrown.message : String(thrown), options);
    default:
      return new SternaError('transient', 'file-system', `The file system answered ${errno} for ${what}`, options);
  }
}

/** The same for one message: whatever is wrong with its file, the others can still be read. */
export function asObjectError(thrown: unknown): SternaError {
  const error = asArchiveError(thrown, 'this message file');
  return error.class === 'transient' || error.class === 'object'
    ? error
    : new SternaError('object', error.code, error.message, {
        details: error.details,
        cause: thrown,
        ...(error.fix === undefined ? {} : { fix: error.fix }),
      });
}

export function aborted(): SternaError {
  return new SternaError('transient', 'aborted', 'The session was ended');
}

export function noSuchContainer(): SternaError {
  return new SternaError('config', 'container-not-found', "The folder doesn't exist in this archive any more", {
    fix: 'Run a delta pass: it lists the folders afresh.',
  });
}
