import type { Exchange } from '../../src/index.ts';
import { type Csdl, elementOf, propertyOf, readCsdl } from './csdl.ts';
import { EXCEPTIONS } from './documented.ts';
import { type Resolved, resolvePath } from './resolve.ts';
import { faultsOf } from './values.ts';

/** Answers to requests that were wrong on purpose: what was asked isn't held against the client. */
const REFUSED = new Set([400, 401, 404, 405, 413]);

/**
 * Watches a simulator and holds every request and every reply against Microsoft's description of Graph: paths and
 * operations that exist, properties, types, what is required and what is read-only.
 *
 *     const contract = new Contract();
 *     const server = await startMicrosoft365({ observe: contract.observe });
 *     …
 *     expect(contract.faults).toEqual([]);
 */
export class Contract {
  /** False where the description isn't at hand: then nothing is checked. */
  readonly present: boolean;
  /** How many exchanges were held against it. */
  checked = 0;
  readonly #csdl: Csdl | undefined;
  readonly #faults = new Set<string>();

  constructor() {
    this.#csdl = shared();
    this.present = this.#csdl !== undefined;
  }

  /** What was wrong, each once, ids left out of the paths. */
  get faults(): string[] {
    return [...this.#faults].filter((fault) => !EXCEPTIONS.some((exception) => exception.fault.test(fault)));
  }

  readonly observe = ({ request, reply }: Exchange): void => {
    const csdl = this.#csdl;
    const [, version, path = '', query = ''] = /^\/(v1\.0|beta)(\/[^?]*)(?:\?(.*))?$/.exec(request.target) ?? [];
    if (csdl === undefined || version === undefined || path === '/$batch') return;
    this.checked++;
    const say = (fault: string) => this.#faults.add(`${request.method} ${withoutIds(path)}: ${fault}`);
    if (reply.status >= 400) {
      for (const fault of errorFaults(reply.json)) say(fault);
      if (REFUSED.has(reply.status)) return;
    }
    const resolved = resolvePath(csdl, path);
    if (typeof resolved === 'string') {
      say(resolved);
      return;
    }
    for (const fault of queryFaults(csdl, resolved, query)) say(`query: ${fault}`);
    for (const fault of requestFaults(csdl, resolved, request)) say(fault);
    if (reply.status >= 300 || reply.json === undefined) return;
    for (const fault of replyFaults(csdl, resolved, request.method, reply.json)) say(`reply: ${fault}`);
  };
}

let csdl: Csdl | undefined | 'unread' = 'unread';

function shared(): Csdl | undefined {
  if (csdl === 'unread') csdl = readCsdl();
  return csdl;
}

function requestFaults(of: Csdl, resolved: Resolved, { method, headers, body }: Exchange['request']): string[] {
  if (method === 'GET' || method === 'DELETE') return body.length === 0 ? [] : [`${method} with a body`];
  if (resolved.stream || resolved.type?.startsWith('Edm.Stream')) return [];
  const type = resolved.operation === undefined ? (elementOf(resolved.type ?? '') ?? resolved.type) : undefined;
  if (body.length === 0) return resolved.operation?.kind === 'Action' ? [] : ['no body'];
  if (!/json/.test(headers['content-type'] ?? '')) return ['body is not JSON'];
  const json = JSON.parse(body.toString()) as Record<string, unknown>;
  if (type !== undefined) return faultsOf(of, json, type, true).map((fault) => `body: ${fault}`);
  return Object.entries(json).flatMap(([name, value]) => {
    if (name.includes('@')) return [];
    const parameters = [...(resolved.operation?.parameters ?? [])];
    // The service takes the names of parameters in any case of their first letter; its pages write them small.
    const found = parameters.find(([known]) => known.toLowerCase() === name.toLowerCase());
    if (found === undefined) return [`body: ${resolved.operation?.name} has no parameter '${name}'`];
    return value === null ? [] : faultsOf(of, value, found[1].type, true, name).map((fault) => `body: ${fault}`);
  });
}

function replyFaults(of: Csdl, resolved: Resolved, method: string, json: unknown): string[] {
  if (resolved.stream || resolved.type === undefined) return [];
  const element = elementOf(resolved.type);
  const body = json as Record<string, unknown>;
  // An entity that was created in a collection.
  if (element !== undefined && method === 'POST' && resolved.operation === undefined) {
    return faultsOf(of, body, element, false);
  }
  if (element !== undefined) return faultsOf(of, body.value, resolved.type, false, 'value');
  if (resolved.type.startsWith('Edm.')) return faultsOf(of, body.value, resolved.type, false, 'value');
  return faultsOf(of, body, resolved.type, false);
}

function queryFaults(of: Csdl, resolved: Resolved, query: string): string[] {
  const type = elementOf(resolved.type ?? '') ?? resolved.type ?? '';
  if (!of.types.has(type)) return [];
  const parameters = new URLSearchParams(query);
  const select = parameters.get('$select')?.split(',') ?? [];
  const expand =
    parameters
      .get('$expand')
      ?.replace(/\([^()]*(?:\([^()]*\)[^()]*)*\)/g, '')
      .split(',') ?? [];
  return [...select, ...expand]
    .map((name) => name.trim())
    .filter((name) => name !== '*' && !name.includes('.') && !/^deltaExcludeParent/.test(name))
    .filter((name) => propertyOf(of, type, name) === undefined && !someDerivedHas(of, type, name))
    .map((name) => `${type} has no '${name}'`);
}

/** `$select` on a collection of attachments may name what only some of them have. */
function someDerivedHas(of: Csdl, type: string, name: string): boolean {
  return [...of.types.values()].some(({ base, properties }) => base === type && properties.has(name));
}

function errorFaults(json: unknown): string[] {
  const error = (json as { error?: Record<string, unknown> } | undefined)?.error;
  const good =
    typeof error?.code === 'string' && typeof error.message === 'string' && typeof error.innerError === 'object';
  return good ? [] : ['reply: not an error of Graph'];
}

function withoutIds(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.length > 40 || /^[0-9a-f-]{36}/.test(segment) ? '{id}' : segment))
    .join('/');
}
