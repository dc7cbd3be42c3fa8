import type { remigrationRoutes } from '@sterna/api-contract';
import {
  beginBulkRemigration,
  beginRemigration,
  cancelRemigration,
  chooseBackup,
  chooseTarget,
  confirmEmptying,
  continueBulkRemigration,
  getBulkRemigration,
  getRemigration,
  listRemigrations,
  planRemigration,
  recreateForRemigration,
  startRemigration,
  stopRemigrationPass,
  verifyRemigration,
} from '@sterna/application';
import type { Handlers } from '../http/handler.ts';
import { showBooks } from './show.ts';

export const remigrationHandlers: Handlers<typeof remigrationRoutes> = {
  planRemigration: async ({ application, actor, params, query }) => {
    const plan = await planRemigration(application, actor, { entryId: params.id, ...query });
    return { ...plan, books: showBooks(plan.books) };
  },
  beginRemigration: async ({ application, actor, params, body }) =>
    beginRemigration(application, actor, { entryId: params.id, ...body }),
  listRemigrations: async ({ application, actor, query }) => ({
    items: await listRemigrations(application, actor, query),
  }),
  getRemigration: async ({ application, actor, params }) =>
    getRemigration(application, actor, { remigrationId: params.id }),
  chooseRemigrationBackup: async ({ application, actor, params, body }) =>
    chooseBackup(application, actor, { remigrationId: params.id, ...body }),
  chooseRemigrationTarget: async ({ application, actor, params, body }) =>
    chooseTarget(application, actor, { remigrationId: params.id, ...body }),
  confirmRemigrationEmptying: async ({ application, actor, params, body }) =>
    confirmEmptying(application, actor, { remigrationId: params.id, ...body }),
  recreateRemigration: async ({ application, actor, params, body }) =>
    recreateForRemigration(application, actor, { remigrationId: params.id, ...body }),
  startRemigration: async ({ application, actor, params }) =>
    startRemigration(application, actor, { remigrationId: params.id }),
  verifyRemigration: async ({ application, actor, params, body }) =>
    verifyRemigration(application, actor, { remigrationId: params.id, ...body }),
  stopRemigrationPass: async ({ application, actor, params }) =>
    stopRemigrationPass(application, actor, { remigrationId: params.id }),
  cancelRemigration: async ({ application, actor, params, body }) =>
    cancelRemigration(application, actor, { remigrationId: params.id, ...body }),
  beginBulkRemigration: async ({ application, actor, params, body }) =>
    beginBulkRemigration(application, actor, { projectId: params.id, ...body }),
  getBulkRemigration: async ({ application, actor, params, query }) =>
    getBulkRemigration(application, actor, { bulkId: params.bulkId, ...query }),
  continueBulkRemigration: async ({ application, actor, params, body }) =>
    continueBulkRemigration(application, actor, { bulkId: params.bulkId, go: body.go }),
};
