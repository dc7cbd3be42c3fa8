import { takeEarlyAnswer } from '../first-picture/answers.ts';

/** Fetches, or takes the answer that was asked for before the program came. */
export function fetchOrEarly(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const early = request.method === 'GET' ? takeEarlyAnswer(pathname + search) : undefined;
  // Where that one didn't get through, this one may.
  return early?.catch(() => fetch(request)) ?? fetch(request);
}
