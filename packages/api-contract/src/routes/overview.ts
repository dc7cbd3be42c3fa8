import { LICENSE_TYPES, PASS_KINDS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, timestamp } from '../schemas/common.ts';
import { licenseBalanceSchema } from './plan-schema.ts';

const count = z.number().int().min(0);
const projectId = z.coerce.number().int().positive().optional();

const runningPassSchema = z
  .object({
    id,
    entryId: id,
    projectId: id.optional().describe('Absent for a backup or a restore'),
    projectName: z.string().optional(),
    purpose: z.enum(['migration', 'backup', 'restore', 'copy']),
    sourceAddress: z.string(),
    targetAddress: z.string(),
    batch: z.string().optional(),
    number: z.number().int(),
    kind: z.enum(PASS_KINDS),
    startedAt: timestamp.optional(),
    phase: z.string().optional(),
    folder: z.string().optional(),
    objects: count.describe('Settled in this pass'),
    planned: count.optional().describe('Still to do; absent until the source is listed'),
    failed: count,
    bytes: count,
    objectsPerSecond: z.number(),
    bytesPerSecond: z.number(),
    etaSeconds: z.number().int().optional(),
    throttledUntil: timestamp.optional(),
    throttledBy: z
      .object({ side: z.enum(['source', 'target']), reason: z.string() })
      .optional()
      .describe('Whose limit that is, in words'),
  })
  .meta({ id: 'RunningPass' });

const overviewProjectSchema = z
  .object({
    id,
    name: z.string(),
    entries: count,
    byStatus: z.record(z.string(), count).describe('Live entries by status'),
    uncertainEntries: count.describe('Entries whose last writing pass left objects uncertain'),
    uncertainObjects: count,
    unbalanced: count.describe('Entries whose last writing pass failed because its books do not balance'),
    attention: count.describe('Entries that need a person: status `failed` or `completed with failures`'),
    filter: z
      .object({ status: z.string() })
      .optional()
      .describe('Query of GET /api/projects/{id}/entries that lists them; absent where none does'),
  })
  .meta({ id: 'OverviewProject' });

const troubledEntrySchema = z
  .object({
    entryId: id,
    projectId: id,
    sourceAddress: z.string(),
    passId: id,
    passNumber: z.number().int(),
    endedAt: timestamp.optional(),
    objects: count.describe('How many of it are uncertain; 0 where the books do not balance'),
  })
  .meta({ id: 'TroubledEntry' });
const troubled = z.object({ total: count, items: z.array(troubledEntrySchema).describe('The first few') });

const waitingRemigrationSchema = z
  .object({
    id,
    entryId: id,
    projectId: id.optional(),
    sourceAddress: z.string(),
    step: z.string().describe('`continue`: the pilot of a bulk is through, and the rest waits for a decision'),
    words: z.string().describe('What to do'),
    isProblem: z.boolean().describe('Its last step failed or was refused'),
    bulkId: z.string().optional(),
    pilot: z.boolean(),
    since: timestamp,
  })
  .meta({ id: 'WaitingRemigration' });

const throttledSchema = z
  .object({
    kind: z
      .enum(['throttled', 'unavailable', 'window', 'mailbox'])
      .describe(
        '`throttled`: the system asked for less; `unavailable`: it does not answer; `window`: the settings say when; ' +
          '`mailbox`: only this mailbox is full or in use, others of its system go on',
      ),
    entry: z
      .object({ id, address: z.string() })
      .optional()
      .describe('Whose mailbox it is; absent for those beyond the first few'),
    system: z
      .object({ id, name: z.string() })
      .optional()
      .describe('Absent where neither side is the cause, or nobody knows which'),
    side: z.enum(['source', 'target', 'both']).optional(),
    between: z.object({ source: z.string(), target: z.string() }).optional().describe('Where no system is named'),
    code: z.string().optional(),
    reason: z.string().describe('In plain words'),
    fix: z.string().optional(),
    since: timestamp.optional(),
    until: timestamp.optional().describe('When the first of them goes on by itself'),
    passes: count.describe('That wait for it'),
    connections: count.optional().describe('Mailboxes at a time that Sterna allows itself there now'),
    ceiling: count.optional().describe('And at most'),
  })
  .meta({ id: 'Throttled' });

/** What an administrator leaves open on cutover night. */
export const overviewSchema = z
  .object({
    at: timestamp,
    projects: z.array(overviewProjectSchema),
    passes: z.object({
      running: count,
      queued: count,
      pending: count,
      items: z.array(runningPassSchema).describe('Running ones, longest first; not all where there are many'),
    }),
    attention: z.object({
      entries: count,
      uncertain: troubled,
      unbalanced: troubled,
      remigrations: z.object({ total: count, items: z.array(waitingRemigrationSchema) }),
    }),
    throttled: z.array(throttledSchema),
    licenses: z.array(licenseBalanceSchema).describe('Of the types that are granted or that entries need'),
    throughput: z.object({
      from: timestamp.describe('Begin of the first minute'),
      objects: z.array(count).describe('Settled in each minute; the last minute is not over yet'),
      bytes: z.array(count),
    }),
    forecast: z.object({
      passes: count.describe('Writing passes that are not over'),
      objectsLeft: count.describe('Of those passes that have listed their source'),
      unlisted: count.describe('Passes whose objects nobody has counted yet'),
      objectsPerSecond: z.number(),
      bytesPerSecond: z.number(),
      finishAt: timestamp.optional().describe('Absent while nobody can know it'),
      basis: z
        .enum(['objects', 'passes'])
        .optional()
        .describe('`objects`: what is left, at the rates now; `passes`: as fast as passes ended in the last hour'),
    }),
  })
  .meta({ id: 'Overview' });

const licenseNeedSchema = z
  .object({
    projectId: id,
    projectName: z.string(),
    type: z.enum(LICENSE_TYPES),
    entries: count,
    burned: count.describe('Entries that have burned theirs: they need no other'),
    assigned: count.describe('Entries that hold one and have not started'),
    open: count.describe('Entries that have not started and hold none: entries = burned + assigned + open'),
    short: count.describe('Licenses that lack if this project alone used what is available'),
  })
  .meta({ id: 'LicenseNeed' });

export const licenseForecastSchema = z
  .object({
    types: z.array(
      z.object({
        type: z.enum(LICENSE_TYPES),
        open: count,
        available: count.describe('Standard licenses'),
        trial: count.describe('Trial licenses: they let an entry start, for part of a mailbox'),
        short: count.describe('Standard licenses that lack for all projects together'),
      }),
    ),
    projects: z.array(licenseNeedSchema),
  })
  .meta({ id: 'LicenseForecast' });

export const overviewRoutes = defineRoutes({
  getOverview: {
    method: 'GET',
    path: '/api/overview',
    summary: 'What runs, what needs a person, what waits and for how long, licenses, throughput, forecast',
    tags: ['overview'],
    scope: 'read',
    isShared: true,
    query: z.object({
      projectId,
      hours: z.coerce.number().int().min(1).max(24).default(3).describe('Of throughput'),
    }),
    response: overviewSchema,
  },
  forecastLicenses: {
    method: 'GET',
    path: '/api/licenses/forecast',
    summary: 'Licenses that the entries which have not started need, against what is available',
    tags: ['overview', 'licenses'],
    scope: 'read',
    isShared: true,
    query: z.object({ projectId }),
    response: licenseForecastSchema,
  },
});
