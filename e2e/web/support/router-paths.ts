import { readFileSync } from 'node:fs';

const ROUTER = new URL('../../../apps/web/src/router.tsx', import.meta.url);

/**
 * The paths of all pages, as the router has them (`/projects/$projectId/list`), read from its source: it is code for a
 * browser. A redirect alone is no page.
 */
export function routerPaths(): string[] {
  const source = readFileSync(ROUTER, 'utf8');
  const routes = new Map<string, { parent: string | undefined; path: string; isPage: boolean }>();
  for (const [, name = '', body = ''] of source.matchAll(/^const (\w+) = createRoute\(\{\n([\s\S]*?)^\}\);/gm))
    routes.set(name, {
      parent: /getParentRoute: \(\) => (\w+)/.exec(body)?.[1],
      path: /^ {2}path: '([^']*)'/m.exec(body)?.[1] ?? '',
      // What has an id instead of a path is the frame around pages.
      isPage: /^ {2}component:/m.test(body) && !/^ {2}id:/m.test(body),
    });
  const full = (name: string | undefined): string => {
    const route = name === undefined ? undefined : routes.get(name);
    if (route === undefined) return '';
    return `${full(route.parent)}/${route.path}`.replace(/\/+/g, '/');
  };
  const paths = [...routes].filter(([, route]) => route.isPage).map(([name]) => full(name).replace(/(.)\/$/, '$1'));
  const declared = source.match(/= createRoute\(/g)?.length ?? 0;
  if (declared !== routes.size) throw new Error(`of ${declared} routes in router.tsx, ${routes.size} could be read`);
  return paths;
}
