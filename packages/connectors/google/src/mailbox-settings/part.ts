import { mailScopes } from '../mail/scopes.ts';
import type { PartDefinition } from '../part.ts';
import { settingCapabilities } from './capabilities.ts';
import { READ, WRITE } from './gmail-settings.ts';
import { GROUP_IDS, OWN_GROUPS } from './groups.ts';
import { ListedSettings } from './listed-settings.ts';
import { SettingsReader } from './reader.ts';
import { SettingsWriter } from './writer.ts';

export const settingsPart: PartDefinition = {
  key: 'settings',
  kinds: ['setting'],
  itemType: 'mailbox',
  api: 'gmail',
  // Filters speak of labels, and what they need is made.
  scopes: { read: [READ], write: [WRITE, ...mailScopes.write] },
  title: 'mailbox settings',
  async open(context) {
    const listed = new ListedSettings(context);
    return {
      capabilities: settingCapabilities,
      reader: new SettingsReader(listed, context.role === 'write' ? GROUP_IDS : OWN_GROUPS),
      ...(context.role === 'write' ? { writer: new SettingsWriter(context, listed) } : {}),
      identity: `google:settings:${context.address}`,
      quota: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
    };
  },
};
