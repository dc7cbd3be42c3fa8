import type { Route } from '../http/router.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { folderRoutes } from './folder-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import { uploadRoutes } from './upload-sessions.ts';

export const routes: Route[] = [
  ...folderRoutes,
  ...messageRoutes,
  ...attachmentRoutes,
  ...uploadRoutes,
  ...settingsRoutes,
];
