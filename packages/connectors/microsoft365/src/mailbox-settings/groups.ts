import type { Container } from '@sterna/connector-kit';
import { type SettingType, settingGroup } from '@sterna/content';

/** A container for each sort of settings, so that the books tell them apart. */
export const GROUPS = {
  rules: ['rule'],
  categories: ['category'],
  'automatic-reply': ['automatic-reply'],
  preferences: ['regional', 'working-hours', 'meeting-messages'],
  'calendar-sharing': ['calendar-sharing'],
  // Not within Graph's reach: others' are told one by one.
  signatures: ['signature'],
  forwarding: ['forwarding'],
  delegates: ['mail-delegate'],
} as const satisfies Readonly<Record<string, readonly [SettingType, ...SettingType[]]>>;
export type GroupId = keyof typeof GROUPS;
export const GROUP_IDS = Object.keys(GROUPS) as readonly GroupId[];

/** As a source. */
export const OWN_GROUPS = GROUP_IDS.filter((id) => id !== 'signatures' && id !== 'forwarding' && id !== 'delegates');

export const groupTitle = (id: GroupId): string => settingGroup(GROUPS[id][0]);

export const groupContainer = (id: GroupId, more: Pick<Container, 'total' | 'glance'> = {}): Container => ({
  id,
  path: [groupTitle(id)],
  kind: 'setting',
  ...more,
});
