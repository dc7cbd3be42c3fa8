import { isDeepStrictEqual } from 'node:util';
import type { Route } from '@sterna/api-contract';
import { subscribe } from '@sterna/application';
import type { FastifyInstance } from 'fastify';
import type { Actor, ServerContext } from './context.ts';
import { fastifySchema } from './openapi.ts';
import { actorOf } from './sign-in.ts';

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** Events are sent together where they follow each other so closely: each sending wakes both ends. */
const TOGETHER_MS = 100;
/** A client that reads slower than this is cut off, and comes back: events only say what to read again. */
const MOST_BUFFERED = 1024 * 1024;

/**
 * Live events as server-sent events. Nothing is kept for those who were away: a client that comes back with
 * Last-Event-ID gets `lost` first, which says to read again what is shown.
 */
export function addEventStream(app: FastifyInstance, name: string, route: Route, context: ServerContext): void {
  app.route({
    method: 'GET',
    url: route.path,
    schema: fastifySchema(name, route),
    config: { scope: route.scope },
    handler: async (request, reply) => {
      const { projectId, recent } = request.query as { projectId?: number; recent?: number };
      const gone = new AbortController();
      const input = { projectId, recentMs: recent, signal: gone.signal };
      const events = subscribe(context.application, request.actor as Actor, input);
      reply.hijack();
      const { raw } = reply;
      for (const [header, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(header, value);
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      const actor = request.actor as Actor;
      const heartbeat = setInterval(() => {
        raw.write(': still here\n\n');
        // Who has other rights by now, or none, comes back with those, or doesn't.
        actorOf(request, context)
          .then((now) => isDeepStrictEqual(now, actor) || raw.end())
          .catch(() => raw.end());
      }, HEARTBEAT_MS);
      const end = (): void => {
        clearInterval(heartbeat);
        gone.abort();
      };
      raw.on('close', end);
      raw.on('error', end);
      // Gone while the sign-in was looked up: no event tells of it any more, and the heartbeat would keep us from ending.
      if (raw.destroyed) end();
      let id = Date.now();
      const send = (type: string, data: unknown): void => {
        id += 1;
        if (raw.writableCorked === 0) {
          raw.cork();
          setTimeout(() => raw.uncork(), TOGETHER_MS);
        }
        raw.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
        if (raw.writableLength > MOST_BUFFERED) raw.destroy();
      };
      raw.write('retry: 2000\n\n');
      if (request.headers['last-event-id'] !== undefined) send('lost', { type: 'lost' });
      try {
        for await (const event of events) send(event.type, event);
      } catch (thrown) {
        if (!gone.signal.aborted) request.log.error({ err: thrown }, 'event stream broke');
      } finally {
        end();
        raw.end();
      }
    },
  });
}
