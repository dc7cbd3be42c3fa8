import type { NotificationTransport } from '@sterna/application';
import { addressGuard, allowedHostsOf } from './address-guard.ts';
import { sendMail } from './mail-sender.ts';
import { sendWebhook } from './webhook-sender.ts';

/** @param options.isLocal the server listens on loopback only, and no proxy lets others in */
export function notificationTransport(options: { isLocal: boolean; version: string }): NotificationTransport {
  const guard = addressGuard({
    allowPrivate: options.isLocal,
    allowedHosts: allowedHostsOf(process.env.STERNA_PRIVATE_HOSTS),
  });
  return {
    webhook: (message) => sendWebhook(guard, `Sterna/${options.version}`, message),
    mail: (message) => sendMail(guard, message),
  };
}
