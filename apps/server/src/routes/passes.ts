import type { passRoutes } from '@sterna/api-contract';
import { dryRunReport, getPass, listDryRunObjects, listPasses, undoPass } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';
import { showPass } from './show.ts';

export const passHandlers: Handlers<typeof passRoutes> = {
  getPass: async ({ application, actor, params }) => showPass(await getPass(application, actor, { passId: params.id })),
  undoPass: async ({ application, actor, params, body }) => ({
    pass: showPass(await undoPass(application, actor, { passId: params.id, ...body })),
  }),
  getDryRun: async ({ application, actor, params }) => dryRunReport(application, actor, { passId: params.id }),
  listDryRunObjects: async ({ application, actor, params, query: { verb, ...page } }) =>
    listDryRunObjects(application, actor, {
      passId: params.id,
      ...page,
      ...(verb === undefined ? {} : { verbs: [verb] }),
    }),
  listPasses: async ({ application, actor, query }) => {
    const page = await listPasses(application, actor, query);
    return { ...page, items: page.items.map(showPass) };
  },
};
