import type { Route, Scope } from '@sterna/api-contract';

/** What the tests read of the OpenAPI description. */
export interface Operation {
  readonly operationId: string;
  readonly 'x-sterna-scope': 'public' | 'self' | Scope;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Request {
  readonly operationId: string;
  readonly scope: 'public' | 'self' | Scope;
  readonly method: Route['method'];
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly payload?: string;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly format?: string;
  readonly minimum?: number;
}

/** A request for each operation, as small as the description allows: it passes validation. */
export const requestsOf = (description: Description): readonly Request[] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      const body = media === undefined ? undefined : exampleOf(description, media.schema);
      return {
        operationId: operation.operationId,
        scope: operation['x-sterna-scope'],
        method: method.toUpperCase() as Route['method'],
        path,
        query: Object.fromEntries(
          (operation.parameters ?? [])
            .filter((one) => one.in === 'query' && one.required === true)
            .map((one) => [one.name, String(exampleOf(description, one.schema))]),
        ),
        ...(type === undefined ? {} : { type, payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      };
    }),
  );

const FORMATS: Readonly<Record<string, string>> = {
  email: 'someone@tern.example',
  'date-time': '2100-01-01T00:00:00Z',
  date: '2100-01-01',
  uri: 'https://tern.example/',
};

function exampleOf(description: Description, schema: Schema): unknown {
  if (schema.$ref !== undefined)
    return exampleOf(description, description.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0] ?? schema.allOf?.[0];
  if (choice !== undefined) return exampleOf(description, choice);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleOf(description, schema.properties?.[name] ?? {})]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(description, schema.items ?? {}));
    case 'string':
      return FORMATS[schema.format ?? ''] ?? 'x'.repeat(Math.max(1, schema.minLength ?? 1));
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    default:
      return null;
  }
}
