import { PASS_KINDS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { booksSchema } from '../schemas/books.ts';
import { flag, id, idParams, jsonObject, pageOf, pageQuery, timestamp } from '../schemas/common.ts';

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

export const passRoutes = defineRoutes({
  getPass: {
    method: 'GET',
    path: '/api/passes/:id',
    summary: 'One pass: progress, books, result',
    tags: ['passes'],
    scope: 'read',
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
  listPasses: {
    method: 'GET',
    path: '/api/passes',
    summary: 'Passes of an entry, a project or the organization, newest first',
    tags: ['passes'],
    scope: 'read',
    query: pageQuery.extend({
      entryId: z.coerce.number().int().positive().optional(),
      projectId: z.coerce.number().int().positive().optional(),
      live: flag('Only those that are queued, running or pending'),
    }),
    response: pageOf(passSchema),
  },
});
