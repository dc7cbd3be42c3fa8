import cookie from '@fastify/cookie';
import { type Route, type Routes, routes } from '@sterna/api-contract';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { addProviderSignIn } from '../identity/routes.ts';
import { handlers } from '../routes/index.ts';
import type { ServerContext } from './context.ts';
import { installErrorHandling } from './errors.ts';
import { addEventStream } from './event-stream.ts';
import { type Call, type Handler, toWire } from './handler.ts';
import { addOpenApi, fastifySchema } from './openapi.ts';
import { addPages } from './pages.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { rightsOf, SharedAnswers } from './shared-answers.ts';
import { addSignIn } from './sign-in.ts';

const BODY_LIMIT = 1024 * 1024;

/** The API as a fastify instance: listens nowhere yet, and can be asked with `inject`. */
export async function createServer(context: ServerContext): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: context.log,
    // One line per request is written by us, with the route instead of the URL (addresses may be in its query).
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler as never);
  app.setSerializerCompiler(serializerCompiler as never);
  installErrorHandling(app);
  installBodyParsers(app);
  addSecurityHeaders(app);
  logRequests(app);
  await app.register(cookie);
  addSignIn(app, context);
  await addOpenApi(app, context.version);
  const shared = new SharedAnswers();
  await app.register(async (scope) => {
    for (const [name, route] of Object.entries<Route>(routes)) {
      if (route.produces === 'text/event-stream') addEventStream(scope, name, route, context);
      else addRoute(scope, name as keyof Routes, route, context, shared);
    }
    if (context.provider !== undefined) addProviderSignIn(scope, context, context.provider);
    scope.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    addPages(scope);
  });
  await app.ready();
  return app;
}

function addRoute(
  app: FastifyInstance,
  name: keyof Routes,
  route: Route,
  context: ServerContext,
  shared: SharedAnswers,
): void {
  const handler = handlers[name as keyof typeof handlers] as unknown as Handler<Route>;
  const status = route.status ?? (route.response === undefined ? 204 : 200);
  const answerOf = (request: FastifyRequest, reply: FastifyReply) =>
    handler({
      params: request.params,
      query: request.query,
      body: request.body,
      actor: request.actor,
      application: context.application,
      server: context,
      request,
      reply,
    } as unknown as Call<Route>);
  app.route({
    method: route.method,
    url: route.path,
    schema: fastifySchema(name, route),
    config: { scope: route.scope },
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
    handler: async (request, reply) => {
      reply.code(status);
      if (route.isShared === true && request.actor !== undefined) {
        const key = JSON.stringify([name, request.params, request.query, rightsOf(request.actor)]);
        const json = await shared.of(
          key,
          async () => reply.serialize(toWire(await answerOf(request, reply))) as string,
        );
        return sendAsIs(reply, 'application/json', json);
      }
      const answer = await answerOf(request, reply);
      if (route.response === undefined) return reply.send();
      if (route.produces !== undefined) return sendAsIs(reply, route.produces, String(answer));
      return toWire(answer);
    },
  });
}

/** Past the JSON serializer. */
const sendAsIs = (reply: FastifyReply, type: string, text: string): FastifyReply =>
  reply
    .type(`${type}; charset=utf-8`)
    .serializer((payload: unknown) => payload as string)
    .send(text);

/** JSON and CSV alone: a form of a foreign page can send neither without being asked first (CORS). */
function installBodyParsers(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // POST without a body is fine where the schema has no body, or all of it is optional.
  app.addHook('preValidation', async (request) => {
    const wantsBody = (request.routeOptions.schema as { body?: unknown } | undefined)?.body !== undefined;
    if (wantsBody && (request.body === undefined || request.body === null)) request.body = {};
  });
}

function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
}
