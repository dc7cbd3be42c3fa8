/** A refusal of the token endpoint (RFC 6749, 5.2), in Google's words. */
export class TokenError extends Error {
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}
