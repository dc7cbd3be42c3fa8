import {
  CONTENT_KINDS,
  type ContentKind,
  LINK_REASONS,
  type LinkReason,
  OBJECT_STATES,
  type ObjectState,
} from '@sterna/core';

/** Smallint codes of the big tables. Append only: numbers are stored. */
export const STATE_CODE: Readonly<Record<ObjectState, number>> = {
  created: 1,
  updated: 2,
  unchanged: 3,
  filtered: 4,
  skipped: 5,
  merged: 6,
  uncertain: 7,
  failed: 8,
};
const STATE_OF = new Map(OBJECT_STATES.map((state) => [STATE_CODE[state], state]));
export const stateOf = (code: number): ObjectState => STATE_OF.get(code) as ObjectState;

export const KIND_CODE = {
  message: 1,
  event: 2,
  contact: 3,
  task: 4,
  file: 5,
  setting: 6,
  member: 7,
  listItem: 8,
  page: 9,
  post: 10,
} as const satisfies Record<ContentKind, number>;
const KIND_OF = new Map(CONTENT_KINDS.map((kind) => [KIND_CODE[kind] as number, kind]));
export const kindOf = (code: number): ContentKind => KIND_OF.get(code) ?? 'message';

export const VERB_CODE = { create: 1, state: 2, place: 3, remove: 4, replace: 5 } as const;

/** Why an object is filtered or skipped; words for people in REASON_TEXT. */
export const REASON = {
  none: 0,
  'before-date-filter': 1,
  'after-date-filter': 2,
  'over-size-limit': 3,
  'folder-excluded': 4,
  'trial-limit': 5,
  'already-in-target': 6,
  'vanished-from-source': 7,
  'kind-off': 8,
  'deleted-at-target': 9,
  'conflict-kept-target': 10,
  'changed-at-target': 11,
  'nothing-to-migrate': 12,
  'not-held': 13,
  'over-post-limit': 14,
} as const;
export type Reason = keyof typeof REASON;
const REASON_OF = new Map<number, Reason>(Object.entries(REASON).map(([name, code]) => [code, name as Reason]));
export const reasonOf = (code: number): Reason => REASON_OF.get(code) ?? 'none';

/** Why a link stays as the source has it; null: it was rewritten, or nobody noted why. */
export const LINK_REASON: Readonly<Record<LinkReason, number>> = {
  setting: 1,
  'not-migrated': 2,
  'several-copies': 3,
  written: 4,
  signed: 5,
};
const LINK_REASON_OF = new Map(LINK_REASONS.map((reason) => [LINK_REASON[reason], reason]));
export const linkReasonOf = (code: number | null): LinkReason => LINK_REASON_OF.get(code ?? 0) ?? 'not-migrated';
