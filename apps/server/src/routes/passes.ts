import type { passRoutes } from '@sterna/api-contract';
import { getPass, listPasses } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';
import { showPass } from './show.ts';

export const passHandlers: Handlers<typeof passRoutes> = {
  getPass: async ({ application, actor, params }) => showPass(await getPass(application, actor, { passId: params.id })),
  listPasses: async ({ application, actor, query }) => {
    const page = await listPasses(application, actor, query);
    return { ...page, items: page.items.map(showPass) };
  },
};
