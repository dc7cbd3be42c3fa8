import type { QueryClient } from '@tanstack/react-query';
import { askForFirstPage } from './features/list/first-page.ts';
import { readListSearch } from './features/list/search.ts';
import type { makeRouter } from './router.tsx';
import { meQuery } from './session/session.tsx';

/**
 * Asks at once for what the page of the address needs: its file, who is there, and the first rows of a user list. All
 * that would otherwise be asked for one after the other, each when the one before is there.
 *
 * @returns resolves when all of it is there, or failed: then the page tries itself and tells
 */
export async function askEarly(router: ReturnType<typeof makeRouter>, queryClient: QueryClient): Promise<void> {
  const asked: (Promise<unknown> | undefined)[] = [queryClient.prefetchQuery({ ...meQuery, retry: false })];
  for (const { routeId, params, search } of router.matchRoutes(router.latestLocation)) {
    asked.push(router.loadRouteChunk(router.routesById[routeId as keyof typeof router.routesById]));
    if (routeId === '/app/projects/$projectId/list') {
      const { open: _, ...list } = readListSearch(search as Record<string, unknown>);
      asked.push(askForFirstPage(Number((params as { projectId?: unknown }).projectId), list));
    }
  }
  await Promise.allSettled(asked);
}
