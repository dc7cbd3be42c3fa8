import { routes as calendar } from './calendar/routes.ts';
import { routes as contacts } from './contacts/routes.ts';
import { routes as directory } from './directory/routes.ts';
import { routes as drive } from './drive/routes.ts';
import { routes as exchange } from './exchange/routes.ts';
import { routes as groups } from './groups/routes.ts';
import type { Routers } from './http/dispatch.ts';
import { type Route, Router } from './http/router.ts';
import { routes as mail } from './mail/routes.ts';
import { routes as planner } from './planner/routes.ts';
import { routes as sites } from './sites/routes.ts';
import { routes as teams } from './teams/routes.ts';
import { routes as todo } from './todo/routes.ts';

/** All that the simulator answers; each area adds its own list. */
const ROUTES: readonly Route[] = [
  ...directory,
  ...mail,
  ...exchange,
  ...calendar,
  ...contacts,
  ...todo,
  ...drive,
  ...sites,
  ...groups,
  ...planner,
  ...teams,
];

export function makeRouters(): Routers {
  const at = (version: Route['at']) => new Router(ROUTES.filter((route) => (route.at ?? 'v1.0') === version));
  return { v1: at('v1.0'), beta: at('beta'), open: at('open') };
}
