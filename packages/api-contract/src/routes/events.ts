import { z } from 'zod';
import { defineRoutes } from '../route.ts';

export const eventRoutes = defineRoutes({
  events: {
    method: 'GET',
    path: '/api/events',
    summary: 'Live events (server-sent events)',
    description:
      'Says what changed, not how: read the entry or pass again. After a reconnect read all that is shown again; ' +
      'Last-Event-ID is taken, and an event `lost` says when something may have been missed. `recent` is for what was ' +
      'read before the stream stood: events of the last so many milliseconds come first, or `lost`.',
    tags: ['events'],
    scope: 'read',
    query: z.object({
      projectId: z.coerce.number().int().positive().optional(),
      recent: z.coerce.number().int().min(0).optional(),
    }),
    produces: 'text/event-stream',
    response: z.string(),
  },
});
