import type { Container } from '@sterna/connector-kit';
import { type SettingType, settingGroup } from '@sterna/content';

/** A container for each sort of settings, as with other systems, so that the books read alike. */
export const GROUPS = {
  rules: ['rule'],
  'automatic-reply': ['automatic-reply'],
  signatures: ['signature'],
  forwarding: ['forwarding'],
  delegates: ['mail-delegate'],
  preferences: ['regional', 'working-hours', 'meeting-messages'],
  'calendar-sharing': ['calendar-sharing'],
  // What others have and Google doesn't: they are told one by one.
  categories: ['category'],
} as const satisfies Readonly<Record<string, readonly [SettingType, ...SettingType[]]>>;
export type GroupId = keyof typeof GROUPS;
export const GROUP_IDS = Object.keys(GROUPS) as readonly GroupId[];

/** As a source. */
export const OWN_GROUPS: readonly GroupId[] = GROUP_IDS.filter((id) => id !== 'categories');

export const groupTitle = (id: GroupId): string => settingGroup(GROUPS[id][0]);

export const groupContainer = (id: GroupId, more: Pick<Container, 'total' | 'glance'> = {}): Container => ({
  id,
  path: [groupTitle(id)],
  kind: 'setting',
  ...more,
});
