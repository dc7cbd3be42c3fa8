import { SternaError } from '@sterna/core';
import { codeOf, statusOf } from '../graph/errors.ts';

/** Nothing has this id: it was removed, or never was one. */
export const isGone = (error: unknown): boolean =>
  statusOf(error) === 404 ||
  (statusOf(error) === 400 && /^(?:ErrorInvalidId\w*|ErrorItemNotFound|invalidRequest)$/i.test(codeOf(error) ?? ''));

/** @param what Words: “calendar” */
export const containerGone = (what: string, cause: unknown): SternaError =>
  new SternaError('transient', 'container-gone', `The ${what} is no more.`, { cause });
