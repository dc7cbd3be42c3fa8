import { codeOf, statusOf } from '../graph/errors.ts';

/** Nothing has this id: it was removed, or never was one. */
export const isGone = (error: unknown): boolean =>
  statusOf(error) === 404 ||
  (statusOf(error) === 400 && /^(?:ErrorInvalidId\w*|ErrorItemNotFound|invalidRequest)$/i.test(codeOf(error) ?? ''));
