import { calendarPart } from './calendar/part.ts';
import { contactsPart } from './contacts/part.ts';
import { drivePart } from './drive/part.ts';
import { mailPart } from './mail/part.ts';
import { settingsPart } from './mailbox-settings/part.ts';
import type { PartDefinition } from './part.ts';
import { tasksPart } from './tasks/part.ts';

/** In the order in which containers are listed and `check` speaks of them. */
export const PARTS: readonly PartDefinition[] = [
  mailPart,
  calendarPart,
  contactsPart,
  tasksPart,
  settingsPart,
  drivePart,
];
