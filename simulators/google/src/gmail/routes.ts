import type { Route } from '../http/router.ts';
import { draftRoutes } from './draft-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { labelRoutes } from './label-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import { threadRoutes } from './thread-routes.ts';

export const routes: readonly Route[] = [
  ...messageRoutes,
  ...threadRoutes,
  ...labelRoutes,
  ...draftRoutes,
  ...historyRoutes,
  ...settingsRoutes,
];
