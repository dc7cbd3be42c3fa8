import type { Route } from '../http/router.ts';
import { channelRoutes } from './channel-routes.ts';
import { memberRoutes } from './member-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { migrationRoutes } from './migration-routes.ts';
import { tabRoutes } from './tab-routes.ts';
import { teamRoutes } from './team-routes.ts';

/** Teams: https://learn.microsoft.com/graph/api/resources/teams-api-overview */
export const routes: Route[] = [
  ...teamRoutes,
  ...memberRoutes,
  ...channelRoutes,
  ...tabRoutes,
  ...migrationRoutes,
  ...messageRoutes,
];
