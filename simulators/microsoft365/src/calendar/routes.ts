import type { Route } from '../http/router.ts';
import { calendarRoutes } from './calendar-routes.ts';
import { eventRoutes } from './event-routes.ts';

export const routes: Route[] = [...calendarRoutes, ...eventRoutes];
