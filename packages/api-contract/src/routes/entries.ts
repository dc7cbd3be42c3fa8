import { ITEM_TYPES, LICENSE_TIERS, LICENSE_TYPES } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { booksSchema } from '../schemas/books.ts';
import { CSV_LIMIT, csv, flag, id, idParams, jsonObject, pageOf, pageQuery, timestamp } from '../schemas/common.ts';
import { passSchema } from './passes.ts';
import { planSchema } from './plan-schema.ts';
import { csvProblemSchema } from './projects.ts';
import { credentialsInput } from './systems.ts';

export const ENTRY_STATUSES = [
  'not started',
  'scheduled',
  'running',
  'pending',
  'completed',
  'completed with failures',
  'stopped',
  'failed',
] as const;

export const entryLicenseSchema = z
  .object({
    id: z.string(),
    type: z.enum(LICENSE_TYPES),
    tier: z.enum(LICENSE_TIERS),
    burned: z.boolean(),
  })
  .meta({ id: 'EntryLicense' });

export const entrySchema = z
  .object({
    id,
    projectId: id.optional().describe('Backups and restores have none'),
    itemType: z.enum(ITEM_TYPES),
    sourceAddress: z.string(),
    targetAddress: z.string(),
    displayName: z.string().optional(),
    batch: z.string().optional(),
    status: z.enum(ENTRY_STATUSES),
    statusDetail: z.string().optional().describe('Why it waits or failed, in words'),
    resumeAt: timestamp.optional(),
    merge: z.boolean(),
    hasCredentials: z.object({ source: z.boolean(), target: z.boolean() }),
    settings: jsonObject.describe("Its own, over the project's"),
    licenses: z.array(entryLicenseSchema).describe('Best one first'),
    lastPass: z
      .object({
        id,
        number: z.number().int(),
        kind: z.string(),
        status: z.string(),
        books: booksSchema.optional(),
        progress: z.unknown().optional(),
        startedAt: timestamp.optional(),
        endedAt: timestamp.optional(),
      })
      .optional(),
    failures: z.number().int().describe('Failed or uncertain by the books of its last initial or delta pass'),
    inventoryDue: z
      .boolean()
      .describe(
        'The database was restored: its next migrating pass takes inventory of the whole target before it writes',
      ),
    replacesEntryId: id.optional(),
    createdAt: timestamp,
    archivedAt: timestamp.optional(),
  })
  .meta({ id: 'Entry' });

const itemType = z.enum(ITEM_TYPES);
const tier = z.enum(LICENSE_TIERS).optional().describe('Default: standard before trial');
const license = z.enum(['none', 'assigned', 'burned']).optional();
const search = z.string().max(500).optional().describe('Part of an address or name, without case');

const entryInput = z.object({
  itemType: itemType.default('mailbox'),
  sourceAddress: z.string().trim().min(1).max(1000),
  targetAddress: z.string().trim().min(1).max(1000),
  displayName: z.string().max(500).optional(),
  batch: z.string().max(200).optional(),
  merge: z.boolean().optional().describe('Allows several entries into one target'),
  sourceCredentials: credentialsInput.optional(),
  targetCredentials: credentialsInput.optional(),
  settings: jsonObject.optional(),
});

/** Actions that take nothing but the entry. */
export const PLAIN_ACTIONS = [
  'delta',
  'audit',
  'verify',
  'preprocess',
  'stop',
  'resume',
  'retry',
  'delete',
  'release',
] as const;

const bulkAct = z.discriminatedUnion('action', [
  z.object({ action: z.enum(['start', 'assign']), tier }),
  z.object({ action: z.enum(PLAIN_ACTIONS) }),
  z.object({ action: z.literal('batch'), batch: z.string().max(200).optional().describe('None: out of its batch') }),
]);

/** Which entries an action means. */
const selection = z.object({
  entryIds: z.array(id).max(50_000).optional().describe('These; or leave it out and give a filter'),
  filter: z
    .object({
      search,
      status: z.array(z.enum(ENTRY_STATUSES)).optional(),
      itemType: itemType.optional(),
      batch: z.string().max(200).optional().describe('Empty: those without one'),
      license,
    })
    .optional()
    .describe('All that match; an empty filter means every live entry'),
  exceptIds: z.array(id).max(50_000).optional().describe('With a filter: all that match but these'),
});
/** 50,000 ids. */
const SELECTION_LIMIT = 2 * 1024 * 1024;

const started = z.object({ pass: passSchema });

