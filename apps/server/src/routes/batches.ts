import type { batchRoutes } from '@sterna/api-contract';
import { cancelSchedule, createSchedule, listScheduleRuns, listSchedules } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const batchHandlers: Handlers<typeof batchRoutes> = {
  listSchedules: async ({ application, actor, params, query }) => ({
    items: await listSchedules(application, actor, { projectId: params.id, ...query }),
  }),
  createSchedule: async ({ application, actor, params, body }) =>
    createSchedule(application, actor, {
      ...body,
      projectId: params.id,
      runAt: new Date(body.runAt),
      until: body.until === undefined ? undefined : new Date(body.until),
    }),
  cancelSchedule: async ({ application, actor, params }) =>
    cancelSchedule(application, actor, { scheduleId: params.id }),
  listScheduleRuns: async ({ application, actor, params, query }) => ({
    items: await listScheduleRuns(application, actor, { scheduleId: params.id, ...query }),
  }),
};
