import type { Cloud } from '../cloud.ts';

/** A refusal of the token endpoint: an OAuth error with Entra's AADSTS number. */
export class TokenError extends Error {
  readonly error: string;
  readonly number: number;
  readonly status: number;

  constructor(error: string, number: number, message: string, status = 400) {
    super(message);
    this.error = error;
    this.number = number;
    this.status = status;
  }

  body(cloud: Cloud): Record<string, unknown> {
    const [trace, correlation] = [cloud.ids.guid(), cloud.ids.guid()];
    const timestamp = `${new Date(cloud.clock.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`;
    return {
      error: this.error,
      error_description: `AADSTS${this.number}: ${this.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [this.number],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${this.number}`,
    };
  }
}
