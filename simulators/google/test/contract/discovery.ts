import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Google's own descriptions of its APIs, which lie beside the checkout where they are at hand. */
const FOLDER = new URL('../../../../../shared/contracts/google/', import.meta.url);
const FILES = [
  'gmail.v1',
  'calendar.v3',
  'drive.v3',
  'people.v1',
  'tasks.v1',
  'admin.directory_v1',
  'groupssettings.v1',
  'groupsmigration.v1',
  'chat.v1',
];

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly readOnly?: boolean;
  readonly description?: string;
  readonly location?: 'path' | 'query';
  readonly required?: boolean;
  readonly repeated?: boolean;
}

export interface Method {
  readonly id: string;
  readonly httpMethod: string;
  /** From the root, `{name}` for each segment: `/gmail/v1/users/{userId}/profile`. */
  readonly path: string;
  readonly pattern: RegExp;
  readonly parameters: Readonly<Record<string, Schema>>;
  readonly request: Schema | undefined;
  readonly response: Schema | undefined;
  readonly scopes: readonly string[];
  /** The largest upload in bytes; undefined: none. */
  readonly uploads: number | undefined;
  readonly downloads: boolean;
  readonly api: Api;
}

export interface Api {
  readonly name: string;
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Parameters that each method has. */
  readonly parameters: Readonly<Record<string, Schema>>;
}

interface Resource {
  readonly methods?: Readonly<Record<string, Record<string, unknown>>>;
  readonly resources?: Readonly<Record<string, Resource>>;
}

let methods: readonly Method[] | undefined;

/** Undefined, with a notice, where the descriptions aren't at hand. */
export function readDiscovery(): readonly Method[] | undefined {
  if (methods !== undefined) return methods;
  if (!existsSync(fileURLToPath(FOLDER))) {
    console.warn(
      'The descriptions of Google’s APIs are not beside this checkout: requests and replies are not checked.',
    );
    return undefined;
  }
  methods = FILES.flatMap((name) => {
    const document = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
    const api: Api = { name, schemas: document.schemas, parameters: document.parameters };
    return [...methodsOf(api, document.servicePath, document)];
  });
  return methods;
}

function* methodsOf(api: Api, servicePath: string, resource: Resource): Generator<Method> {
  for (const method of Object.values(resource.methods ?? {})) yield methodOf(api, servicePath, method);
  for (const inner of Object.values(resource.resources ?? {})) yield* methodsOf(api, servicePath, inner);
}

// biome-ignore lint/suspicious/noExplicitAny: as the document has it
function methodOf(api: Api, servicePath: string, raw: any): Method {
  const path = `/${servicePath}${raw.flatPath ?? raw.path}`;
  const source = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+?');
  return {
    id: raw.id,
    httpMethod: raw.httpMethod,
    path,
    pattern: new RegExp(`^${source}$`),
    parameters: raw.parameters ?? {},
    request: raw.request,
    response: raw.response,
    scopes: raw.scopes ?? [],
    uploads: raw.supportsMediaUpload === true ? Number(raw.mediaUpload.maxSize ?? Number.POSITIVE_INFINITY) : undefined,
    downloads: raw.supportsMediaDownload === true,
    api,
  };
}
