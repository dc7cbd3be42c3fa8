import type { ContentKind } from '@sterna/core';
import { eventPivot, taskPivot } from './calendar/calendar-pivot.ts';
import { contactPivot } from './contact/contact-pivot.ts';
import { filePivot } from './file/file-pivot.ts';
import { listItemPivot } from './list-item/list-item.ts';
import { memberPivot } from './member/member.ts';
import { messagePivot } from './message-pivot.ts';
import { pagePivot } from './page/page.ts';
import type { Pivot } from './pivot.ts';
import { postPivot } from './post/post.ts';
import { settingPivot } from './setting/setting-pivot.ts';

const PIVOTS: Readonly<Record<ContentKind, Pivot>> = {
  message: messagePivot,
  event: eventPivot,
  task: taskPivot,
  contact: contactPivot,
  setting: settingPivot,
  member: memberPivot,
  file: filePivot,
  listItem: listItemPivot,
  page: pagePivot,
  post: postPivot,
};

export const pivotOf = (kind: ContentKind): Pivot => PIVOTS[kind];
