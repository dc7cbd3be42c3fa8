import type { Route } from '../http/router.ts';
import { itemRoutes } from './item-routes.ts';
import { listRoutes } from './list-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { siteRoutes } from './site-routes.ts';

const FULL = ['Sites.FullControl.All'];
const MANAGE = ['Sites.Manage.All', ...FULL];
const WRITE = ['Sites.ReadWrite.All', ...MANAGE];
const READ = ['Sites.Read.All', ...WRITE];

export const routes: Route[] = [
  ...siteRoutes(READ, FULL),
  ...listRoutes(READ, MANAGE),
  ...itemRoutes(READ, WRITE),
  ...pageRoutes(READ, WRITE),
];
