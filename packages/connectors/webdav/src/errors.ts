import { SternaError } from '@sterna/core';

export const changedWhileRead = (): SternaError =>
  new SternaError('object', 'changed-while-read', 'The file changed while it was read.', {
    fix: 'Start a delta pass once nobody writes to it.',
  });

/** Why this one file can't be read; undefined where the error concerns more than it. */
export function asUnreadable(error: SternaError): SternaError | undefined {
  if (error.class === 'object') return error;
  if (error.code === 'not-allowed-there')
    return new SternaError('object', 'file-not-readable', 'The server denies access to this file.', {
      fix: 'Give this account the right to read it, then start a delta pass.',
      details: error.details,
      cause: error,
    });
  // A server that trips over one file must not keep the others from us.
  if (error.code === 'dav-server-error')
    return new SternaError('object', 'not-delivered', 'The source server fails to deliver this file.', {
      fix: 'Look at the source server’s log, then start a delta pass.',
      details: error.details,
      cause: error,
    });
  return undefined;
}

export const contentDiffers = (): SternaError =>
  new SternaError('object', 'content-differs', 'The target has stored something else than it was given.', {
    fix: 'Look at the target’s log and its disk, then start a delta pass.',
  });

export const folderGone = (): SternaError =>
  new SternaError('object', 'folder-gone', 'The folder in the target is no more.', {
    fix: 'Start a delta pass: it makes the folder anew.',
  });

/**
 * What the server says of one file that is written: others may go through. Where none does, the share of failures ends the
 * pass.
 */
export function asRefusal(error: SternaError): SternaError {
  if (error.code === 'object-too-large')
    return new SternaError('object', error.code, error.message, {
      fix: 'Raise the server’s limit for uploads, and that of a proxy before it (nginx: client_max_body_size), then start a delta pass.',
      details: error.details,
      cause: error,
    });
  if (error.code !== 'not-allowed-there') return error;
  return new SternaError('object', 'file-refused', error.message, {
    fix: 'Look whether this account may write there, and whether the server allows such a name.',
    details: error.details,
    cause: error,
  });
}