export const entryRoutes = defineRoutes({
  listEntries: {
    method: 'GET',
    path: '/api/projects/:id/entries',
    summary: 'The user list, filtered and sorted',
    tags: ['user list'],
    scope: 'read',
    isShared: true,
    params: idParams,
    query: pageQuery.extend({
      search,
      status: z.string().max(500).optional().describe('One or more statuses, comma-separated'),
      itemType: itemType.optional(),
      batch: z.string().max(200).optional(),
      license,
      archived: flag('Deleted entries instead of live ones'),
      ids: z.string().max(10_000).optional().describe('Only those of these that match, comma-separated'),
      skip: z.coerce
        .number()
        .int()
        .min(0)
        .max(1_000_000)
        .optional()
        .describe('Rows to leave out before the page, for a jump; `after` is steadier where a list is read through'),
      sort: z.enum(['id', 'source', 'target', 'status', 'batch']).default('id'),
      descending: flag('Last first'),
    }),
    response: pageOf(entrySchema).extend({ total: z.number().int() }),
  },
  listBatches: {
    method: 'GET',
    path: '/api/projects/:id/batches',
    summary: 'Batches of the user list',
    tags: ['user list'],
    scope: 'read',
    isShared: true,
    params: idParams,
    response: z.object({ items: z.array(z.object({ batch: z.string().optional(), entries: z.number().int() })) }),
  },
  createEntries: {
    method: 'POST',
    path: '/api/projects/:id/entries',
    summary: 'Add entries: all or none',
    tags: ['user list'],
    scope: 'operate',
    params: idParams,
    body: z.object({ entries: z.array(entryInput).min(1).max(10_000) }),
    bodyLimit: 16 * 1024 * 1024,
    status: 201,
    response: z.object({ items: z.array(entrySchema) }),
  },
  importEntries: {
    method: 'POST',
    path: '/api/projects/:id/entries/import',
    summary: 'Import the user list from a CSV',
    description: 'Every problem of every line is told. Nothing is made while there are any, unless `partial`.',
    tags: ['user list'],
    scope: 'operate',
    params: idParams,
    query: z.object({
      preview: flag('Only look: nothing is made, every bad line is told'),
      partial: flag('Import the good lines although some are bad'),
    }),
    consumes: 'text/csv',
    body: csv,
    bodyLimit: CSV_LIMIT,
    response: z.object({
      imported: z.number().int().describe('Entries made; in a preview, those that would be'),
      entryIds: z.array(id),
      problems: z.array(csvProblemSchema),
    }),
  },
  exportEntries: {
    method: 'GET',
    path: '/api/projects/:id/entries.csv',
    summary: 'The user list as CSV; credentials are never exported',
    tags: ['user list'],
    scope: 'read',
    params: idParams,
    produces: 'text/csv',
    response: z.string(),
  },
  discoverEntries: {
    method: 'POST',
    path: '/api/projects/:id/discover',
    summary: 'What the source system holds, where it can list that; makes no entries',
    tags: ['user list'],
    scope: 'operate',
    params: idParams,
    body: z.object({ itemType: itemType.default('mailbox') }),
    response: z.object({
      items: z.array(
        z.object({
          itemType,
          address: z.string(),
          displayName: z.string().optional(),
          objects: z.number().int().optional(),
          bytes: z.number().int().optional(),
          listed: z.boolean().describe('Already in the user list'),
        }),
      ),
    }),
  },
  bulkEntries: {
    method: 'POST',
    path: '/api/projects/:id/entries/bulk',
    summary: 'One action for many entries',
    description: 'Each entry on its own: one that is refused does not keep the others from it.',
    tags: ['user list'],
    scope: 'operate',
    params: idParams,
    body: selection.extend({
      act: bulkAct,
      expected: z
        .number()
        .int()
        .optional()
        .describe('How many were selected when it was decided; refused where that has changed meanwhile'),
      bulkId: z
        .string()
        .max(100)
        .optional()
        .describe('Comes back in the events of the type `bulk` that tell how far it is'),
    }),
    bodyLimit: SELECTION_LIMIT,
    response: z.object({
      done: z.array(id),
      refused: z.array(
        z.object({
          entryId: id,
          sourceAddress: z.string().optional().describe('Absent where there is no such entry'),
          code: z.string(),
          message: z.string(),
          fix: z.string().optional(),
        }),
      ),
    }),
  },
  previewBulk: {
    method: 'POST',
    path: '/api/projects/:id/entries/bulk/preview',
    summary: 'What a bulk action would do as things stand; changes nothing',
    tags: ['user list'],
    scope: 'operate',
    params: idParams,
    body: selection.extend({ act: bulkAct }),
    bodyLimit: SELECTION_LIMIT,
    response: z
      .object({
        entries: z.number().int().describe('Selected'),
        would: z.number().int().describe('Of them, those for which it would be done'),
        refused: z
          .array(
            z.object({
              code: z.string(),
              message: z.string().describe('Of the first one'),
              fix: z.string().optional(),
              entries: z.number().int(),
              sample: z.array(z.object({ entryId: id, sourceAddress: z.string().optional() })),
            }),
          )
          .describe('The others by cause, most frequent first'),
        licenses: z
          .array(
            z.object({
              type: z.enum(LICENSE_TYPES),
              tier: z.enum(LICENSE_TIERS),
              needed: z.number().int().describe('Entries refused for want of licenses included'),
              available: z.number().int(),
            }),
          )
          .describe('What it takes from the balance'),
      })
      .meta({ id: 'BulkPreview' }),
  },
  exportSelection: {
    method: 'POST',
    path: '/api/projects/:id/entries/export.csv',
    summary: 'The selected entries as CSV; credentials are never exported',
    tags: ['user list'],
    scope: 'read',
    params: idParams,
    body: selection,
    bodyLimit: SELECTION_LIMIT,
    produces: 'text/csv',
    response: z.string(),
  },
  getEntry: {
    method: 'GET',
    path: '/api/entries/:id',
    summary: 'One entry',
    tags: ['entries'],
    scope: 'read',
    isShared: true,
    params: idParams,
    response: entrySchema,
  },
  updateEntry: {
    method: 'PATCH',
    path: '/api/entries/:id',
    summary: 'Change an entry; the addresses of one that has started stay',
    tags: ['entries'],
    scope: 'operate',
    params: idParams,
    body: entryInput
      .omit({ itemType: true, merge: true, batch: true })
      .extend({
        batch: z.string().max(200).nullable(),
        settings: jsonObject.describe('A patch; null goes back to what the project says'),
      })
      .partial(),
    response: entrySchema,
  },
  deleteEntry: {
    method: 'DELETE',
    path: '/api/entries/:id',
    summary: 'Delete an entry: it is archived with its books; a license that never burned is released',
    tags: ['entries'],
    scope: 'operate',
    params: idParams,
    status: 200,
    response: entrySchema,
  },
  recreateEntry: {
    method: 'POST',
    path: '/api/entries/:id/recreate',
    summary: 'A new entry like a deleted one: it inherits nothing, and needs a license of its own',
    tags: ['entries'],
    scope: 'operate',
    params: idParams,
    body: z.object({ targetAddress: z.string().trim().min(1).max(1000).optional() }),
    status: 201,
    response: entrySchema,
  },
  assignLicense: {
    method: 'POST',
    path: '/api/entries/:id/license',
    summary: 'Assign a license; it burns at the first start',
    tags: ['entries', 'licenses'],
    scope: 'operate',
    params: idParams,
    body: z.object({ tier }),
    response: entryLicenseSchema,
  },
  releaseLicense: {
    method: 'DELETE',
    path: '/api/entries/:id/license',
    summary: 'Release a license that never burned',
    tags: ['entries', 'licenses'],
    scope: 'operate',
    params: idParams,
    status: 200,
    response: entryLicenseSchema,
  },
  planEntry: {
    method: 'GET',
    path: '/api/entries/:id/plan',
    summary: 'What a start would do and cost, before anything is spent',
    tags: ['entries', 'passes'],
    scope: 'read',
    params: idParams,
    query: z.object({ tier, live: flag('Ask the systems too, not only the books') }),
    response: planSchema,
  },
  startEntry: {
    method: 'POST',
    path: '/api/entries/:id/start',
    summary: 'Start a writing pass: initial the first time, delta afterwards',
    description: 'The first start burns the license, once; later ones cost nothing.',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    body: z.object({ tier, reason: z.string().max(2000).optional() }),
    status: 202,
    response: started.extend({ burned: entryLicenseSchema.optional() }),
  },
  stopEntry: {
    method: 'POST',
    path: '/api/entries/:id/stop',
    summary: 'Stop the live pass after what is in flight',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: started,
  },
  resumeEntry: {
    method: 'POST',
    path: '/api/entries/:id/resume',
    summary: 'Go on after a stop or failure; a pending pass is woken now',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: started,
  },
  retryEntry: {
    method: 'POST',
    path: '/api/entries/:id/retry',
    summary: 'A delta pass that plans again what failed',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      codes: z
        .array(z.string().max(100))
        .min(1)
        .max(100)
        .optional()
        .describe('Only what failed for these causes (entryFailures); the others stay failed'),
    }),
    status: 202,
    response: started,
  },
  preprocessEntry: {
    method: 'POST',
    path: '/api/entries/:id/preprocess',
    summary: 'Make its group, team or site in the target, with members and channels, and tell what is missing there',
    description: 'Nobody is mailed; costs nothing. What is there is found, so it can be repeated.',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: started,
  },
  finishEntry: {
    method: 'POST',
    path: '/api/entries/:id/finish',
    summary: 'Give back what its passes hold in the target: channels in migration mode, spaces that are being imported',
    description:
      'For an entry that was stopped in the middle. Costs nothing, asks nothing of the source, and can be repeated; result.finished names what was given back, result.refused what another app holds.',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: started,
  },
  auditEntry: {
    method: 'POST',
    path: '/api/entries/:id/audit',
    summary: 'Read the source and count: writes nothing, costs nothing',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: started,
  },
  dryRunEntry: {
    method: 'POST',
    path: '/api/entries/:id/dry-run',
    summary: 'The pass that a start would run, with writes blocked: changes nothing, costs nothing',
    description: 'Reads everything that would be sent. What it found is at /api/passes/:id/dry-run.',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: started,
  },
  verifyEntry: {
    method: 'POST',
    path: '/api/entries/:id/verify',
    summary: 'Hold source, books and target against each other: writes nothing, costs nothing',
    tags: ['entries', 'passes'],
    scope: 'operate',
    params: idParams,
    body: z.object({ depth: z.enum(['counts', 'keys', 'content']).optional() }),
    status: 202,
    response: started,
  },
});
