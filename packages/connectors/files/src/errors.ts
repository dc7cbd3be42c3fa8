import { type ErrorClass, SternaError } from '@sterna/core';

/** Minutes after which a full disk is worth another look. */
const DISK_FULL_RETRY_MINUTES = 5;

export const errnoOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;

interface Meaning {
  readonly class: ErrorClass;
  readonly code: string;
  /** What follows the name of the place. */
  readonly words: string;
  readonly fix: string;
}

const NOT_ALLOWED: Meaning = {
  class: 'auth',
  code: 'path-not-allowed',
  words: 'can’t be opened or changed: the rights are missing',
  fix: 'Give the account that runs Sterna the rights to it.',
};
const NOT_FOUND: Meaning = {
  class: 'config',
  code: 'path-not-found',
  words: 'doesn’t exist',
  fix: 'Check the path, and whether the disk or share is mounted.',
};
const DISK_FULL: Meaning = {
  class: 'throttled',
  code: 'over-quota',
  words: 'lies on a disk that is full, or whose quota is used up',
  fix: 'Free some space; the pass goes on by itself.',
};
const BAD_NAME: Meaning = {
  class: 'object',
  code: 'name-impossible',
  words: 'has a name that the file system refuses',
  fix: 'Rename it at the source, or set “names” to “windows” for a share of a Windows server.',
};
const LINK: Meaning = {
  class: 'config',
  code: 'symlink-refused',
  words: 'is a symbolic link, or lies behind one',
  fix: 'Name the real folder: links are not followed, so that nothing outside the folder is ever touched.',
};

/** errno(3), as Linux and its file systems use it. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: NOT_FOUND,
  ENOTDIR: { ...NOT_FOUND, words: 'isn’t a folder' },
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: {
    ...NOT_ALLOWED,
    words: 'is on a disk that is mounted read-only',
    fix: 'Mount it so that it can be written.',
  },
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  ENAMETOOLONG: { ...BAD_NAME, words: 'has a name or path that is too long for the file system' },
  EINVAL: BAD_NAME,
  EILSEQ: BAD_NAME,
  ELOOP: LINK,
  EFBIG: {
    class: 'object',
    code: 'too-large',
    words: 'is larger than the file system takes',
    fix: 'Use a target whose file system takes files of that size.',
  },
  ETXTBSY: {
    class: 'object',
    code: 'file-busy',
    words: 'is a program that runs',
    fix: 'End it, and run a delta pass.',
  },
};

/**
 * A file system error as the engine understands it.
 *
 * @param what Our own idea of the place (“the folder”), never a name from the disk
 */
export function asFilesError(thrown: unknown, what: string): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const errno = errnoOf(thrown);
  if (errno === undefined)
    return new SternaError('bug', 'internal', thrown instanceof Error ? thrown.message : String(thrown), {
      cause: thrown,
    });
  const options = { cause: thrown, details: { errno } };
  const meaning = MEANINGS[errno];
  if (meaning === undefined)
    return new SternaError('transient', 'file-system', `The file system answered ${errno} for ${what}`, options);
  const message = `${what[0]?.toUpperCase()}${what.slice(1)} ${meaning.words} (${errno})`;
  return meaning === DISK_FULL
    ? new SternaError('throttled', meaning.code, message, {
        ...options,
        details: { errno, scope: 'mailbox' },
        fix: meaning.fix,
        retryAt: new Date(Date.now() + DISK_FULL_RETRY_MINUTES * 60_000),
      })
    : new SternaError(meaning.class, meaning.code, message, { ...options, fix: meaning.fix });
}

/** The same for one file or folder among many: the others can still be migrated. */
export function asObjectError(thrown: unknown, what = 'the file'): SternaError {
  const error = asFilesError(thrown, what);
  // A disk that is read-only or full takes nothing else either; a damaged sector is one file's own.
  const isOthers = error.class === 'throttled' || error.class === 'bug' || error.details.errno === 'EROFS';
  if (isOthers || error.class === 'object' || (error.class === 'transient' && error.details.errno !== 'EIO'))
    return error;
  return new SternaError('object', error.code, error.message, {
    details: error.details,
    cause: thrown,
    fix: error.fix ?? 'Look at the disk: it could not be read.',
  });
}

export const aborted = (): SternaError => new SternaError('transient', 'aborted', 'The session was ended');

export const changedWhileRead = (words = 'The file was changed while it was read'): SternaError =>
  new SternaError('object', 'changed-while-read', words, {
    fix: 'Close it where it is open, or wait until nobody writes to it, and run a delta pass.',
  });

export const folderGone = (): SternaError =>
  new SternaError('config', 'container-not-found', 'The folder isn’t there any more', {
    fix: 'Run a delta pass: it lists the folders afresh.',
  });
