import { SternaError } from '@sterna/core';
import type { z } from 'zod';
import { type Events, readEvents } from './event-stream.ts';
import type { Route, RouteInput, RouteOutput } from './route.ts';
import { type Routes, routes } from './routes/index.ts';
import { type ErrorBody, errorBody } from './schemas/error.ts';

/** Cookie-authenticated writes must carry this header: a foreign page can't set it without a preflight. */
export const CSRF_HEADER = 'x-sterna-request';

export interface ClientOptions {
  /** `http://127.0.0.1:7420` */
  readonly baseUrl: string;
  /** API token; absent in a browser, whose session cookie signs in. */
  readonly token?: string | undefined;
  /** For tests and for other runtimes. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

type Call<R extends Route> =
  Record<string, never> extends RouteInput<R>
    ? (input?: RouteInput<R>) => Promise<RouteOutput<R>>
    : (input: RouteInput<R>) => Promise<RouteOutput<R>>;

/** One function per route, plus the live events. */
export type Client = { readonly [K in Exclude<keyof Routes, 'events'>]: Call<Routes[K]> } & {
  /** Live events; ends when the server goes or `signal` aborts. The caller reconnects with the last id. */
  readonly events: (options?: { lastEventId?: string; signal?: AbortSignal }) => Events;
};

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** A small typed client of the REST API. Errors are SternaErrors with the server's code, words and fix. */
export function createClient(options: ClientOptions): Client {
  const send = async (
    route: Route,
    input: AnyInput,
    more: { headers?: Record<string, string>; signal?: AbortSignal },
  ) => {
    const url = new URL(fillPath(route.path, input.params), options.baseUrl);
    for (const [name, value] of Object.entries(input.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { [CSRF_HEADER]: '1', ...more.headers };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    let body: RequestInit['body'];
    if (input.body !== undefined) {
      headers['content-type'] = route.consumes ?? 'application/json';
      body =
        route.consumes === undefined ? JSON.stringify(input.body) : (input.body as NonNullable<RequestInit['body']>);
    }
    const signal = more.signal ?? options.signal;
    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(url, {
        method: route.method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (thrown) {
      if (signal?.aborted) throw thrown;
      throw new SternaError('transient', 'server-unreachable', `No answer from the Sterna server at ${url.origin}.`, {
        fix: 'Start it with `sterna serve`, or name another one with --server or STERNA_URL.',
        cause: thrown,
      });
    }
    if (!response.ok) throw await refusal(response);
    return response;
  };

  const client: Record<string, unknown> = {
    events: (more: { lastEventId?: string; signal?: AbortSignal } = {}) =>
      readEvents(() =>
        send(
          routes.events,
          {},
          {
            headers: more.lastEventId === undefined ? {} : { 'last-event-id': more.lastEventId },
            ...(more.signal === undefined ? {} : { signal: more.signal }),
          },
        ),
      ),
  };
  for (const [name, route] of Object.entries<Route>(routes)) {
    if (name === 'events') continue;
    client[name] = async (input: AnyInput = {}) => {
      const response = await send(route, input, {});
      if (route.response === undefined) {
        await response.body?.cancel();
        return undefined;
      }
      return route.produces === undefined ? await response.json() : await response.text();
    };
  }
  return client as Client;
}

function fillPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

/** The server's error body as the error it was made from; anything else (a proxy's page) in plain words. */
async function refusal(response: Response): Promise<SternaError> {
  let parsed: ErrorBody | undefined;
  try {
    parsed = errorBody.parse(await response.json());
  } catch {
    return new SternaError('transient', 'server-answer', `The server answered ${response.status} without saying why.`, {
      fix: 'Check that the server URL is that of Sterna itself.',
      details: { status: response.status },
    });
  }
  const { error } = parsed;
  return new SternaError(error.class, error.code, error.message, {
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.line === undefined ? {} : { line: error.line }),
    details: { ...error.details, status: response.status },
  });
}

/** All items of a keyset-paged list, page by page. */
export async function* allPages<Item>(
  page: (after: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next?: string | undefined }>,
): AsyncGenerator<Item> {
  let after: string | undefined;
  do {
    const { items, next } = await page(after);
    yield* items;
    after = next;
  } while (after !== undefined);
}

/** All of them at once, where their number is known to be modest. */
export async function allItems<Item>(page: Parameters<typeof allPages<Item>>[0]): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of allPages(page)) items.push(item);
  return items;
}

/** For callers that name a response's type: `ResponseOf<'getEntry'>`. */
export type ResponseOf<K extends keyof Routes> = Routes[K] extends { response: infer S extends z.ZodType }
  ? z.output<S>
  : never;
