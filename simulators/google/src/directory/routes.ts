import type { Route } from '../http/router.ts';
import { groupRoutes } from './group-routes.ts';
import { userRoutes } from './user-routes.ts';

export const routes: readonly Route[] = [...userRoutes, ...groupRoutes];
