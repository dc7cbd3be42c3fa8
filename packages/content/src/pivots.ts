import type { ContentKind } from '@sterna/core';
import { eventPivot, taskPivot } from './calendar/calendar-pivot.ts';
import { contactPivot } from './contact/contact-pivot.ts';
import { filePivot } from './file/file-pivot.ts';
import { messagePivot, type Pivot } from './pivot.ts';
import { settingPivot } from './setting/setting-pivot.ts';

const PIVOTS: Readonly<Record<ContentKind, Pivot>> = {
  message: messagePivot,
  event: eventPivot,
  task: taskPivot,
  contact: contactPivot,
  setting: settingPivot,
  file: filePivot,
};

export const pivotOf = (kind: ContentKind): Pivot => PIVOTS[kind];
