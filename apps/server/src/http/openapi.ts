import swagger from '@fastify/swagger';
import { errorBody, type Route, TAGS } from '@sterna/api-contract';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SESSION_COOKIE } from './sign-in.ts';

/** OpenAPI 3.1, from the very schemas that validate. Register before the routes. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sterna',
        version,
        description: 'Mailbox migration that proves that nothing was lost and nothing was duplicated.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'API token' },
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'Session of a signed-in person' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document) as OpenApiObject) as never,
  });
}

interface OpenApiObject {
  readonly paths?: unknown;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** Each named schema comes in a form for requests and one for answers; those that nothing refers to are left out. */
function withoutUnused(document: OpenApiObject): OpenApiObject {
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part ?? {}).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(document.paths);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
}

/** A contract route as the schema that fastify validates with and the description shows. */
export function fastifySchema(operationId: string, route: Route): FastifySchema {
  const status = route.status ?? (route.response === undefined ? 204 : 200);
  const success =
    route.response === undefined
      ? z.null().describe('Done')
      : route.produces === undefined
        ? route.response
        : { description: route.summary, content: { [route.produces]: { schema: route.response } } };
  return {
    operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [...route.tags],
    // OpenAPI has no words for scopes of a token that isn't OAuth's.
    'x-sterna-scope': route.scope,
    ...(route.scope === 'public' ? { security: [] } : { security: [{ token: [] }, { session: [] }] }),
    ...(route.consumes === undefined ? {} : { consumes: [route.consumes] }),
    ...(route.params === undefined ? {} : { params: route.params }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(route.body === undefined ? {} : { body: route.body }),
    response: { [status]: success, default: errorBody },
  } as FastifySchema;
}
