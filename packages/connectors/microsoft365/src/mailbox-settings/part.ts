import type { PartDefinition } from '../part.ts';
import { settingCapabilities } from './capabilities.ts';
import { GROUP_IDS, type GroupId, OWN_GROUPS } from './groups.ts';
import { ListedSettings, READ, WRITE } from './listed-settings.ts';
import { SettingsReader } from './reader.ts';
import { SettingsWriter } from './writer.ts';

/** Of a target nobody needs to know who its calendars are shared with. */
const NOT_LOOKED_AT: ReadonlySet<GroupId> = new Set(['calendar-sharing']);

export const settingsPart: PartDefinition = {
  key: 'settings',
  kinds: ['setting'],
  rights: { read: READ, write: WRITE },
  title: 'mailbox settings',
  async open(context) {
    const listed = new ListedSettings(context);
    const isTarget = context.role === 'write';
    return {
      capabilities: settingCapabilities,
      reader: new SettingsReader(listed, isTarget ? GROUP_IDS : OWN_GROUPS, isTarget ? NOT_LOOKED_AT : new Set()),
      ...(isTarget ? { writer: new SettingsWriter(context, listed) } : {}),
      identity: `microsoft365:settings:${context.userPath}`,
      quota: async () => undefined,
      close: async () => undefined,
      destroy: () => undefined,
    };
  },
};
