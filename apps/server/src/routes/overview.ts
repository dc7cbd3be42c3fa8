import type { overviewRoutes } from '@sterna/api-contract';
import { forecastLicenses, getOverview } from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const overviewHandlers: Handlers<typeof overviewRoutes> = {
  getOverview: async ({ application, actor, query }) => getOverview(application, actor, query),
  forecastLicenses: async ({ application, actor, query }) => forecastLicenses(application, actor, query),
};
