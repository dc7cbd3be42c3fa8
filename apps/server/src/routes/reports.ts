import type { reportRoutes } from '@sterna/api-contract';
import {
  entryReport,
  entryReportCsv,
  exportAudit,
  listAudit,
  projectReport,
  projectReportCsv,
  reportEntries,
  reportFailures,
  reportSummary,
  verifyAudit,
} from '@sterna/application';
import type { Books } from '@sterna/core';
import type { Handlers } from '../http/handler.ts';
import { showBooks, showEntry, showPass } from './show.ts';

const withBooks = <T extends { readonly books: Books }>(part: T) => ({ ...part, books: showBooks(part.books) });

export const reportHandlers: Handlers<typeof reportRoutes> = {
  entryReport: async ({ application, actor, params, query }) => {
    const report = await entryReport(application, actor, { entryId: params.id, ...query });
    return {
      ...report,
      entry: showEntry(report.entry),
      books: showBooks(report.books),
      passes: report.passes.map(showPass),
    };
  },
  entryReportCsv: async ({ application, actor, params, query }) =>
    entryReportCsv(application, actor, { entryId: params.id, ...query }),
  projectReport: async ({ application, actor, params }) => {
    const report = await projectReport(application, actor, { projectId: params.id });
    return {
      ...report,
      books: showBooks(report.books),
      entries: report.entries.map(withBooks),
    };
  },
  reportSummary: async ({ application, actor, params }) =>
    withBooks(await reportSummary(application, actor, { projectId: params.id })),
  reportEntries: async ({ application, actor, params, query }) => {
    const page = await reportEntries(application, actor, { projectId: params.id, ...query });
    return { ...page, items: page.items.map(withBooks) };
  },
  reportFailures: async ({ application, actor, params, query }) =>
    reportFailures(application, actor, { projectId: params.id, ...query }),
  projectReportCsv: async ({ application, actor, params, query }) =>
    projectReportCsv(application, actor, { projectId: params.id, ...query }),
  listAudit: async ({ application, actor, query }) => listAudit(application, actor, query),
  exportAudit: async ({ application, actor }) => exportAudit(application, actor),
  verifyAudit: async ({ application, actor }) => verifyAudit(application, actor),
};
