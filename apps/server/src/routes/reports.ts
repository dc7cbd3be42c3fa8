import { reportRoutes } from '@sterna/api-contract';
import {
  entryReport,
  entryReportCsv,
  exportAudit,
  getReportKey,
  listAudit,
  projectReport,
  projectReportCsv,
  reportEntries,
  reportFailures,
  reportSummary,
  signReport,
  verifyAudit,
} from '@sterna/application';
import type { Books, SignedReportKind } from '@sterna/core';
import type { z } from 'zod';
import type { Actor, Context } from '../http/context.ts';
import { type Handlers, toWire } from '../http/handler.ts';
import { showBooks, showEntry, showPass } from './show.ts';

const withBooks = <T extends { readonly books: Books }>(part: T) => ({ ...part, books: showBooks(part.books) });

/** What is signed is what is sent: as its schema leaves it. */
const signed = async <T extends z.ZodObject>(
  call: { readonly application: Context; readonly actor: Actor },
  kind: SignedReportKind,
  schema: T,
  report: unknown,
) => signReport(call.application, call.actor, kind, schema.parse(toWire(report)));

const CONTENT = {
  entry: reportRoutes.entryReport.response.omit({ proof: true }),
  project: reportRoutes.projectReport.response.omit({ proof: true }),
  summary: reportRoutes.reportSummary.response.omit({ proof: true }),
};

export const reportHandlers: Handlers<typeof reportRoutes> = {
  entryReport: async ({ application, actor, params, query }) => {
    const report = await entryReport(application, actor, { entryId: params.id, ...query });
    return signed({ application, actor }, 'entry', CONTENT.entry, {
      ...report,
      entry: showEntry(report.entry),
      books: showBooks(report.books),
      passes: report.passes.map(showPass),
    });
  },
  entryReportCsv: async ({ application, actor, params, query }) =>
    entryReportCsv(application, actor, { entryId: params.id, ...query }),
  projectReport: async ({ application, actor, params }) => {
    const report = await projectReport(application, actor, { projectId: params.id });
    return signed({ application, actor }, 'project', CONTENT.project, {
      ...report,
      books: showBooks(report.books),
      entries: report.entries.map(withBooks),
    });
  },
  reportSummary: async ({ application, actor, params }) => {
    const report = await reportSummary(application, actor, { projectId: params.id });
    return signed({ application, actor }, 'summary', CONTENT.summary, withBooks(report));
  },
  reportEntries: async ({ application, actor, params, query }) => {
    const page = await reportEntries(application, actor, { projectId: params.id, ...query });
    return { ...page, items: page.items.map(withBooks) };
  },
  reportFailures: async ({ application, actor, params, query }) =>
    reportFailures(application, actor, { projectId: params.id, ...query }),
  projectReportCsv: async ({ application, actor, params, query }) =>
    projectReportCsv(application, actor, { projectId: params.id, ...query }),
  getReportKey: async ({ application, actor }) => getReportKey(application, actor),
  listAudit: async ({ application, actor, query }) => listAudit(application, actor, query),
  exportAudit: async ({ application, actor }) => exportAudit(application, actor),
  verifyAudit: async ({ application, actor }) => verifyAudit(application, actor),
};
