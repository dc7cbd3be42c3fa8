import type { licenseRoutes } from '@sterna/api-contract';
import {
  exportLedger,
  getBalances,
  grantLicenses,
  importPack,
  licensingTerms,
  listLicenseEvents,
  verifyLedger,
} from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const licenseHandlers: Handlers<typeof licenseRoutes> = {
  getBalances: async ({ application, actor }) => ({
    items: await getBalances(application, actor),
    ...licensingTerms(application, actor),
  }),
  grantLicenses: async ({ application, actor, body }) => grantLicenses(application, actor, body),
  importPack: async ({ application, actor, body }) => importPack(application, actor, body),
  listLicenseEvents: async ({ application, actor, query }) => listLicenseEvents(application, actor, query),
  exportLedger: async ({ application, actor }) => exportLedger(application, actor),
  verifyLedger: async ({ application, actor }) => verifyLedger(application, actor),
};
