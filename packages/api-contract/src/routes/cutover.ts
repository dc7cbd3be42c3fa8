import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { idParams, name, pathId, timestamp } from '../schemas/common.ts';

const count = z.number().int().min(0);
const batch = z.string().max(1_000).describe('Empty for the entries without a batch');

const evidence = z
  .object({
    entries: count,
    done: count.describe('Completed: nothing failed, nothing differs'),
    withFailures: count.describe('Ended with failures, or found differences'),
    failed: count.describe('The pass itself failed or was stopped'),
    running: count,
    none: count.describe('No such pass yet'),
    stale: count.describe('Ended before the last migrating pass of the entry'),
    firstEndedAt: timestamp.optional(),
    lastEndedAt: timestamp.optional(),
  })
  .meta({ id: 'PassEvidence' });

export const cutoverBatchSchema = z
  .object({
    batch,
    entries: count,
    statuses: z.record(z.string(), count).describe('Entries by status, without regard to schedules'),
    waiting: count.describe('Entries that wait for a schedule'),
    lines: z.array(
      z.object({
        key: z.string().describe('last-delta, forwarding, mx, profiles, verify, or own-N'),
        title: z.string(),
        own: z.boolean(),
        note: z.string(),
        doneAt: timestamp.optional(),
        doneBy: z.string().optional(),
        evidence: evidence.optional().describe('Of last-delta and verify: what the passes say now'),
      }),
    ),
  })
  .meta({ id: 'CutoverBatch' });

const lineParams = z.object({ id: pathId, key: z.string().max(100) });

export const cutoverRoutes = defineRoutes({
  listCutover: {
    method: 'GET',
    path: '/api/projects/:id/cutover',
    summary: 'Cutover checklist of every batch, with what the passes say',
    tags: ['batches'],
    scope: 'read',
    params: idParams,
    query: z.object({ batch: batch.optional() }),
    response: z.object({ items: z.array(cutoverBatchSchema) }),
  },
  changeCutoverLine: {
    method: 'PUT',
    path: '/api/projects/:id/cutover/:key',
    summary: 'Tick a line of a checklist, take the tick away, or change its note',
    tags: ['batches'],
    scope: 'operate',
    params: lineParams,
    body: z.object({ batch, done: z.boolean().optional(), note: z.string().max(2_000).optional() }),
    response: cutoverBatchSchema,
  },
  addCutoverLine: {
    method: 'POST',
    path: '/api/projects/:id/cutover',
    summary: "Add a line of the batch's own",
    tags: ['batches'],
    scope: 'operate',
    params: idParams,
    body: z.object({ batch, title: name }),
    status: 201,
    response: cutoverBatchSchema,
  },
  removeCutoverLine: {
    method: 'DELETE',
    path: '/api/projects/:id/cutover/:key',
    summary: "Remove a line of the batch's own",
    tags: ['batches'],
    scope: 'operate',
    params: lineParams,
    query: z.object({ batch }),
    status: 200,
    response: cutoverBatchSchema,
  },
});
