import type { Incoming } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Service } from '../limits/throttle.ts';
import type { Query } from '../odata/query.ts';
import type { Identity } from '../state/identity.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { badRequest, GraphError } from './errors.ts';
import type { ODataPath } from './path.ts';
import { parsePreferences } from './preferences.ts';

/** What a call knows of the route that it came by. */
export interface CallRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** `/users/{user}/mailFolders/{folder}/messages`; a `:/path:` within it isn't part of it (see `call.relativePath`). */
  readonly path: string;
  /** Where it lives: `v1.0` unless said; `open` needs no sign-in and its path starts at the server's root. */
  readonly at?: 'v1.0' | 'beta' | 'open';
  /** Whose budget it takes from. Nothing: not throttled. */
  readonly service?: Service;
}

/** What a handler gets. */
export class Call {
  readonly cloud: Cloud;
  readonly incoming: Incoming;
  readonly route: CallRoute;
  readonly query: Query;
  readonly preferences: Map<string, string>;
  readonly #path: ODataPath;
  readonly #parameters: Map<string, string>;
  readonly #identity: Identity | undefined;

  constructor(
    cloud: Cloud,
    incoming: Incoming,
    found: { route: CallRoute; path: ODataPath; parameters: Map<string, string>; query: Query },
    identity: Identity | undefined,
  ) {
    this.cloud = cloud;
    this.incoming = incoming;
    this.route = found.route;
    this.query = found.query;
    this.preferences = parsePreferences(incoming.headers.prefer);
    this.#path = found.path;
    this.#parameters = found.parameters;
    this.#identity = identity;
  }

  /** `http://127.0.0.1:1234/v1.0` */
  get base(): string {
    return `${this.cloud.baseUrl}/${this.route.at === 'beta' ? 'beta' : 'v1.0'}`;
  }

  /** The path as `@odata.context` names it. */
  get contextPath(): string {
    return this.#path.segments.map(encodeURIComponent).join('/');
  }

  get segments(): readonly string[] {
    return this.#path.segments;
  }

  /** Of `root:/a/b:` addressing, decoded names; undefined without it. */
  get relativePath(): string[] | undefined {
    return this.#path.relativePath;
  }

  get functionArguments(): Map<string, string> {
    return this.#path.functionArguments;
  }

  get now(): number {
    return this.cloud.clock.now();
  }

  /** Value of `{name}` in the route's path. */
  parameter(name: string): string {
    const value = this.#parameters.get(name);
    if (value === undefined) throw new Error(`${this.route.path} has no {${name}}`);
    return value;
  }

  header(name: string): string | undefined {
    return this.incoming.headers[name];
  }

  get identity(): Identity {
    if (this.#identity === undefined) throw new Error(`${this.route.path} is open to strangers`);
    return this.#identity;
  }

  get tenant(): Tenant {
    return this.identity.tenant;
  }

  /** True when the reply must show immutable ids. */
  get immutableIds(): boolean {
    return this.preferences.get('idtype')?.toLowerCase() === 'immutableid';
  }

  /** The user that `{user}` names. Throws 404 in the words of the service that was asked. */
  user(): DirectoryUser {
    const key = this.parameter('user');
    const user = this.tenant.user(key);
    if (user !== undefined) return user;
    if (this.route.service === 'outlook')
      throw new GraphError(404, 'ErrorInvalidUser', `The requested user '${key}' is invalid.`);
    throw new GraphError(
      404,
      'Request_ResourceNotFound',
      `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }

  /** The user that `{user}` names, when it has a mailbox. */
  mailboxUser(): DirectoryUser {
    const user = this.user();
    if (user.hasMailbox) return user;
    throw new GraphError(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    );
  }

  /** The body as a JSON object. Throws 400 for anything else. */
  json(): Record<string, unknown> {
    if (!/^application\/json\b/i.test(this.header('content-type') ?? '')) {
      throw badRequest('A Content-Type of application/json is expected.', 'RequestBodyRead');
    }
    let value: unknown;
    try {
      value = JSON.parse(this.incoming.body.toString('utf8'));
    } catch {
      throw badRequest('Unable to read JSON request payload.');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw badRequest('Unable to read JSON request payload. The payload must be an object.');
    }
    return value as Record<string, unknown>;
  }
}
