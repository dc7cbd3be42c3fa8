import type { reportRoutes } from '@sterna/api-contract';
import {
  entryReport,
  entryReportCsv,
  listAudit,
  projectReport,
  projectReportCsv,
  verifyAudit,
} from '@sterna/application';
import type { Handlers } from '../http/handler.ts';
import { showBooks, showEntry, showPass } from './show.ts';

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
      entries: report.entries.map((entry) => ({ ...entry, books: showBooks(entry.books) })),
    };
  },
  projectReportCsv: async ({ application, actor, params, query }) =>
    projectReportCsv(application, actor, { projectId: params.id, ...query }),
  listAudit: async ({ application, actor, query }) => listAudit(application, actor, query),
  verifyAudit: async ({ application, actor }) => verifyAudit(application, actor),
};
