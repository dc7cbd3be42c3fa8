import { canonicalJson } from '@sterna/core';
import { differences, hash } from '../json/json-pivot.ts';
import type { Pivot } from '../pivot.ts';
import { keyOf, meaningOf } from './meaning.ts';
import { prepareSetting } from './prepare.ts';
import { readSetting } from './read-setting.ts';
import { titleOf } from './title.ts';

/**
 * Mailbox settings (setting.ts). They aren't renamed: a second rule beside one of the same name would act as well, and of
 * most there is one by nature; with that conflict option the target's stays.
 */
export const settingPivot: Pivot = {
  hasNaturalKey: true,
  matchKey: (body) => hash(`setting\0${keyOf(readSetting(body))}`),
  digest: (body) => hash(canonicalJson(meaningOf(readSetting(body)))),
  differences: (one, other) => differences(meaningOf(readSetting(one)), meaningOf(readSetting(other))),
  subject: (body) => titleOf(readSetting(body)).slice(0, 200),
  prepare: prepareSetting,
};
