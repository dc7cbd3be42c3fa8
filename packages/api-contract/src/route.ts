import type { z } from 'zod';

/**
 * Who may call a route. `public` is open to strangers, `self` to everybody who has signed in; `read`, `operate` and
 * `admin` are token scopes, each of which includes those before it. A scope that somebody has in one project lets them
 * call; what they may do with which project is decided by the application, not here.
 */
export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** One route: validates requests on the server, makes the OpenAPI description, types the client. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters. */
  readonly path: `/api/${string}`;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly [Tag, ...Tag[]];
  readonly scope: 'public' | 'self' | Scope;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** JSON, or text where `consumes` says so. */
  readonly body?: z.ZodType;
  readonly consumes?: 'text/csv' | 'text/plain';
  /** Body of the success answer; absent where there is none (204). */
  readonly response?: z.ZodType;
  /** Success status; 200 with a response, 204 without one. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Other than JSON. The response schema is then a string. */
  readonly produces?: 'text/csv' | 'text/plain' | 'text/html' | 'text/event-stream';
  /**
   * Of a GET: its JSON says the same to everybody who has the same rights. Many who ask at the same moment, such as all
   * dashboards after an event, get one answer.
   */
  readonly isShared?: true;
  /** Largest request body in bytes, where it isn't the default. */
  readonly bodyLimit?: number;
}

/** Groups of the description, in reading order. */
export const TAGS = {
  installation: 'Health, first set-up and version',
  overview: 'What to keep an eye on: what runs, what needs a person, what waits',
  session: 'Sign-in, sign-out, who am I, API tokens',
  systems: 'Places to read and write',
  projects: 'Projects, their settings and mapping table',
  'user list': 'The entries of a project: import, export, search, bulk actions',
  entries: 'One entry: passes, licenses, plan, reports',
  batches: 'Batches: schedules and the cutover checklist',
  passes: 'Runs of an entry and their books',
  remigration: 'The guided flow that starts an entry again, for one or many',
  licenses: 'Balance, ledger, grants and signed packs',
  notifications: 'Webhooks and e-mail: channels, rules, what was sent',
  reports: 'What happened, for people and spreadsheets',
  events: 'Live events',
} as const;
export type Tag = keyof typeof TAGS;

/** Keeps each route's own schema types while checking its shape. */
export const defineRoutes = <const R extends Readonly<Record<string, Route>>>(routes: R): R => routes;

type Typed<S> = S extends z.ZodType ? z.input<S> : never;

/** Query values as the server sees them (a boolean, not `"true"`), optional where the request may leave them out. */
type QueryInput<Q> = Q extends z.ZodType
  ? { [K in keyof z.input<Q>]: K extends keyof z.output<Q> ? z.output<Q>[K] : never }
  : never;

type AllOptional<T> = Record<string, never> extends T ? true : false;

/** What a caller of the route hands over. */
export type RouteInput<R extends Route> = (R extends { params: infer P } ? { readonly params: Typed<P> } : unknown) &
  (R extends { query: infer Q }
    ? AllOptional<QueryInput<Q>> extends true
      ? { readonly query?: QueryInput<Q> }
      : { readonly query: QueryInput<Q> }
    : unknown) &
  (R extends { body: infer B } ? { readonly body: Typed<B> } : unknown);

/** What the route answers. */
export type RouteOutput<R extends Route> = R extends { response: infer S }
  ? S extends z.ZodType
    ? z.output<S>
    : never
  : undefined;
