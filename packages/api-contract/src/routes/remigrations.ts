import { LICENSE_TIERS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { flag, id, idParams, jsonObject, timestamp } from '../schemas/common.ts';
import { remigrationPlanSchema } from './plan-schema.ts';

export const REMIGRATION_REASONS = [
  'target content deleted',
  'configuration changed',
  'target changed',
  'critical errors',
] as const;

export const remigrationSchema = z
  .object({
    id,
    entryId: id,
    newEntryId: id.optional(),
    projectId: id.optional(),
    sourceAddress: z.string(),
    targetAddress: z.string().describe('Of the old entry'),
    newTargetAddress: z.string().optional().describe('Where the new entry is to write, if that was said at the start'),
    reason: z.enum(REMIGRATION_REASONS),
    note: z.string(),
    step: z.enum(['backup', 'target', 'confirm', 'recreate', 'start', 'verify', 'done', 'cancelled']),
    next: z.string().describe('What to do next, in words'),
    waitingFor: z
      .object({ passId: id, kind: z.string(), status: z.string() })
      .optional()
      .describe('The pass that the current step waits for'),
    problem: z.string().optional().describe('Why the current step did not succeed'),
    fix: z.string().optional().describe('What to do about the problem'),
    backup: z.union([z.object({ entryId: id, path: z.string() }), z.object({ refused: z.string() })]).optional(),
    frozen: z
      .object({ objects: z.number().int(), bytes: z.number() })
      .optional()
      .describe('What is listed for removal'),
    steps: z
      .array(
        z.object({
          step: z.string(),
          of: z
            .enum(['reason', 'backup', 'target', 'confirm', 'recreate', 'start', 'verify', 'done', 'cancelled'])
            .describe('The step of the flow that it belongs to'),
          who: z.string(),
          when: z.string(),
          why: z.string(),
          passId: id.optional().describe('The pass that it queued'),
        }),
      )
      .describe('What was done, by whom and when'),
    verified: z.enum(['ok', 'differs']).optional().describe('What the verify of the flow found, once it has ended'),
    bulkId: z.string().optional(),
    pilot: z.boolean(),
    createdAt: timestamp,
    endedAt: timestamp.optional(),
  })
  .meta({ id: 'Remigration' });

const count = z.number().int().min(0);

export const bulkRemigrationSchema = z
  .object({
    id: z.string(),
    state: z.enum(['pilot', 'asks', 'rest', 'done', 'cancelled']),
    pilot: remigrationSchema,
    rest: z.array(remigrationSchema).describe('Those that need a person first, then those under way'),
    counts: z
      .object({
        begun: count,
        needPerson: count,
        underWay: count,
        done: count,
        differ: count.describe('Of those done: their verify found differences'),
        cancelled: count,
        refused: count,
      })
      .describe('Of the others, the pilot left out'),
    waiting: z.array(id).describe('Entries that wait for the decision after the pilot'),
    refused: z.array(z.string()).describe('Entries that could not begin, and why'),
    words: z.string(),
  })
  .meta({ id: 'BulkRemigration' });

const address = z.string().trim().min(1).max(1000);
const note = z.string().max(5000).optional();
const why = z.string().max(2000).optional();
const tier = z.enum(LICENSE_TIERS).optional();
const conflict = z.enum(['skip', 'overwrite', 'rename']).optional();
const bulkParams = z.object({ bulkId: z.string().max(100) });

export const remigrationRoutes = defineRoutes({
  planRemigration: {
    method: 'GET',
    path: '/api/entries/:id/remigration-plan',
    summary: 'Before a remigration: would a delta do, what would burn, what would be duplicated, what changed',
    tags: ['remigration'],
    scope: 'read',
    params: idParams,
    query: z.object({ targetAddress: address.optional(), live: flag('Ask the systems too') }),
    response: remigrationPlanSchema,
  },
  beginRemigration: {
    method: 'POST',
    path: '/api/entries/:id/remigrations',
    summary: 'Step 1: begin, with a reason',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({ reason: z.enum(REMIGRATION_REASONS), note, targetAddress: address.optional() }),
    status: 201,
    response: remigrationSchema,
  },
  listRemigrations: {
    method: 'GET',
    path: '/api/remigrations',
    summary: 'Remigrations',
    tags: ['remigration'],
    scope: 'read',
    isShared: true,
    query: z.object({
      projectId: z.coerce.number().int().positive().optional(),
      entryId: z.coerce.number().int().positive().optional(),
      open: flag('Only those that have not ended'),
    }),
    response: z.object({ items: z.array(remigrationSchema) }),
  },
  getRemigration: {
    method: 'GET',
    path: '/api/remigrations/:id',
    summary: 'One remigration, and what its next step is',
    tags: ['remigration'],
    scope: 'read',
    params: idParams,
    response: remigrationSchema,
  },
  chooseRemigrationBackup: {
    method: 'POST',
    path: '/api/remigrations/:id/backup',
    summary: 'Step 2: back up the target, or refuse it with a reason',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({ choice: z.enum(['backup', 'refuse']), why }),
    response: remigrationSchema,
  },
  chooseRemigrationTarget: {
    method: 'POST',
    path: '/api/remigrations/:id/target',
    summary: 'Step 3: empty the target (the list is frozen), or keep what it holds',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      choice: z.enum(['empty', 'keep']),
      conflict,
      duplicatePrevention: z.boolean().optional(),
      why,
    }),
    response: remigrationSchema,
  },
  confirmRemigrationEmptying: {
    method: 'POST',
    path: '/api/remigrations/:id/confirm',
    summary: 'Step 3b: remove what was frozen; the target address is typed to confirm',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({ targetAddress: z.string().max(1000) }),
    response: remigrationSchema,
  },
  recreateRemigration: {
    method: 'POST',
    path: '/api/remigrations/:id/recreate',
    summary: 'Step 4: archive the old entry, make the new one, assign its license: one transaction',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({ tier, targetAddress: address.optional(), settings: jsonObject.optional() }),
    response: remigrationSchema,
  },
  startRemigration: {
    method: 'POST',
    path: '/api/remigrations/:id/start',
    summary: 'Step 5: start; burns the new license',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    response: remigrationSchema,
  },
  verifyRemigration: {
    method: 'POST',
    path: '/api/remigrations/:id/verify',
    summary: 'Step 6: verify, or end without',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({ skip: z.boolean().optional() }),
    response: remigrationSchema,
  },
  stopRemigrationPass: {
    method: 'POST',
    path: '/api/remigrations/:id/stop',
    summary: 'Stop the pass that the current step waits for; the step can then be done again, or otherwise',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    response: remigrationSchema,
  },
  cancelRemigration: {
    method: 'POST',
    path: '/api/remigrations/:id/cancel',
    summary: 'End here: what was done stays done and recorded; a backup or an emptying under way is stopped',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({ why: z.string().trim().min(1).max(2000) }),
    response: remigrationSchema,
  },
  beginBulkRemigration: {
    method: 'POST',
    path: '/api/projects/:id/bulk-remigrations',
    summary: 'The same choices for many entries; one pilot goes first',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      entryIds: z.array(id).min(1).max(50_000),
      pilotEntryId: id.optional(),
      reason: z.enum(REMIGRATION_REASONS),
      note,
      backup: z.enum(['backup', 'refuse']),
      target: z.enum(['empty', 'keep']),
      conflict,
      tier,
      confirmation: z.string().max(100).optional().describe('To empty: the number of entries, typed'),
    }),
    bodyLimit: 2 * 1024 * 1024,
    status: 201,
    response: bulkRemigrationSchema,
  },
  getBulkRemigration: {
    method: 'GET',
    path: '/api/bulk-remigrations/:bulkId',
    summary: 'How far a bulk remigration is',
    tags: ['remigration'],
    scope: 'read',
    params: bulkParams,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).optional().describe('How many of the others; default 200'),
    }),
    response: bulkRemigrationSchema,
  },
  continueBulkRemigration: {
    method: 'POST',
    path: '/api/bulk-remigrations/:bulkId/continue',
    summary: 'After the pilot: go on with the rest, or end',
    tags: ['remigration'],
    scope: 'operate',
    params: bulkParams,
    body: z.object({ go: z.boolean() }),
    response: bulkRemigrationSchema,
  },
});
