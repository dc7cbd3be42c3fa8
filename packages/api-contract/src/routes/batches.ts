import { MOST_REPEAT_HOURS, SCHEDULE_KINDS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { flag, id, idParams, timestamp } from '../schemas/common.ts';

const count = z.number().int().min(0);
const batch = z.string().max(1_000).describe('As in the user list; empty for the entries without a batch');
const instant = z.iso.datetime({ offset: true }).describe('An instant, with its offset');

export const batchRunSchema = z
  .object({
    id,
    scheduleId: id,
    dueAt: timestamp,
    missed: count.describe('Repeats before it that nobody was there for'),
    beganAt: timestamp,
    endedAt: timestamp.optional().describe('When the last entry was started or refused'),
    started: count,
    refused: count,
    passes: z.object({ running: count, completed: count, withFailures: count, failed: count }),
    refusals: z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        fix: z.string().optional(),
        entries: count,
        sample: z.array(z.object({ entryId: id, sourceAddress: z.string() })).describe('The first few'),
      }),
    ),
  })
  .meta({ id: 'BatchRun' });

export const scheduleSchema = z
  .object({
    id,
    projectId: id,
    batch,
    kind: z.enum(SCHEDULE_KINDS).describe('initial: what has never started; delta: what is new in what has'),
    state: z.enum(['open', 'over', 'cancelled']),
    runAt: timestamp.describe('The first time'),
    zone: z.string().describe('The time zone that the person meant it in'),
    everyHours: count.optional(),
    until: timestamp.optional(),
    nextRunAt: timestamp.optional(),
    requestedBy: z.string(),
    createdAt: timestamp,
    cancelledAt: timestamp.optional(),
    cancelledBy: z.string().optional(),
    lastRun: batchRunSchema.optional(),
  })
  .meta({ id: 'Schedule' });

export const batchRoutes = defineRoutes({
  listSchedules: {
    method: 'GET',
    path: '/api/projects/:id/schedules',
    summary: 'Schedules of the batches: open ones by their next time, then the latest that are over',
    tags: ['batches'],
    scope: 'read',
    params: idParams,
    query: z.object({
      batch: batch.optional(),
      open: flag('Only those that are to come, or only the others'),
      limit: z.coerce.number().int().min(1).max(500).optional(),
    }),
    response: z.object({ items: z.array(scheduleSchema) }),
  },
  createSchedule: {
    method: 'POST',
    path: '/api/projects/:id/schedules',
    summary: 'Start a batch at an instant, or bring what is new every so many hours until the cutover',
    tags: ['batches'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      batch,
      kind: z.enum(SCHEDULE_KINDS),
      runAt: instant,
      zone: z.string().max(100).describe('IANA name, such as Europe/Berlin'),
      everyHours: z.number().int().min(1).max(MOST_REPEAT_HOURS).optional().describe('Only for a delta'),
      until: instant.optional(),
    }),
    status: 201,
    response: scheduleSchema,
  },
  cancelSchedule: {
    method: 'POST',
    path: '/api/schedules/:id/cancel',
    summary: 'Nothing more starts by it; what it has started goes on',
    tags: ['batches'],
    scope: 'operate',
    params: idParams,
    response: scheduleSchema,
  },
  listScheduleRuns: {
    method: 'GET',
    path: '/api/schedules/:id/runs',
    summary: 'The times it has run, newest first: what was started, what was not and why',
    tags: ['batches'],
    scope: 'read',
    params: idParams,
    query: z.object({ limit: z.coerce.number().int().min(1).max(500).optional() }),
    response: z.object({ items: z.array(batchRunSchema) }),
  },
});
