import type { linkRoutes } from '@sterna/api-contract';
import { listLinks, projectLinks } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const linkHandlers: Handlers<typeof linkRoutes> = {
  projectLinks: async ({ application, actor, params, query }) =>
    projectLinks(application, actor, { ...query, projectId: params.id }),
  listLinks: async ({ application, actor, params, query }) =>
    listLinks(application, actor, { ...query, projectId: params.id }),
};
