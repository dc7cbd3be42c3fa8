import type { capacityRoutes } from '@sterna/api-contract';
import { projectCapacity } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const capacityHandlers: Handlers<typeof capacityRoutes> = {
  getProjectCapacity: async ({ application, actor, params, query }) => {
    const { workers, passes, bandwidth, ...averages } = query;
    return projectCapacity(application, actor, {
      projectId: params.id,
      means: { workers, passes, ...(bandwidth === undefined ? {} : { bandwidth }) },
      averages,
    });
  },
};
