import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, idParams } from '../schemas/common.ts';

const amount = z.number().min(0);
const some = (most: number) => z.coerce.number().int().min(0).max(most).optional();

export const capacitySchema = z
  .object({
    entries: z.number().int(),
    objects: amount,
    bytes: amount,
    bounds: z
      .array(
        z.object({
          what: z.enum(['source', 'target', 'workers', 'network']),
          words: z.string(),
          seconds: amount,
          scales: z.boolean().describe('More workers, or more passes at a time, make it shorter'),
          source: z.string().describe('Page of the vendor, or the bench that measured it'),
        }),
      )
      .describe('What a first pass over everything can’t be faster than, the longest first'),
    seconds: amount,
    floorSeconds: amount.describe('With any number of workers'),
    workersForFloor: z.number().int().optional(),
    databaseBytes: amount,
    workerMemoryBytes: amount,
  })
  .meta({ id: 'Capacity' });

export const capacityRoutes = defineRoutes({
  getProjectCapacity: {
    method: 'GET',
    path: '/api/projects/:id/capacity',
    summary: 'How long the first passes of the whole user list take at least, by which limit, and what they need',
    description:
      'A model: the vendors’ published limits, what the connectors’ calls take of them, and the measured CPU and size of the ledger. What an entry holds is an average that the query may give.',
    tags: ['projects'],
    scope: 'read',
    params: idParams,
    query: z.object({
      workers: z.coerce.number().int().min(1).max(1_000).default(1),
      passes: z.coerce.number().int().min(1).max(100).default(4).describe('Of a worker at a time'),
      bandwidth: z.coerce.number().positive().optional().describe('Bytes a second between the systems'),
      messages: some(100_000_000),
      mailBytes: some(1e15),
      events: some(100_000_000),
      contacts: some(100_000_000),
      tasks: some(100_000_000),
      files: some(100_000_000),
      driveBytes: some(1e15),
    }),
    response: capacitySchema.extend({
      project: z.object({ id, name: z.string() }),
      items: z.record(z.string(), z.number().int()).describe('Live entries by item type'),
      means: z.object({ workers: z.number().int(), passes: z.number().int(), bandwidth: amount.optional() }),
      averages: z.object({
        messages: amount,
        mailBytes: amount,
        events: amount,
        contacts: amount,
        tasks: amount,
        files: amount,
        driveBytes: amount,
      }),
    }),
  },
});
