import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** A line to a server as a distant one has it, for each connection alone. */
export interface NarrowLine {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** @param line.latencyMs There and back @param line.bytesPerSecond Each way, of each connection */
export async function openNarrowLine(
  target: { readonly host: string; readonly port: number },
  line: { readonly latencyMs: number; readonly bytesPerSecond: number },
): Promise<NarrowLine> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ ...target, noDelay: true });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(throttled(line)).pipe(upstream);
    upstream.pipe(throttled(line)).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    host: '127.0.0.1',
    port,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Bytes leave one behind the other, and each arrives half a latency after it left. */
function throttled({ latencyMs, bytesPerSecond }: { latencyMs: number; bytesPerSecond: number }): Transform {
  let freeAt = 0;
  // Timers of a busy process may come in another order.
  let arrived: Promise<unknown> = Promise.resolve();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const now = performance.now();
      freeAt = Math.max(freeAt, now) + (chunk.length / bytesPerSecond) * 1_000;
      const arrival = pause(freeAt - now + latencyMs / 2);
      arrived = Promise.all([arrived, arrival]).then(() => this.push(chunk));
      // What is under way is on the line, not in a buffer that the sender waits for.
      setTimeout(done, freeAt - now);
    },
    flush(done) {
      void arrived.then(() => done());
    },
  });
}
