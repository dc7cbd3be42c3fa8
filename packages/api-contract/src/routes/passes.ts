import { PASS_KINDS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { booksSchema } from '../schemas/books.ts';
import { flag, id, idParams, jsonObject, pageOf, pageQuery, timestamp } from '../schemas/common.ts';
import { estimateSchema, licenseEffectSchema } from './plan-schema.ts';

export const PASS_STATUSES = [
  'queued',
  'running',
  'pending',
  'completed',
  'completed with failures',
  'stopped',
  'failed',
] as const;
/** A pass in one of these goes on by itself. */
export const LIVE_PASS_STATUSES: readonly string[] = ['queued', 'running', 'pending'];

export const passSchema = z
  .object({
    id,
    entryId: id,
    number: z.number().int(),
    kind: z.enum(PASS_KINDS),
    status: z.enum(PASS_STATUSES),
    settings: jsonObject.describe('As they were when it was asked for; what changes later is not for this pass'),
    settingsVersion: z.string(),
    requestedBy: z.string(),
    reason: z.string().optional(),
    stopRequested: z.boolean(),
    createdAt: timestamp,
    undo: z
      .object({ pass: z.number().int(), mode: z.enum(['plan', 'remove']) })
      .optional()
      .describe('Of an undo: the number of the pass that it takes back, and whether it just plans that'),
    undoneBy: z.number().int().optional().describe('Number of the pass that took this one back'),
    startedAt: timestamp.optional(),
    endedAt: timestamp.optional(),
    resumeAt: timestamp.optional(),
    activeSeconds: z.number(),
    progress: z.unknown().optional().describe('Objects, bytes, rate, time left, current folder, throttling'),
    books: booksSchema.optional(),
    folders: z
      .array(
        z.object({
          folder: z.string(),
          kind: z.string().optional().describe('Of its objects: message, event, task, contact'),
          target: z.string().optional(),
          books: booksSchema,
          excluded: z.string().optional().describe('Why it was left out as a whole'),
        }),
      )
      .optional()
      .describe('Books per folder of the source'),
    kinds: z.record(z.string(), booksSchema).optional().describe('The books by content kind'),
    result: z.unknown().optional().describe('Per folder, and what an audit or verify found'),
    error: z.unknown().optional().describe('Code, words and fix of a failed pass'),
  })
  .meta({ id: 'Pass' });
export type PassView = z.output<typeof passSchema>;

export const DRY_RUN_VERBS = ['create', 'overwrite', 'rename', 'update', 'skip', 'refuse'] as const;

export const dryRunSchema = z
  .object({
    passId: id,
    entryId: id,
    objects: z.record(z.enum(DRY_RUN_VERBS), z.number().int()),
    bytes: z.number().describe('Of what would be created or overwritten'),
    containers: z.number().int().describe('Folders, calendars … that would be made in the target'),
    unmapped: z.array(z.object({ principal: z.string(), occurrences: z.number().int(), places: z.array(z.string()) })),
    unmappedCount: z.number().int().describe('There may be more than are listed'),
    estimate: estimateSchema,
    license: licenseEffectSchema,
  })
  .meta({ id: 'DryRun' });
export type DryRunView = z.output<typeof dryRunSchema>;

export const dryRunObjectSchema = z
  .object({
    verb: z.enum(DRY_RUN_VERBS),
    kind: z.string(),
    id: z.string().describe('Of the source'),
    folder: z.array(z.string()),
    targetFolder: z.array(z.string()).optional(),
    size: z.number().optional(),
    reason: z.string().describe('Why it would be skipped, where that has a name; else none'),
    notes: z.array(z.object({ text: z.string(), fix: z.string().nullable(), subject: z.string().nullable() })),
  })
  .meta({ id: 'DryRunObject' });

export const passRoutes = defineRoutes({
  getPass: {
    method: 'GET',
    path: '/api/passes/:id',
    summary: 'One pass: progress, books, result',
    tags: ['passes'],
    scope: 'read',
    isShared: true,
    params: idParams,
    response: passSchema,
  },
  undoPass: {
    method: 'POST',
    path: '/api/passes/:id/undo',
    summary:
      'Take back what the last pass created and overwrote: first a plan, then, confirmed, the undo; gives no license back',
    tags: ['passes'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      targetAddress: z
        .string()
        .optional()
        .describe('The entry’s target address, typed to confirm the plan; without it, the undo is planned'),
    }),
    status: 202,
    response: z.object({ pass: passSchema }),
  },
  getDryRun: {
    method: 'GET',
    path: '/api/passes/:id/dry-run',
    summary: 'What a dry run found: objects by what would be done, unmapped people, time, license',
    tags: ['passes'],
    scope: 'read',
    params: idParams,
    response: dryRunSchema,
  },
  listDryRunObjects: {
    method: 'GET',
    path: '/api/passes/:id/dry-run/objects',
    summary: 'What would be done with each object; those that would stay as they are are left out',
    description: 'Kept until the next dry run of the entry.',
    tags: ['passes'],
    scope: 'read',
    params: idParams,
    query: pageQuery.extend({ verb: z.enum(DRY_RUN_VERBS).optional().describe('Only these') }),
    response: pageOf(dryRunObjectSchema),
  },
  listPasses: {
    method: 'GET',
    path: '/api/passes',
    summary: 'Passes of an entry, a project or the organization, newest first',
    tags: ['passes'],
    scope: 'read',
    isShared: true,
    query: pageQuery.extend({
      entryId: z.coerce.number().int().positive().optional(),
      projectId: z.coerce.number().int().positive().optional(),
      live: flag('Only those that are queued, running or pending'),
    }),
    response: pageOf(passSchema),
  },
});
