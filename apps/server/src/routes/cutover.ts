import type { cutoverRoutes } from '@sterna/api-contract';
import { addCutoverLine, changeCutoverLine, listCutover, removeCutoverLine } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const cutoverHandlers: Handlers<typeof cutoverRoutes> = {
  listCutover: async ({ application, actor, params, query }) => ({
    items: await listCutover(application, actor, { projectId: params.id, ...query }),
  }),
  changeCutoverLine: async ({ application, actor, params, body }) =>
    changeCutoverLine(application, actor, { projectId: params.id, key: params.key, ...body }),
  addCutoverLine: async ({ application, actor, params, body }) =>
    addCutoverLine(application, actor, { projectId: params.id, ...body }),
  removeCutoverLine: async ({ application, actor, params, query }) =>
    removeCutoverLine(application, actor, { projectId: params.id, key: params.key, batch: query.batch }),
};
