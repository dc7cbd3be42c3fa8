import { routes as calendar } from './calendar/routes.ts';
import { routes as chat } from './chat/routes.ts';
import { routes as directory } from './directory/routes.ts';
import { routes as drive } from './drive/routes.ts';
import { routes as gmail } from './gmail/routes.ts';
import { archiveRoutes } from './groups/archive-routes.ts';
import { settingsRoutes } from './groups/settings-routes.ts';
import type { Route } from './http/router.ts';
import { routes as people } from './people/routes.ts';
import { routes as tasks } from './tasks/routes.ts';

export const ROUTES: readonly Route[] = [
  ...directory,
  ...settingsRoutes,
  ...archiveRoutes,
  ...gmail,
  ...calendar,
  ...people,
  ...tasks,
  ...drive,
  ...chat,
];
