import { reportProofSchema } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { booksSchema } from '../schemas/books.ts';
import { id, idParams, pageOf, pageQuery, timestamp } from '../schemas/common.ts';
import { cutoverBatchSchema } from './cutover.ts';
import { entrySchema } from './entries.ts';
import { passSchema } from './passes.ts';

export const noteSchema = z
  .object({
    kind: z.string().describe('failure, uncertain, fidelity, skipped, suspect, filtered'),
    pass: z.number().int(),
    folder: z.string().optional(),
    objectId: z.string().optional(),
    subject: z.string().optional(),
    code: z.string(),
    reason: z.string(),
    fix: z.string().optional(),
    at: timestamp,
  })
  .meta({ id: 'Note' });

const reportEntrySchema = z
  .object({
    entryId: id,
    sourceAddress: z.string(),
    targetAddress: z.string(),
    batch: z.string().optional(),
    status: z.string(),
    passes: z.number().int(),
    books: booksSchema,
    bytes: z.number(),
    seconds: z.number(),
    license: z.string().optional(),
  })
  .meta({ id: 'ReportEntry' });

const count = z.number().int().min(0);

const proof = reportProofSchema
  .meta({ id: 'ReportProof' })
  .describe('Head of the license ledger, and the signature over the whole report (sterna report verify FILE)');

export const reportRoutes = defineRoutes({
  entryReport: {
    method: 'GET',
    path: '/api/entries/:id/report',
    summary: 'Books, passes, failures and notes of an entry',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    query: z.object({ limit: z.coerce.number().int().min(1).max(10_000).optional().describe('Most notes') }),
    response: z.object({
      entry: entrySchema,
      books: booksSchema,
      balanced: z.boolean(),
      passes: z.array(passSchema),
      notes: z.array(noteSchema),
      truncated: z.boolean().describe('There are more notes; the CSV has all'),
      proof,
    }),
  },
  entryReportCsv: {
    method: 'GET',
    path: '/api/entries/:id/report.csv',
    summary: 'One line per note, or per pass',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    query: z.object({ what: z.enum(['notes', 'passes']).optional() }),
    produces: 'text/csv',
    response: z.string(),
  },
  projectReport: {
    method: 'GET',
    path: '/api/projects/:id/report',
    summary: 'Books of a project, entry by entry',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    response: z.object({
      project: z.object({ id, name: z.string() }),
      books: booksSchema,
      balanced: z.boolean(),
      entries: z.array(reportEntrySchema),
      cutover: z.array(cutoverBatchSchema).describe('Checklist of each batch'),
      proof,
    }),
  },
  reportSummary: {
    method: 'GET',
    path: '/api/projects/:id/report/summary',
    summary: 'A project in figures: books, causes of failures, license use',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    response: z
      .object({
        project: z.object({ id, name: z.string(), source: z.string(), target: z.string(), createdAt: timestamp }),
        entries: z.record(z.string(), count).describe('Live entries by status'),
        books: booksSchema,
        balanced: z.boolean().describe('The books of all objects and those of each pass add up'),
        bytes: z.number(),
        passes: count,
        seconds: z.number().describe('All writing passes together'),
        firstAt: timestamp.optional().describe('Start of the first writing pass'),
        lastAt: timestamp.optional().describe('End of the last one'),
        verified: count.describe('Entries that were verified'),
        verifiedClean: count.describe('Entries whose last verify found everything once and the same'),
        causes: z
          .array(
            z.object({
              code: z.string(),
              kind: z.string().describe('failure, uncertain'),
              reason: z.string(),
              fix: z.string().optional(),
              objects: count,
              entries: count,
            }),
          )
          .describe('What is failed or uncertain now, the most frequent first'),
        licenses: z
          .array(
            z.object({
              type: z.string(),
              tier: z.string(),
              burned: count,
              burnedByDeleted: count.describe('Of the burned ones, by entries that were deleted since'),
              assigned: count,
            }),
          )
          .describe('Held by entries of the project'),
        proof,
      })
      .meta({ id: 'ReportSummary' }),
  },
  reportEntries: {
    method: 'GET',
    path: '/api/projects/:id/report/entries',
    summary: 'Books entry by entry, page by page',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    query: pageQuery,
    response: pageOf(reportEntrySchema),
  },
  reportFailures: {
    method: 'GET',
    path: '/api/projects/:id/report/failures',
    summary: 'Every object that is failed or uncertain now, page by page',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    query: pageQuery.extend({ code: z.string().max(200).optional() }),
    response: pageOf(
      noteSchema.extend({ noteId: id, entryId: id, sourceAddress: z.string(), targetAddress: z.string() }),
    ),
  },
  projectReportCsv: {
    method: 'GET',
    path: '/api/projects/:id/report.csv',
    summary: 'One line per entry, or per failed or uncertain object',
    tags: ['reports'],
    scope: 'read',
    params: idParams,
    query: z.object({ what: z.enum(['entries', 'failures']).optional() }),
    produces: 'text/csv',
    response: z.string(),
  },
  getReportKey: {
    method: 'GET',
    path: '/api/reports/key',
    summary: 'The public key that reports are signed with (sterna report verify FILE)',
    tags: ['reports'],
    scope: 'read',
    response: z.object({ key: reportProofSchema.shape.key }),
  },
  listAudit: {
    method: 'GET',
    path: '/api/audit',
    summary: 'Who did what and when, newest first',
    tags: ['reports'],
    scope: 'read',
    query: pageQuery.extend({ subject: z.string().max(200).optional(), action: z.string().max(200).optional() }),
    response: pageOf(
      z.object({
        seq: z.number().int(),
        actor: z.string(),
        action: z.string(),
        subject: z.string(),
        data: z.unknown().optional(),
        at: timestamp,
      }),
    ),
  },
  exportAudit: {
    method: 'GET',
    path: '/api/audit/export',
    summary: 'The whole audit trail, to be verified offline (sterna ledger verify FILE)',
    tags: ['reports'],
    scope: 'read',
    response: z.object({
      format: z.literal('sterna-audit-trail/1'),
      organization: z.string(),
      exportedAt: z.string(),
      events: z.array(
        z.object({
          seq: z.number().int(),
          actor: z.string(),
          action: z.string(),
          subject: z.string(),
          data: z.unknown(),
          at: z.string(),
          prevHash: z.string(),
          hash: z.string(),
        }),
      ),
    }),
  },
  verifyAudit: {
    method: 'GET',
    path: '/api/audit/verify',
    summary: "Does the audit trail's chain hold",
    tags: ['reports'],
    scope: 'read',
    response: z.union([
      z.object({ ok: z.literal(true), events: z.number().int(), head: z.string() }),
      z.object({ ok: z.literal(false), seq: z.number().int(), words: z.string() }),
    ]),
  },
});
