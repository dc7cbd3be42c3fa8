import type { Route } from '@sterna/api-contract';
import type { Actor } from '@sterna/application';
import { expect } from 'vitest';
import type { Call, Handler } from '../src/http/handler.ts';
import { handlers } from '../src/routes/index.ts';
import type { TestApi } from './api.ts';
import type { Request } from './example-request.ts';

/** What must succeed, as preparation. */
export async function made(
  api: TestApi,
  method: 'POST' | 'PUT' | 'PATCH',
  url: string,
  token: string | undefined,
  payload: object,
): Promise<Record<string, unknown>> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await api.app.inject({ method, url, payload, headers });
  expect(answer.statusCode, `${url}: ${answer.body}`).toBeLessThan(300);
  return answer.json();
}

export interface Answer {
  readonly status: number;
  /** Of an error. */
  readonly code: string | undefined;
  readonly body: string;
}

/**
 * Asks the server about one thing.
 *
 * @param others what the other parameters of the path are
 */
export async function ask(
  api: TestApi,
  request: Request,
  token: string,
  id: string,
  { others = id, payload = request.payload }: { others?: string; payload?: string | undefined } = {},
): Promise<Answer> {
  const query = new URLSearchParams(request.query).toString();
  const path = request.path.replace('{id}', id).replace(/\{[^}]+\}/g, others);
  const answer = await api.app.inject({
    method: request.method,
    url: `${path}${query === '' ? '' : `?${query}`}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(request.type === undefined ? {} : { 'content-type': request.type }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
  const code = answer.statusCode >= 400 ? (answer.json().error.code as string) : undefined;
  return { status: answer.statusCode, code, body: answer.body };
}

/** What the application throws at whom the server has let through. */
export async function refusalByApplication(
  api: TestApi,
  { operationId }: Request,
  actor: Actor,
  params: object,
  body: unknown,
): Promise<{ code?: string; message: string } | undefined> {
  const handler = handlers[operationId as keyof typeof handlers] as unknown as Handler<Route>;
  return handler({
    params,
    query: { limit: 10 },
    body,
    actor,
    application: api.application,
    server: undefined,
    request: { headers: {} },
    reply: { raw: { on: () => undefined } },
  } as unknown as Call<Route>).then(
    () => undefined,
    (error: unknown) => error as { code?: string; message: string },
  );
}
