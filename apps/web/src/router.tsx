import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { $api } from './api/client.ts';
import { isSignInNeeded } from './api/error.ts';
import { readBatchesSearch } from './features/batches/search.ts';
import { readEntrySearch } from './features/entry/search.ts';
import { readGuideSearch } from './features/guide/search.ts';
import { readLicensesSearch } from './features/licenses/search.ts';
import { readListSearch } from './features/list/search.ts';
import { readMappingSearch } from './features/mapping/search.ts';
import { readNotificationsSearch } from './features/notifications/search.ts';
import { readOverviewSearch } from './features/overview/search.ts';
import { readProjectsSearch } from './features/projects/search.ts';
import { readAgainSearch, readRemigrateSearch } from './features/remigration/search.ts';
import { readReportsSearch } from './features/reports/search.ts';
import { readNewSystemSearch, readSystemSearch } from './features/systems/search.ts';
import { healthQuery, meQuery, signInWaysQuery } from './session/session.tsx';
import { FailedPage, NotFoundPage, Pending } from './shell/fallbacks.tsx';
import { manageFocus } from './shell/focus.ts';
import { Shell } from './shell/shell.tsx';

/**
 * All routes. A page is a file of its own in src/features, loaded when it is first needed. What a page shows must be
 * in its address (path and search), so that a link or a reload leads back to it.
 */
interface Context {
  readonly queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFoundPage });

/** Ids in paths are numbers for the pages; anything else is a page that isn't there. */
const idParam = <Name extends string>(name: Name) => ({
  parse: (raw: Record<Name, string>) => ({ [name]: Number(raw[name]) }) as Record<Name, number>,
  stringify: (params: Record<Name, number>) => ({ [name]: String(params[name]) }) as Record<Name, string>,
});

// Before signing in.

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string; expired?: boolean; refused?: string } => ({
    // Only a path of ours: a link from elsewhere must not lead on to elsewhere.
    ...(typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? { next: search.next } : {}),
    ...(search.expired === true ? { expired: true } : {}),
    ...(typeof search.refused === 'string' ? { refused: search.refused } : {}),
  }),
  beforeLoad: async ({ context }) => {
    const [health] = await Promise.all([
      context.queryClient.fetchQuery(healthQuery),
      context.queryClient.fetchQuery(signInWaysQuery),
    ]);
    if (!health.setUp) throw redirect({ to: '/setup' });
  },
  component: lazyRouteComponent(() => import('./features/session/sign-in-page.tsx'), 'SignInPage'),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  beforeLoad: async ({ context }) => {
    const health = await context.queryClient.fetchQuery(healthQuery);
    if (health.setUp) throw redirect({ to: '/sign-in' });
  },
  component: lazyRouteComponent(() => import('./features/session/set-up-page.tsx'), 'SetUpPage'),
});

// Signed in.

async function requireSignIn({
  context,
  location,
}: {
  readonly context: Context;
  readonly location: { readonly href: string };
}): Promise<void> {
  try {
    await context.queryClient.ensureQueryData(meQuery);
  } catch (error) {
    if (!isSignInNeeded(error)) throw error;
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
  }
}

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: requireSignIn,
  component: Shell,
});

const overview = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(() => import('./features/overview/overview-page.tsx'), 'OverviewPage'),
});

const guide = createRoute({
  getParentRoute: () => app,
  path: '/guide',
  validateSearch: readGuideSearch,
  component: lazyRouteComponent(() => import('./features/guide/guide-page.tsx'), 'GuidePage'),
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/session/account-page.tsx'), 'AccountPage'),
});

const systems = createRoute({
  getParentRoute: () => app,
  path: '/systems',
  component: lazyRouteComponent(() => import('./features/systems/systems-page.tsx'), 'SystemsPage'),
});

const newSystem = createRoute({
  getParentRoute: () => app,
  path: '/systems/new',
  validateSearch: readNewSystemSearch,
  component: lazyRouteComponent(() => import('./features/systems/new-system-page.tsx'), 'NewSystemPage'),
});

const system = createRoute({
  getParentRoute: () => app,
  path: '/systems/$systemId',
  params: idParam('systemId'),
  validateSearch: readSystemSearch,
  component: lazyRouteComponent(() => import('./features/systems/system-page.tsx'), 'SystemPage'),
});

const licenses = createRoute({
  getParentRoute: () => app,
  path: '/licenses',
  validateSearch: readLicensesSearch,
  component: lazyRouteComponent(() => import('./features/licenses/licenses-page.tsx'), 'LicensesPage'),
});

const notifications = createRoute({
  getParentRoute: () => app,
  path: '/notifications',
  validateSearch: readNotificationsSearch,
  component: lazyRouteComponent(() => import('./features/notifications/notifications-page.tsx'), 'NotificationsPage'),
});

const projects = createRoute({
  getParentRoute: () => app,
  path: '/projects',
  validateSearch: readProjectsSearch,
  component: lazyRouteComponent(() => import('./features/projects/projects-page.tsx'), 'ProjectsPage'),
});

const project = createRoute({
  getParentRoute: () => app,
  path: '/projects/$projectId',
  params: idParam('projectId'),
});

const projectIndex = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/projects/$projectId/list', params });
  },
});

