import { expect, test } from 'vitest';
import { ROUTES, wholeScope } from '../src/index.ts';
import { readDiscovery } from './contract/discovery.ts';

const methods = readDiscovery();
const blank = (path: string) => path.replace(/\{\w+\}/g, '{}');

test.skipIf(methods === undefined)('every route is a method as Google describes it', () => {
  const faults = ROUTES.flatMap((route) => {
    const method = methods?.find(({ id }) => id === route.id);
    if (method === undefined) return [`${route.id}: no such method`];
    const said = {
      method: method.httpMethod,
      path: blank(method.path),
      scopes: method.scopes.toSorted(),
      upload: method.uploads !== undefined,
    };
    const ours = {
      method: route.method,
      path: blank(route.path),
      scopes: route.scopes.map(wholeScope).toSorted(),
      upload: route.media !== undefined,
    };
    const agree = JSON.stringify(said) === JSON.stringify(ours);
    const size = method.uploads !== undefined && (route.media?.maxBytes ?? 0) > method.uploads ? ['too large'] : [];
    return agree ? size : [`${route.id}: ${JSON.stringify(ours)} instead of ${JSON.stringify(said)}`];
  });
  expect(faults).toEqual([]);
});
