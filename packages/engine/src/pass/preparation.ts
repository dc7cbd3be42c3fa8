import type { PrepareOptions } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { capabilitiesFor, type PassContext } from './context.ts';
import { placeInTarget } from './place-in-target.ts';

/** How the target wants objects of this kind. */
export function preparation(context: PassContext, kind: ContentKind): PrepareOptions {
  const { schedules, cardVersions, leavesOut, rules } = capabilitiesFor(context.target, kind);
  return {
    mapping: context.mapping,
    scheduling: schedules === true ? 'server' : undefined,
    cardVersions,
    ...(kind === 'setting'
      ? { placeOf: (of, place) => placeInTarget(context, of, place), leavesOut: (type) => leavesOut?.[type], rules }
      : {}),
  };
}
