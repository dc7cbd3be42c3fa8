import type { ContentKind } from '@sterna/core';
import { eventPivot, taskPivot } from './calendar/calendar-pivot.ts';
import { contactPivot } from './contact/contact-pivot.ts';
import { messagePivot, type Pivot } from './pivot.ts';

const PIVOTS: Partial<Record<ContentKind, Pivot>> = {
  message: messagePivot,
  event: eventPivot,
  task: taskPivot,
  contact: contactPivot,
};

/** @throws Error for a kind that this build can't carry: no connector of it offers that */
export function pivotOf(kind: ContentKind): Pivot {
  const pivot = PIVOTS[kind];
  if (pivot === undefined) throw new Error(`there is no pivot for ${kind}`);
  return pivot;
}
