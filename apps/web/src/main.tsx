import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, isSignInNeeded } from './api/error.ts';
import { askEarly } from './early.ts';
import { firstPicturePainted, hasFirstPicture } from './first-picture/first-picture.ts';
import { makeRouter } from './router.tsx';
import { theme } from './theme.ts';

const FRAME_AFTER_MS = 300;

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
const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
const root = createRoot(place);

const ready = askEarly(router, queryClient).then(() => router.load());
const patience = new Promise((resolve) => setTimeout(resolve, FRAME_AFTER_MS));

// Where the answers come at once, what comes first is the page itself; where they don't, a frame that waits for them.
// A picture of the page that stands already is replaced by nothing less, and not before it was seen.
// Not awaited at the top: the build would take this file apart.
void Promise.race([ready, patience.then(() => (hasFirstPicture() ? ready : undefined))])
  .then(firstPicturePainted)
  .finally(() =>
    root.render(
      <StrictMode>
        <MantineProvider theme={theme} withCssVariables={false} defaultColorScheme="auto">
          <Notifications position="bottom-right" />
          <QueryClientProvider client={queryClient}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </StrictMode>,
    ),
  );
