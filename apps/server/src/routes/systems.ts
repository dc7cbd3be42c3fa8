import type { systemRoutes } from '@sterna/api-contract';
import {
  checkSystem,
  createSystem,
  deleteSystem,
  getSystem,
  listConnectors,
  listSystems,
  updateSystem,
} from '@sterna/application';
import type { Handlers } from '../http/handler.ts';
import { signalOf } from '../http/handler.ts';

export const systemHandlers: Handlers<typeof systemRoutes> = {
  listConnectors: async ({ application, actor }) => ({ items: await listConnectors(application, actor) }),
  listSystems: async ({ application, actor }) => ({ items: await listSystems(application, actor) }),
  createSystem: async ({ application, actor, body }) => createSystem(application, actor, body),
  getSystem: async ({ application, actor, params }) => getSystem(application, actor, { systemId: params.id }),
  updateSystem: async ({ application, actor, params, body }) =>
    updateSystem(application, actor, { systemId: params.id, ...body }),
  deleteSystem: async ({ application, actor, params }) => {
    await deleteSystem(application, actor, { systemId: params.id });
    return undefined;
  },
  checkSystem: async ({ application, actor, params, body, reply }) =>
    checkSystem(application, actor, { systemId: params.id, ...body, signal: signalOf(reply) }),
};
