/**
 * The one error type that crosses Sterna's package borders.
 *
 * `class` says how the engine behaves, `code` is stable and documented, `message` and `fix` are words for the user.
 * Never put a secret, or bytes copied from a mailbox, into a message: use `details` with bounded, validated values.
 */
export type ErrorClass =
  /** May work when tried again at once or soon: lost connection, server restart. */
  | 'transient'
  /** The system asked us to slow down; `retryAt` says until when. */
  | 'throttled'
  /** Credentials refused or rights missing: a person must act. */
  | 'auth'
  /** Settings, addresses, user input: a person must act. */
  | 'config'
  /** This one object can't be migrated; the others can. */
  | 'object'
  /** Ours. */
  | 'bug';

export interface ErrorOptions {
  /** What the user should do. One sentence. */
  readonly fix?: string;
  /** The input field, CSV column, setting or URL part at fault. */
  readonly field?: string;
  /** Place of bad input: CSV line, file offset … */
  readonly line?: number;
  readonly retryAt?: Date;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: unknown;
}

export class SternaError extends Error {
  readonly code: string;
  readonly class: ErrorClass;
  readonly fix: string | undefined;
  readonly field: string | undefined;
  readonly line: number | undefined;
  readonly retryAt: Date | undefined;
  readonly details: Readonly<Record<string, string | number | boolean>>;

  /** @param code kebab-case, stable: `license-none-left`, `imap-login-refused` … */
  constructor(errorClass: ErrorClass, code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SternaError';
    this.class = errorClass;
    this.code = code;
    this.fix = options.fix;
    this.field = options.field;
    this.line = options.line;
    this.retryAt = options.retryAt;
    this.details = options.details ?? {};
  }
}

/** Any thrown value as a SternaError; what we did not foresee is a `bug`. */
export function asSternaError(thrown: unknown): SternaError {
  if (thrown instanceof SternaError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SternaError('bug', 'internal', message, { cause: thrown });
}
