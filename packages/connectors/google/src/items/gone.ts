import { SternaError } from '@sterna/core';
import { statusOf } from '../api/errors.ts';

/** Nothing has this id: it was removed, or never was one. */
export const isGone = (error: unknown): boolean => statusOf(error) === 404 || statusOf(error) === 410;

/** @param what Words: “calendar” */
export const containerGone = (what: string, cause: unknown): SternaError =>
  new SternaError('transient', 'container-gone', `The ${what} is no more.`, { cause });
