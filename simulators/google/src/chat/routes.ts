import type { Route } from '../http/router.ts';
import { memberRoutes } from './member-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { spaceRoutes } from './space-routes.ts';

/** https://developers.google.com/workspace/chat/api/reference/rest */
export const routes: readonly Route[] = [...spaceRoutes, ...memberRoutes, ...messageRoutes];
