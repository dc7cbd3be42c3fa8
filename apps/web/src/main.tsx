import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/notifications/styles.css';
import './shell/shell.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, isSignInNeeded } from './api/error.ts';
import { makeRouter } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

const queryClient = new QueryClient({
  queryCache: new QueryCache({
    // The session ended, perhaps overnight: the page that it happened on is where signing in leads back to.
    onError: (error) => {
      if (!isSignInNeeded(error)) return;
      const { pathname, href } = router.state.location;
      if (pathname === '/sign-in' || pathname === '/setup') return;
      queryClient.removeQueries({ queryKey: ['get', '/api/me'] });
      void router.navigate({ to: '/sign-in', search: { next: href, expired: true } });
    },
  }),
  defaultOptions: {
    queries: {
      // Live events say when something changed; this is for what no event speaks of.
      staleTime: 10_000,
      retry: (failures, error) =>
        failures < 3 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 503),
    },
  },
});
const router = makeRouter(queryClient);
// The file of the page is on its way while the server is asked who is there. Where it fails, the router tries itself.
for (const { routeId } of router.matchRoutes(router.latestLocation))
  router.loadRouteChunk(router.routesById[routeId as keyof typeof router.routesById])?.catch(() => undefined);

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
