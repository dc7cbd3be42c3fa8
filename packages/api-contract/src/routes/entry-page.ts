import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, idParams, pageOf, pageQuery, timestamp } from '../schemas/common.ts';
import { passSchema } from './passes.ts';
import { noteSchema } from './reports.ts';

const count = z.number().int().min(0);
const pass = z.number().int().positive().describe('Number of the pass within its entry');

/** Words that several rows share, with how many there are. */
export const noteCountSchema = z
  .object({ kind: z.string(), code: z.string(), reason: z.string(), objects: count })
  .meta({ id: 'NoteCount' });

export const failureGroupSchema = z
  .object({
    code: z.string(),
    state: z.enum(['failed', 'uncertain']),
    objects: count,
    reason: z.string().describe('In plain words, of the newest one'),
    fix: z.string().optional().describe('What to do'),
    canRetry: z.boolean().describe('A retry plans them again; what is uncertain is never sent again'),
    firstAt: timestamp.optional(),
    lastAt: timestamp.optional(),
    sample: z.array(
      z.object({
        noteId: id.optional().describe('For compareObject'),
        folder: z.string().optional(),
        subject: z.string().optional(),
        reason: z.string(),
        pass,
      }),
    ),
  })
  .meta({ id: 'FailureGroup' });

const versionSchema = z
  .object({
    state: z
      .enum(['present', 'absent', 'unreadable', 'none'])
      .describe('`none`: by the books it never was there; `absent`: it was, and is gone'),
    words: z.string().optional().describe('Why it is not shown'),
    folder: z.string().optional(),
    flags: z.array(z.string()),
    date: timestamp.optional(),
    size: z.number().int().optional().describe('Of the whole object, in bytes'),
    digest: z
      .string()
      .optional()
      .describe(
        'Equal for copies that differ in nothing but line ends; absent where it was too large to be read whole',
      ),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
    body: z.string().describe('The first bytes after the headers, as text'),
    truncated: z.boolean(),
  })
  .meta({ id: 'ObjectVersion' });

export const entryPageRoutes = defineRoutes({
  entryFailures: {
    method: 'GET',
    path: '/api/entries/:id/failures',
    summary: 'What has failed or is uncertain now, by cause, with what to do',
    tags: ['entries'],
    scope: 'read',
    isShared: true,
    params: idParams,
    response: z.object({
      objects: count,
      groups: z.array(failureGroupSchema),
      pass: z
        .object({ id, status: z.string(), error: z.unknown() })
        .optional()
        .describe('Why the last writing pass as a whole failed or waits'),
    }),
  },
  listFailedObjects: {
    method: 'GET',
    path: '/api/entries/:id/failures/objects',
    summary: 'The objects of one group of failures, folder by folder',
    tags: ['entries'],
    scope: 'read',
    params: idParams,
    query: pageQuery.extend({ code: z.string().max(100), state: z.enum(['failed', 'uncertain']) }),
    response: pageOf(
      z.object({
        noteId: id.optional().describe('For compareObject'),
        folder: z.string().optional(),
        subject: z.string().optional(),
        reason: z.string(),
        size: count.optional().describe('Bytes'),
        pass,
        at: timestamp.optional(),
      }),
    ),
  },
  entryLineage: {
    method: 'GET',
    path: '/api/entries/:id/lineage',
    summary: 'An entry among those that it replaces and those that replaced it, oldest first',
    tags: ['entries'],
    scope: 'read',
    isShared: true,
    params: idParams,
    response: z.object({
      items: z.array(
        z.object({
          id,
          sourceAddress: z.string(),
          targetAddress: z.string(),
          status: z.string(),
          createdAt: timestamp,
          archivedAt: timestamp.optional(),
        }),
      ),
    }),
  },
  listNotes: {
    method: 'GET',
    path: '/api/entries/:id/notes',
    summary: 'Notes of an entry, oldest first: failures, fidelity notes, findings of a verify',
    tags: ['entries'],
    scope: 'read',
    params: idParams,
    query: pageQuery.extend({
      kind: z
        .enum(['failure', 'uncertain', 'fidelity', 'skipped', 'suspect', 'gone'])
        .optional()
        .describe('Only this kind'),
      code: z.string().max(100).optional(),
      pass: z.coerce.number().int().positive().optional().describe('Number of the pass within its entry'),
    }),
    response: pageOf(
      noteSchema.extend({ id, comparable: z.boolean().describe('compareObject can show it side by side') }),
    ),
  },
  countNotes: {
    method: 'GET',
    path: '/api/entries/:id/notes/counts',
    summary: 'How many notes of each cause an entry has',
    tags: ['entries'],
    scope: 'read',
    isShared: true,
    params: idParams,
    query: z.object({ kind: z.enum(['failure', 'uncertain', 'fidelity', 'skipped', 'suspect', 'gone']).optional() }),
    response: z.object({ items: z.array(noteCountSchema) }),
  },
  verifyReport: {
    method: 'GET',
    path: '/api/entries/:id/verify',
    summary: 'The last verify of an entry; its findings one by one are notes of its pass',
    tags: ['entries', 'reports'],
    scope: 'read',
    params: idParams,
    response: z.object({
      pass: passSchema.optional().describe('Absent where it was never verified'),
      findings: z.array(noteCountSchema),
      outdated: z.boolean().describe('A writing pass began after it'),
    }),
  },
  compareObject: {
    method: 'POST',
    path: '/api/entries/:id/notes/:note/compare',
    summary: 'Source and target version of a noted object side by side, fetched live',
    description:
      'Shows headers and first bytes of people’s mail: it needs the scope `operate` and is written to the audit ' +
      'trail. Nothing of it is kept or logged.',
    tags: ['entries'],
    scope: 'operate',
    params: idParams.extend({ note: z.coerce.number().int().positive() }),
    body: z.object({ bytes: z.number().int().min(0).max(65_536).optional().describe('Of the body; default 4,096') }),
    response: z.object({
      code: z.string(),
      subject: z.string().optional(),
      source: versionSchema,
      target: versionSchema,
      migratedDigest: z.string().optional().describe('Of the content when it was migrated, by the books'),
      differentHeaders: z.array(z.string()).optional(),
      firstDifference: z
        .number()
        .int()
        .optional()
        .describe('Offset of the first byte that differs, of those fetched; -1 where they are equal'),
    }),
  },
});
