import type { Budget } from '../limits/throttle.ts';
import type { Call, CallRoute } from './call.ts';
import type { Reply } from './reply.ts';

export type { Budget } from '../limits/throttle.ts';

/** One operation of the API. */
export interface Route extends CallRoute {
  /** Permissions of which one suffices, application and delegated names alike; none: any valid token. */
  readonly permissions?: readonly string[];
  /** Whose budget, when the token and `{user}` don't say it (upload URLs, mailboxes by their own id). */
  readonly budget?: (call: Call) => Budget | undefined;
  /** Resource units that a drive's request costs; 2 unless said. */
  readonly resourceUnits?: number | ((call: Call) => number);
  /** The largest body in bytes; 4 MB unless said. */
  readonly bodyLimit?: number;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

export interface Match {
  readonly route: Route;
  readonly parameters: Map<string, string>;
}

interface Node {
  readonly statics: Map<string, Node>;
  parameter: Node | undefined;
  readonly routes: Map<string, { route: Route; names: string[] }>;
}

/** Finds the route of a path. Names match in any case, as Graph lets them; parameters keep theirs. */
export class Router {
  readonly #root: Node = emptyNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** `known`: the path exists, with other methods. */
  find(method: string, segments: readonly string[]): Match | { known: boolean } {
    let known = false;
    const walk = (node: Node, at: number, values: string[]): Match | undefined => {
      if (at === segments.length) {
        const found = node.routes.get(method);
        if (found === undefined) {
          known ||= node.routes.size > 0;
          return undefined;
        }
        return { route: found.route, parameters: new Map(found.names.map((name, i) => [name, values[i] as string])) };
      }
      const segment = segments[at] as string;
      const fixed = node.statics.get(segment.toLowerCase());
      const match = fixed && walk(fixed, at + 1, values);
      if (match !== undefined) return match;
      return node.parameter && walk(node.parameter, at + 1, [...values, segment]);
    };
    return walk(this.#root, 0, []) ?? { known };
  }

  #add(route: Route): void {
    let node = this.#root;
    const names: string[] = [];
    for (const segment of route.path.split('/').filter(Boolean)) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        const key = segment.toLowerCase();
        const next = node.statics.get(key) ?? emptyNode();
        node.statics.set(key, next);
        node = next;
      } else {
        names.push(name);
        node.parameter ??= emptyNode();
        node = node.parameter;
      }
    }
    if (node.routes.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
    node.routes.set(route.method, { route, names });
  }
}

function emptyNode(): Node {
  return { statics: new Map(), parameter: undefined, routes: new Map() };
}
