import createFetchClient, { type Middleware } from 'openapi-fetch';
import createHooks from 'openapi-react-query';
import { strings } from '../strings.ts';
import { fetchOrEarly } from './early.ts';
import { ApiError } from './error.ts';
import type { components, paths } from './schema.d.ts';

/** Every named schema of the API: `Schema<'Entry'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Refusals become ApiErrors; the session cookie signs in, the header proves that the request is ours. */
const conventions: Middleware = {
  onRequest({ request }) {
    request.headers.set('x-sterna-request', '1');
  },
  async onResponse({ response }) {
    if (response.ok) return;
    throw await refusalOf(response);
  },
  onError({ error }) {
    if (error instanceof ApiError || (error instanceof DOMException && error.name === 'AbortError')) return;
    return new ApiError(0, {
      code: 'server-unreachable',
      class: 'transient',
      message: strings.errors.unreachable,
      fix: strings.errors.unreachableFix,
    });
  },
};

export async function refusalOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as Schema<'Error'>;
    if (typeof body.error.message === 'string') return new ApiError(response.status, body.error);
  } catch {
    // A proxy's page, or nothing.
  }
  return new ApiError(response.status, {
    code: 'server-answer',
    class: 'transient',
    message: strings.errors.oddAnswer(response.status),
  });
}

/** Typed by the OpenAPI document: `await api.POST('/api/projects', { body })` answers `{ data }` or throws ApiError. */
export const api = createFetchClient<paths>({ baseUrl: window.location.origin, fetch: fetchOrEarly });
api.use(conventions);

/** The same as hooks of TanStack Query: `$api.useQuery('get', '/api/projects')`. Keys are [method, path, init]. */
export const $api = createHooks(api);

/** The body of an answer that always has one. */
export async function dataOf<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await answer;
  return data as NonNullable<T>;
}
