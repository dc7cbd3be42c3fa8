import type { notificationRoutes } from '@sterna/api-contract';
import {
  createChannel,
  getDelivery,
  getNotificationRules,
  listChannels,
  listDeliveries,
  removeChannel,
  renewChannelSecret,
  retryDelivery,
  testChannel,
  updateChannel,
  updateNotificationRules,
} from '@sterna/application';
import type { Handlers } from '../http/handler.ts';

export const notificationHandlers: Handlers<typeof notificationRoutes> = {
  listChannels: async ({ application, actor }) => ({ items: await listChannels(application, actor) }),
  createChannel: async ({ application, actor, body }) => createChannel(application, actor, body),
  updateChannel: async ({ application, actor, params, body }) =>
    updateChannel(application, actor, { channelId: params.id, ...body }),
  removeChannel: async ({ application, actor, params }) => {
    await removeChannel(application, actor, { channelId: params.id });
    return undefined;
  },
  renewChannelSecret: async ({ application, actor, params }) =>
    renewChannelSecret(application, actor, { channelId: params.id }),
  testChannel: async ({ application, actor, params }) => testChannel(application, actor, { channelId: params.id }),
  listDeliveries: async ({ application, actor, query }) => listDeliveries(application, actor, query),
  getDelivery: async ({ application, actor, params }) => getDelivery(application, actor, { deliveryId: params.id }),
  retryDelivery: async ({ application, actor, params }) => retryDelivery(application, actor, { deliveryId: params.id }),
  getNotificationRules: async ({ application, actor }) => getNotificationRules(application, actor),
  updateNotificationRules: async ({ application, actor, body }) => updateNotificationRules(application, actor, body),
};
