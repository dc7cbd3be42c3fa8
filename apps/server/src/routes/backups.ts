import type { backupRoutes } from '@sterna/api-contract';
import { backUpTarget, listBackups, restoreBackup } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';
import { showPass } from './show.ts';

export const backupHandlers: Handlers<typeof backupRoutes> = {
  backUpTarget: async ({ application, actor, params }) => {
    const { backup, pass } = await backUpTarget(application, actor, { entryId: params.id });
    return { backup, pass: showPass(pass) };
  },
  listBackups: async ({ application, actor, query }) => ({ items: await listBackups(application, actor, query) }),
  restoreBackup: async ({ application, actor, params, body }) => {
    const { entryId, pass } = await restoreBackup(application, actor, { backupEntryId: params.id, ...body });
    return { entryId, pass: showPass(pass) };
  },
};
