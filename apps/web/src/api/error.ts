import type { components } from './schema.d.ts';

type Refusal = components['schemas']['Error']['error'];

/** A refusal of the API, or no answer at all, in words for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly refusal: Refusal;

  constructor(status: number, refusal: Refusal) {
    super(refusal.message);
    this.name = 'ApiError';
    this.status = status;
    this.refusal = refusal;
  }

  get code(): string {
    return this.refusal.code;
  }

  get fix(): string | undefined {
    return this.refusal.fix;
  }

  get field(): string | undefined {
    return this.refusal.field;
  }
}

export const isSignInNeeded = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 401 && error.code !== 'sign-in-refused';

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
