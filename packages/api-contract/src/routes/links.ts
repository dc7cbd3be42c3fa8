import { CONTENT_KINDS, LINK_REASONS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, idParams, pageOf, pageQuery, pathId } from '../schemas/common.ts';

const count = z.number().int().min(0);
const kind = z.enum(CONTENT_KINDS);
const reason = z.enum(LINK_REASONS);
const ofEntry = pathId.optional().describe('Only this entry');

export const entryLinksSchema = z
  .object({
    entryId: id,
    sourceAddress: z.string(),
    targetAddress: z.string(),
    kinds: z.array(
      z.object({
        kind,
        found: count.describe('`rewritten` and all `kept`'),
        rewritten: count,
        kept: z.partialRecord(reason, count).describe('By why they stay'),
      }),
    ),
  })
  .meta({ id: 'EntryLinks' });

export const linkSchema = z
  .object({
    entryId: id,
    sourceAddress: z.string().describe('Of the entry'),
    kind: kind.describe('Of what it is in'),
    folder: z.string().optional(),
    objectId: z.string(),
    subject: z.string().optional(),
    address: z.string().describe('Where it leads at the source'),
    newAddress: z.string().optional().describe('Where it leads in the copy; absent: as at the source'),
    reason: reason.optional(),
    why: z.string().optional().describe('The reason in words'),
  })
  .meta({ id: 'Link' });

export const linkRoutes = defineRoutes({
  projectLinks: {
    method: 'GET',
    path: '/api/projects/:id/links',
    summary: 'Links to what the project migrates, counted by entry and kind',
    description:
      'Of the copies that are in the target. Passes look for links while the setting `links` is `rewrite`; to rewrite or ' +
      'restore them, change that setting and start delta passes, which need no license.',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    query: pageQuery.extend({ entryId: ofEntry }),
    response: pageOf(entryLinksSchema).extend({
      setting: z.enum(['keep', 'rewrite']).describe('What passes that start now do'),
      total: z.object({ found: count, rewritten: count }).describe('Of the whole project'),
      behind: count.describe('Live entries whose last pass ran with another setting than now'),
    }),
  },
  listLinks: {
    method: 'GET',
    path: '/api/projects/:id/links/list',
    summary: 'The links themselves: where they are, where they led, where they lead now or why they stay',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    query: pageQuery.extend({
      entryId: ofEntry,
      kind: kind.optional(),
      state: z.enum(['rewritten', 'kept']).optional(),
      reason: reason.optional(),
    }),
    response: pageOf(linkSchema),
  },
});
