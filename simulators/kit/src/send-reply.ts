import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Fault } from './faults.ts';
import type { Reply } from './messages.ts';

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
