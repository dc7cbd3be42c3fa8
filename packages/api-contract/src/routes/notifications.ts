import { MAIL_SECURITY, NOTIFICATION_TOPICS, RULE_BOUNDS } from '@sterna/core';
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { id, idParams, name, pageOf, pageQuery, timestamp } from '../schemas/common.ts';

const topics = z.array(z.enum(NOTIFICATION_TOPICS)).max(NOTIFICATION_TOPICS.length);
const url = z.string().max(2_000).describe('https:// or http://; messages are signed as Standard Webhooks has it');
const port = z.number().int().min(1).max(65_535);
const mailFields = {
  host: z.string().max(253),
  port: port.optional().describe('465, 587 or 25 unless told, by `security`'),
  security: z
    .enum(MAIL_SECURITY)
    .describe('`starttls` sends nothing where it isn’t offered; `none` is readable by all'),
  user: z.string().max(320).optional(),
  password: z.string().max(1_000).optional().describe('Stored sealed, and never shown again'),
  from: z.string().max(320),
  to: z.array(z.string().max(320)).max(100),
  ca: z.string().max(100_000).optional().describe('Certificate of an authority of one’s own, PEM'),
};

export const channelSchema = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(['webhook', 'email']),
    topics: z.array(z.enum(NOTIFICATION_TOPICS)),
    enabled: z.boolean(),
    createdBy: z.string(),
    createdAt: timestamp,
    url: z.string().optional().describe('Without its path for those who may not change channels'),
    mail: z
      .object({
        host: z.string(),
        port,
        security: z.enum(MAIL_SECURITY),
        user: z.string().optional(),
        from: z.string(),
        to: z.array(z.string()),
        hasPassword: z.boolean(),
        hasCa: z.boolean(),
      })
      .optional(),
  })
  .meta({ id: 'NotificationChannel' });

export const deliverySchema = z
  .object({
    id,
    eventId: z.string().describe('`webhook-id` of the message'),
    channel: z.object({ id, name: z.string(), kind: z.enum(['webhook', 'email']) }),
    topic: z.string().describe(`${NOTIFICATION_TOPICS.join(', ')}, test`),
    projectId: id.optional(),
    title: z.string(),
    text: z.string(),
    at: timestamp,
    status: z.enum(['waiting', 'delivered', 'failed']),
    attempts: z.array(z.object({ number: z.number().int(), at: timestamp, ok: z.boolean(), words: z.string() })),
    nextAttemptAt: timestamp.optional(),
    deliveredAt: timestamp.optional(),
  })
  .meta({ id: 'NotificationDelivery' });

const rule = (bounds: { least: number; most: number }) => z.number().min(bounds.least).max(bounds.most);
const rules = z
  .object({
    failureShare: rule(RULE_BOUNDS.failureShare).describe(
      'Failed and uncertain together, of what a pass saw: 0.05 is 5 %',
    ),
    throttledMinutes: rule(RULE_BOUNDS.throttledMinutes).int(),
    licenseLow: rule(RULE_BOUNDS.licenseLow).int(),
  })
  .meta({ id: 'NotificationRules' });

export const notificationRoutes = defineRoutes({
  listChannels: {
    method: 'GET',
    path: '/api/notifications/channels',
    summary: 'Where notifications go',
    tags: ['notifications'],
    scope: 'read',
    response: z.object({ items: z.array(channelSchema) }),
  },
  createChannel: {
    method: 'POST',
    path: '/api/notifications/channels',
    summary: 'Add a webhook or an e-mail channel',
    tags: ['notifications'],
    scope: 'admin',
    body: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('webhook'), name, topics, url }),
      z.object({ kind: z.literal('email'), name, topics, ...mailFields }),
    ]),
    status: 201,
    response: z.object({
      channel: channelSchema,
      secret: z.string().optional().describe('Of a webhook: verifies its signatures; shown this once'),
    }),
  },
  updateChannel: {
    method: 'PATCH',
    path: '/api/notifications/channels/:id',
    summary: 'Change a channel or switch it off; what is left out stays',
    tags: ['notifications'],
    scope: 'admin',
    params: idParams,
    body: z.object({ name, topics, enabled: z.boolean(), url, ...mailFields }).partial(),
    response: channelSchema,
  },
  removeChannel: {
    method: 'DELETE',
    path: '/api/notifications/channels/:id',
    summary: 'Remove a channel; what it was still to send is given up',
    tags: ['notifications'],
    scope: 'admin',
    params: idParams,
  },
  renewChannelSecret: {
    method: 'POST',
    path: '/api/notifications/channels/:id/secret',
    summary: "A new secret for a webhook's signatures; the old one is used no longer",
    tags: ['notifications'],
    scope: 'admin',
    params: idParams,
    response: z.object({ channel: channelSchema, secret: z.string() }),
  },
  testChannel: {
    method: 'POST',
    path: '/api/notifications/channels/:id/test',
    summary: 'Send a test, once; the delivery says what came of it',
    tags: ['notifications'],
    scope: 'admin',
    params: idParams,
    status: 202,
    response: deliverySchema,
  },
  listDeliveries: {
    method: 'GET',
    path: '/api/notifications/deliveries',
    summary: 'What was sent, or not and why, newest first',
    tags: ['notifications'],
    scope: 'read',
    query: pageQuery.extend({ channelId: z.coerce.number().int().positive().optional() }),
    response: pageOf(deliverySchema),
  },
  getDelivery: {
    method: 'GET',
    path: '/api/notifications/deliveries/:id',
    summary: 'One message to one channel, with its attempts',
    tags: ['notifications'],
    scope: 'read',
    params: idParams,
    response: deliverySchema,
  },
  retryDelivery: {
    method: 'POST',
    path: '/api/notifications/deliveries/:id/retry',
    summary: 'Send it once more, now',
    tags: ['notifications'],
    scope: 'operate',
    params: idParams,
    response: deliverySchema,
  },
  getNotificationRules: {
    method: 'GET',
    path: '/api/notifications/rules',
    summary: 'When something is worth telling',
    tags: ['notifications'],
    scope: 'read',
    response: rules,
  },
  updateNotificationRules: {
    method: 'PATCH',
    path: '/api/notifications/rules',
    summary: 'Change when something is worth telling; what is left out stays',
    tags: ['notifications'],
    scope: 'admin',
    body: rules.partial(),
    response: rules,
  },
});
