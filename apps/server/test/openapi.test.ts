import { type Route, routes } from '@sterna/api-contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { name: string; in: string; schema: object }[];
  readonly requestBody?: { readonly content: Record<string, { schema: object }> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Description {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: Record<string, object> };
  readonly tags: readonly { name: string }[];
}

let api: TestApi;
let description: Description;

beforeAll(async () => {
  api = await startApi();
  description = (await api.app.inject('/api/openapi.json')).json();
});
afterAll(() => api?.close());

test('it is OpenAPI 3.1, with every route of the contract and no other', () => {
  expect(description.openapi).toMatch(/^3\.1\./);
  const described = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
  );
  const wanted = Object.entries<Route>(routes).map(
    ([name, route]) => `${name} ${route.method} ${route.path.replace(/:([a-zA-Z]+)/g, '{$1}')}`,
  );
  expect(described.sort()).toEqual(wanted.sort());
});

test('every path parameter is described, every operation has words, a tag, a success and the error body', () => {
  const tags = new Set(description.tags.map(({ name }) => name));
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const operation of Object.values(operations)) {
      expect(operation.summary).not.toBe('');
      for (const tag of operation.tags) expect(tags).toContain(tag);
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      const given = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      expect(given.sort()).toEqual(named.sort());
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      const error = operation.responses.default?.content?.['application/json']?.schema;
      expect(error).toEqual({ $ref: '#/components/schemas/Error' });
    }
  }
});

test('every reference leads somewhere, and nothing is described that nobody refers to', () => {
  const schemas = Object.keys(description.components.schemas);
  const referred = new Set(
    [...JSON.stringify(description).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
  );
  expect([...referred].sort()).toEqual(schemas.sort());
});

test('CSV routes say so, and public routes need no sign-in', () => {
  const byId = new Map(
    Object.values(description.paths)
      .flatMap((operations) => Object.values(operations))
      .map((operation) => [operation.operationId, operation]),
  );
  expect(Object.keys(byId.get('importEntries')?.requestBody?.content ?? {})).toEqual(['text/csv']);
  expect(Object.keys(byId.get('exportEntries')?.responses['200']?.content ?? {})).toEqual(['text/csv']);
  for (const [name, route] of Object.entries<Route>(routes)) {
    expect(byId.get(name)?.security.length, name).toBe(route.scope === 'public' ? 0 : 2);
  }
});
