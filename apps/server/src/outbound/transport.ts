import type { NotificationTransport } from '@sterna/application';
import type { Reach } from '@sterna/connector-kit';
import { addressGuard } from './address-guard.ts';
import { sendMail } from './mail-sender.ts';
import { sendWebhook } from './webhook-sender.ts';

/** @param options.reach undefined: anywhere */
export function notificationTransport(options: { reach: Reach | undefined; version: string }): NotificationTransport {
  const guard = addressGuard({ reach: options.reach });
  return {
    webhook: (message) => sendWebhook(guard, `Sterna/${options.version}`, message),
    mail: (message) => sendMail(guard, message),
  };
}
