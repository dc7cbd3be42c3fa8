import type { Route } from '../http/router.ts';
import { aboutRoutes } from './about-routes.ts';
import { changeRoutes } from './changes-routes.ts';
import { commentRoutes } from './comments-routes.ts';
import { driveRoutes } from './drives-routes.ts';
import { fileRoutes } from './files-routes.ts';
import { permissionRoutes } from './permissions-routes.ts';
import { revisionRoutes } from './revisions-routes.ts';

export const routes: readonly Route[] = [
  ...aboutRoutes,
  ...fileRoutes,
  ...revisionRoutes,
  ...permissionRoutes,
  ...changeRoutes,
  ...commentRoutes,
  ...driveRoutes,
];
