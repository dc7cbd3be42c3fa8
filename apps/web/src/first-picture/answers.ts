import { PAGE } from '../features/list/search.ts';

/** What has been asked for before the program came, by path and query. */
const asked = new Map<string, Promise<Response>>();

export interface ListAnswers {
  readonly me: Promise<Response>;
  readonly entries: Promise<Response>;
}

/**
 * Asks who is there and, where the address is that of a user list as it comes, for its first rows. The program's own
 * requests of the same address take these answers; what nobody takes is lost, no more.
 *
 * @returns what the picture of a list is made of
 */
export function askAtOnce({ pathname, search }: Pick<Location, 'pathname' | 'search'>): ListAnswers | undefined {
  if (pathname === '/sign-in' || pathname === '/setup') return undefined;
  const me = ask('/api/me');
  const list = /^\/projects\/(\d+)\/list$/.exec(pathname);
  if (list === null || search !== '') return undefined;
  return { me, entries: ask(`/api/projects/${list[1]}/entries?sort=id&limit=${PAGE}&skip=0`) };
}

/** Each is given out once, since it grows old. */
export function takeEarlyAnswer(pathAndQuery: string): Promise<Response> | undefined {
  const answer = asked.get(pathAndQuery);
  asked.delete(pathAndQuery);
  return answer;
}

/** @returns a copy: the answer itself is the program's */
function ask(url: string): Promise<Response> {
  const answer = fetch(url, { headers: { 'x-sterna-request': '1' } });
  asked.set(url, answer);
  return answer.then((response) => response.clone());
}