const list = createRoute({
  getParentRoute: () => project,
  path: 'list',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/list/user-list-page.tsx'), 'UserListPage'),
});

const mapping = createRoute({
  getParentRoute: () => project,
  path: 'mapping',
  validateSearch: readMappingSearch,
  component: lazyRouteComponent(() => import('./features/mapping/mapping-page.tsx'), 'MappingPage'),
});

const settings = createRoute({
  getParentRoute: () => project,
  path: 'settings',
  component: lazyRouteComponent(() => import('./features/settings/project-settings-page.tsx'), 'ProjectSettingsPage'),
});

const reports = createRoute({
  getParentRoute: () => project,
  path: 'reports',
  validateSearch: readReportsSearch,
  component: lazyRouteComponent(() => import('./features/reports/reports-page.tsx'), 'ReportsPage'),
});

const batches = createRoute({
  getParentRoute: () => project,
  path: 'batches',
  validateSearch: readBatchesSearch,
  component: lazyRouteComponent(() => import('./features/batches/batches-page.tsx'), 'BatchesPage'),
});

/** Sheets to print: signed in, and without the frame around them. */
const paper = createRoute({
  getParentRoute: () => root,
  id: 'paper',
  beforeLoad: requireSignIn,
  component: Outlet,
});

const projectPrint = createRoute({
  getParentRoute: () => paper,
  path: '/projects/$projectId/report/print',
  params: idParam('projectId'),
  component: lazyRouteComponent(() => import('./features/reports/project-print-page.tsx'), 'ProjectPrintPage'),
});

const entryPrint = createRoute({
  getParentRoute: () => paper,
  path: '/entries/$entryId/report/print',
  params: idParam('entryId'),
  component: lazyRouteComponent(() => import('./features/reports/entry-print-page.tsx'), 'EntryPrintPage'),
});

/** Its loader says which project the entry is of, for the navigation. */
const entry = createRoute({
  getParentRoute: () => app,
  path: '/entries/$entryId',
  params: idParam('entryId'),
  loader: async ({ context, params }) => {
    const { projectId } = await context.queryClient.ensureQueryData(
      $api.queryOptions('get', '/api/entries/{id}', { params: { path: { id: params.entryId } } }),
    );
    return { ...(projectId === undefined ? {} : { projectId }) };
  },
});

const entryIndex = createRoute({
  getParentRoute: () => entry,
  path: '/',
  validateSearch: readEntrySearch,
  component: lazyRouteComponent(() => import('./features/entry/entry-page.tsx'), 'EntryPage'),
});

/** Delta or remigrate: asks what went wrong, recommends. */
const again = createRoute({
  getParentRoute: () => entry,
  path: 'again',
  validateSearch: readAgainSearch,
  component: lazyRouteComponent(() => import('./features/remigration/again-page.tsx'), 'AgainPage'),
});

/** Its loader says which project it is of, for the navigation. */
const remigration = createRoute({
  getParentRoute: () => app,
  path: '/remigrations/$remigrationId',
  params: idParam('remigrationId'),
  loader: async ({ context, params }) => {
    const { projectId } = await context.queryClient.ensureQueryData(
      $api.queryOptions('get', '/api/remigrations/{id}', { params: { path: { id: params.remigrationId } } }),
    );
    return { ...(projectId === undefined ? {} : { projectId }) };
  },
  component: lazyRouteComponent(() => import('./features/remigration/remigration-page.tsx'), 'RemigrationPage'),
});

const remigrate = createRoute({
  getParentRoute: () => project,
  path: 'remigrate',
  validateSearch: readRemigrateSearch,
  component: lazyRouteComponent(() => import('./features/remigration/remigrate-page.tsx'), 'RemigratePage'),
});

const bulkRemigration = createRoute({
  getParentRoute: () => app,
  path: '/bulk-remigrations/$bulkId',
  loader: async ({ context, params }) => {
    const { pilot } = await context.queryClient.ensureQueryData(
      $api.queryOptions('get', '/api/bulk-remigrations/{bulkId}', { params: { path: { bulkId: params.bulkId } } }),
    );
    return { ...(pilot.projectId === undefined ? {} : { projectId: pilot.projectId }) };
  },
  component: lazyRouteComponent(() => import('./features/remigration/bulk-page.tsx'), 'BulkPage'),
});

export const routes = {
  signIn,
  setUp,
  overview,
  guide,
  account,
  systems,
  newSystem,
  system,
  licenses,
  projects,
  list,
  mapping,
  settings,
  reports,
  batches,
  notifications,
  projectPrint,
  entryPrint,
  entry,
  entryIndex,
  again,
  remigration,
  remigrate,
  bulkRemigration,
};

const tree = root.addChildren([
  signIn,
  setUp,
  paper.addChildren([projectPrint, entryPrint]),
  app.addChildren([
    overview,
    guide,
    account,
    systems,
    newSystem,
    system,
    licenses,
    notifications,
    projects,
    project.addChildren([projectIndex, list, batches, mapping, settings, reports, remigrate]),
    entry.addChildren([entryIndex, again]),
    remigration,
    bulkRemigration,
  ]),
]);

export function makeRouter(queryClient: QueryClient) {
  const router = createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: Pending,
    defaultErrorComponent: FailedPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  });
  manageFocus(router);
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
