import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import type { Incoming } from '../http/call.ts';
import { errorReply } from '../http/dispatch.ts';
import { GraphError } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { Fault } from './faults.ts';

const CODES: Readonly<Record<number, string>> = {
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

export function faultReply(cloud: Cloud, incoming: Incoming, fault: Fault & { kind: 'answer' }): Reply {
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  const code = fault.code ?? CODES[fault.status] ?? 'UnknownError';
  return errorReply(cloud, incoming, new GraphError(fault.status, code, 'The service had a problem.', { headers }));
}

/** Sends the reply, as badly as the fault wants it. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
  clock: Clock,
): Promise<void> {
  const length = reply.body.reduce((sum, chunk) => sum + chunk.length, 0);
  response.writeHead(reply.status, {
    date: new Date(clock.now()).toUTCString(),
    ...(reply.status === 204 ? {} : { 'content-length': length }),
    ...reply.headers,
  });
  if (fault?.kind === 'reset-mid-body') {
    const whole = Buffer.concat(reply.body);
    // Ends the connection once the bytes are on their way, short of the length that was promised.
    response.write(whole.subarray(0, Math.min(fault.afterBytes, Math.max(0, whole.length - 1))), () =>
      response.destroy(),
    );
    return;
  }
  if (fault?.kind === 'drip') {
    const whole = Buffer.concat(reply.body);
    for (let at = 0; at < whole.length && !response.destroyed; at += fault.bytesPerSecond) {
      if (at > 0) await clock.sleep(1000);
      response.write(whole.subarray(at, at + fault.bytesPerSecond));
    }
  } else for (const chunk of reply.body) response.write(chunk);
  response.end();
}
