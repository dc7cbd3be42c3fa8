import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, idParams, timestamp } from '../schemas/common.ts';
import { passSchema } from './passes.ts';
import { credentialsInput } from './systems.ts';

export const backupSchema = z
  .object({
    entryId: id,
    ofEntryId: id.optional().describe('The entry whose target was backed up'),
    address: z.string(),
    path: z.string(),
    status: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: 'Backup' });

export const backupRoutes = defineRoutes({
  backUpTarget: {
    method: 'POST',
    path: '/api/entries/:id/backups',
    summary: 'Back up what is in the target now. Free',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    status: 202,
    response: z.object({ backup: backupSchema, pass: passSchema }),
  },
  listBackups: {
    method: 'GET',
    path: '/api/backups',
    summary: 'Backups',
    tags: ['remigration'],
    scope: 'read',
    query: z.object({ ofEntryId: z.coerce.number().int().positive().optional() }),
    response: z.object({ items: z.array(backupSchema) }),
  },
  restoreBackup: {
    method: 'POST',
    path: '/api/backups/:id/restore',
    summary: 'Put a backup back where it came from, or elsewhere; what is still there is not written twice. Free',
    tags: ['remigration'],
    scope: 'operate',
    params: idParams,
    body: z.object({
      targetSystemId: id.optional(),
      targetAddress: z.string().trim().min(1).max(1000).optional(),
      targetCredentials: credentialsInput.optional(),
    }),
    status: 202,
    response: z.object({ entryId: id, pass: passSchema }),
  },
});
