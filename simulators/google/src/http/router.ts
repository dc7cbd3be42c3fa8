import type { Call } from './call.ts';
import type { Result } from './result.ts';

/** One method of an API, as its discovery document has it. */
export interface Route {
  /** `gmail.users.messages.get`: the quotas' table and errors go by it. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** From the root: `/gmail/v1/users/{userId}/messages/{id}`, `/v1/people/{person}:updateContactPhoto`. */
  readonly path: string;
  /** Scopes of which one suffices; short (`gmail.modify`) or whole. */
  readonly scopes: readonly string[];
  /** Set when it also answers at `/upload` and `/resumable/upload`: the largest file in bytes. */
  readonly media?: { readonly maxBytes: number };
  /** The largest JSON body in bytes; 10 MB unless said. */
  readonly bodyLimit?: number;
  readonly handle: (call: Call) => Result | Promise<Result>;
}

export interface Match {
  readonly route: Route;
  readonly parameters: ReadonlyMap<string, string>;
}

interface Compiled {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Finds the route of a path. Fixed names come before parameters, and `{id}:verb` before `{id}`. */
export class Router {
  readonly #byLength = new Map<number, Compiled[]>();

  constructor(routes: readonly Route[]) {
    const seen = new Set<string>();
    for (const route of routes) {
      const key = `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`;
      if (seen.has(key)) throw new Error(`two routes for ${key}`);
      seen.add(key);
      const compiled = compile(route);
      const length = route.path.split('/').length;
      const same = this.#byLength.get(length) ?? [];
      same.push(compiled);
      this.#byLength.set(length, same);
    }
    for (const same of this.#byLength.values())
      same.sort((a, b) => rank(a.route.path).localeCompare(rank(b.route.path)));
  }

  /** `known`: the path exists, with other methods. @param path without the query, still percent-encoded */
  find(method: string, path: string): Match | { readonly known: boolean } {
    let known = false;
    for (const { route, pattern, names } of this.#byLength.get(path.split('/').length) ?? []) {
      const found = pattern.exec(path);
      if (found === null) continue;
      if (route.method !== method) {
        known = true;
        continue;
      }
      return { route, parameters: new Map(names.map((name, at) => [name, decode(found[at + 1] as string)])) };
    }
    return { known };
  }
}

function compile(route: Route): Compiled {
  const names: string[] = [];
  const source = route.path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '([^/]+?)';
  });
  return { route, pattern: new RegExp(`^${source}$`), names };
}

/** Sorts what is fixed before what is not. */
function rank(path: string): string {
  return path
    .split('/')
    .map((segment) => (!segment.includes('{') ? '0' : /\}./.test(segment) ? '1' : '2'))
    .join('');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
