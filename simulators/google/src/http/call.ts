import type { Incoming } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Domain, User } from '../state/domain.ts';
import type { Identity } from '../state/identity.ts';
import { badRequest } from './errors.ts';
import type { Family } from './families.ts';
import type { FieldMask } from './fields.ts';
import type { Query } from './query.ts';

/** A file that came with the request, by any of the ways to upload. */
export interface Media {
  readonly contentType: string;
  readonly body: Buffer;
}

export interface CallParts {
  readonly cloud: Cloud;
  readonly family: Family;
  /** The method's id, such as `gmail.users.messages.get`. */
  readonly method: string;
  readonly incoming: Incoming;
  readonly identity: Identity;
  readonly parameters: ReadonlyMap<string, string>;
  readonly query: Query;
  readonly fields: FieldMask | undefined;
  /** JSON text of the request; of an upload, of its metadata. */
  readonly body: Buffer;
  readonly media: Media | undefined;
}

/** What a handler gets. */
export class Call {
  readonly cloud: Cloud;
  readonly family: Family;
  readonly method: string;
  readonly incoming: Incoming;
  readonly identity: Identity;
  readonly query: Query;
  /** The parsed `fields`; undefined: none given, so the API's usual ones. The dispatcher applies it. */
  readonly fields: FieldMask | undefined;
  readonly media: Media | undefined;
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #body: Buffer;

  constructor(parts: CallParts) {
    this.cloud = parts.cloud;
    this.family = parts.family;
    this.method = parts.method;
    this.incoming = parts.incoming;
    this.identity = parts.identity;
    this.query = parts.query;
    this.fields = parts.fields;
    this.media = parts.media;
    this.#parameters = parts.parameters;
    this.#body = parts.body;
  }

  get domain(): Domain {
    return this.identity.domain;
  }

  /** Who calls: the signed-in user, or the one that the service account acts for. */
  get user(): User {
    return this.identity.user;
  }

  /** Milliseconds. */
  get now(): number {
    return this.cloud.clock.now();
  }

  /** Value of `{name}` in the route's path. */
  parameter(name: string): string {
    const value = this.#parameters.get(name);
    if (value === undefined) throw new Error(`${this.method} has no {${name}}`);
    return value;
  }

  header(name: string): string | undefined {
    return this.incoming.headers[name];
  }

  /** `alt=media`: the content itself is wanted. */
  get wantsMedia(): boolean {
    return this.query.text('alt') === 'media';
  }

  /** The body as a JSON object; an empty one when there is none. Throws 400 for anything else. */
  json(): Record<string, unknown> {
    if (this.#body.length === 0) return {};
    let value: unknown;
    try {
      value = JSON.parse(this.#body.toString('utf8'));
    } catch {
      throw badRequest('Parse Error', 'parseError');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw badRequest('Invalid JSON payload received. Root element must be a message.', 'parseError');
    }
    return value as Record<string, unknown>;
  }
}
