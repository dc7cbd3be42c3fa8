import type { Exchange } from '../../src/index.ts';
import { type Method, readDiscovery, type Schema } from './discovery.ts';
import { EXCEPTIONS } from './documented.ts';
import { fieldsFaults } from './fields.ts';
import { faultsOf, parameterFaults } from './values.ts';

/** Answers to requests that were wrong on purpose: what was asked isn't held against the client. */
const REFUSED = new Set([400, 401, 404, 405, 413]);
/** Paths that the descriptions don't have: signing in, and batches, whose items are looked at one by one. */
const APART = /^\/(token|oauth2\/v4\/token|batch|contact-photos)(\/|$)/;
const UPLOAD = /^(?:\/resumable)?\/upload(?=\/)/;

/**
 * Watches a simulator and holds every request and every reply against Google's descriptions of its APIs: paths and
 * methods that exist, parameters, `fields`, bodies, types, formats, what only the service sets, how errors look.
 *
 *     const contract = new Contract();
 *     const server = await startGoogle({ observe: contract.observe });
 *     …
 *     expect(contract.faults).toEqual([]);
 */
export class Contract {
  /** False where the descriptions aren't at hand: then nothing is checked. */
  readonly present: boolean;
  /** How many exchanges were held against them. */
  checked = 0;
  readonly #methods: readonly Method[] | undefined;
  readonly #faults = new Set<string>();

  constructor() {
    this.#methods = readDiscovery();
    this.present = this.#methods !== undefined;
  }

  /** What was wrong, each once, with the method's id before it. */
  get faults(): string[] {
    return [...this.#faults].filter((fault) => !EXCEPTIONS.some((exception) => exception.fault.test(fault)));
  }

  readonly observe = ({ request, reply }: Exchange): void => {
    const [path = '', query = ''] = request.target.split(/\?(.*)/s);
    if (this.#methods === undefined || APART.test(path)) return;
    this.checked++;
    const plain = path.replace(UPLOAD, '');
    const parameters = new URLSearchParams(query);
    // What comes to an upload's own address may be sent by PUT whatever the method is; it carries no JSON.
    const chunk = path !== plain && parameters.has('upload_id');
    const method = this.#find(chunk ? undefined : request.method, plain);
    const say = (fault: string) => this.#faults.add(`${method?.id ?? `${request.method} ${plain}`}: ${fault}`);
    if (reply.status >= 400 && reply.status !== 499) {
      if (!isError(reply.json)) say('reply: not an error of Google');
      if (REFUSED.has(reply.status)) return;
    }
    if (method === undefined) {
      say('no such method');
      return;
    }
    for (const fault of parametersFaults(method, parameters)) say(fault);
    if (!chunk) for (const fault of requestFaults(method, request, path !== plain, parameters)) say(fault);
    if (reply.status >= 300) return;
    for (const fault of replyFaults(method, reply, parameters)) say(`reply: ${fault}`);
  };

  #find(httpMethod: string | undefined, path: string): Method | undefined {
    const found = this.#methods?.filter(
      (method) =>
        (httpMethod === undefined ? method.uploads !== undefined : method.httpMethod === httpMethod) &&
        method.pattern.test(path),
    );
    // `/users/{id}` fits `/users/x:verb` too: the longer template is the better one.
    return found?.toSorted((a, b) => fixedLength(b) - fixedLength(a))[0];
  }
}

function fixedLength({ path }: Method): number {
  return path.replace(/\{\w+\}/g, '').length;
}

/** Beside the API's own: they are of Google's front end, or of uploads. */
const EVERYWHERE = new Set(['upload_id', 'userIp', 'access_token']);

function parametersFaults(method: Method, query: URLSearchParams): string[] {
  const faults: string[] = [];
  for (const name of new Set(query.keys())) {
    if (EVERYWHERE.has(name)) continue;
    const schema = method.parameters[name] ?? method.api.parameters[name];
    if (schema === undefined || schema.location === 'path') {
      faults.push(`no parameter '${name}'`);
      continue;
    }
    const values = query.getAll(name);
    if (values.length > 1 && schema.repeated !== true) faults.push(`parameter ${name} more than once`);
    for (const value of values) faults.push(...parameterFaults(value, schema, `parameter ${name}`));
  }
  for (const [name, { required, location }] of Object.entries(method.parameters)) {
    if (required === true && location === 'query' && !query.has(name)) faults.push(`parameter ${name} is missing`);
  }
  const mask = query.get('fields');
  if (mask !== null && method.response !== undefined) faults.push(...fieldsFaults(method.api, mask, method.response));
  return faults;
}

function requestFaults(
  method: Method,
  request: Exchange['request'],
  uploading: boolean,
  query: URLSearchParams,
): string[] {
  if (uploading) {
    if (method.uploads === undefined) return ['it takes no uploads'];
    const type = query.get('uploadType');
    if (type === 'media') return [];
    if (type === 'multipart') return bodyFaults(method, firstPart(request.body));
    return request.body.length === 0 ? [] : bodyFaults(method, request.body.toString());
  }
  if (request.body.length === 0) return [];
  if (method.request === undefined) return ['it takes no body'];
  if (!/json/.test(request.headers['content-type'] ?? '')) return ['body is not JSON'];
  return bodyFaults(method, request.body.toString());
}

/** The text of a multipart body's first part, between its empty line and the next boundary. */
function firstPart(body: Buffer): string {
  const text = body.subarray(0, 1024 * 1024).toString();
  const boundary = /--[^\r\n]+/.exec(text)?.[0] ?? '--';
  return (
    text
      .split(boundary)[1]
      ?.split(/\r?\n\r?\n/)
      .slice(1)
      .join('\n\n') ?? ''
  );
}

function bodyFaults(method: Method, text: string): string[] {
  const rules = { sent: true, nulls: method.httpMethod === 'PATCH' || method.httpMethod === 'PUT' };
  return faultsOf(method.api, JSON.parse(text), method.request as Schema, rules).map((fault) => `body: ${fault}`);
}

function replyFaults(method: Method, reply: Exchange['reply'], query: URLSearchParams): string[] {
  if (query.get('alt') === 'media' || (method.downloads && reply.json === undefined)) return [];
  const length = reply.body.reduce((sum, chunk) => sum + chunk.length, 0);
  if (method.response === undefined) {
    const empty = length === 0 || JSON.stringify(reply.json) === '{}';
    return empty ? [] : ['it answers nothing'];
  }
  // A resumable upload's first answer says where to send the file.
  if (length === 0 && reply.headers.location !== undefined) return [];
  if (reply.json === undefined) return [`no JSON (${reply.status})`];
  return faultsOf(method.api, reply.json, method.response, { sent: false, nulls: false });
}

function isError(json: unknown): boolean {
  const error = (json as { error?: Record<string, unknown> } | undefined)?.error;
  if (typeof error?.code !== 'number' || typeof error.message !== 'string') return false;
  const list = error.errors as { reason?: unknown; message?: unknown; domain?: unknown }[] | undefined;
  const listed = list?.every(({ reason, message, domain }) =>
    [reason, message, domain].every((text) => typeof text === 'string'),
  );
  return listed ?? typeof error.status === 'string';
}
