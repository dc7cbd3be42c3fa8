import { listedCapabilities } from '@sterna/cloud-http';
import type { Capabilities } from '@sterna/connector-kit';
import { SHARING_LEFT_OUT } from './calendar-sharing.ts';

export const settingCapabilities: Capabilities = {
  // Each is there once by its name, and what is there is read back: it needs no mark.
  ...listedCapabilities('setting', 256 * 1024, {
    settings: 'rules of the inbox, categories, automatic reply, language, time zone, working hours',
  }),
  rules: 'named',
  leavesOut: {
    'calendar-sharing': SHARING_LEFT_OUT,
    signature: {
      text: 'Graph has no way to set a signature.',
      fix: 'Give it to its owner, who sets it in Outlook; or add signatures on the server, by a transport rule.',
    },
    forwarding: {
      text: 'Graph has no way to forward all mail of a mailbox.',
      fix: 'Set it with Exchange’s Set-Mailbox -ForwardingSmtpAddress.',
    },
    'mail-delegate': {
      text: 'Graph has no way to give somebody a mailbox.',
      fix: 'Give it with Exchange’s Add-MailboxPermission and Add-RecipientPermission.',
    },
  },
  // All rules of a mailbox (256 KB) at once: they are made in their order.
  batch: { objects: 500, bytes: 1024 * 1024, inFlight: 1 },
};
