import { canonicalJson, SternaError } from '@sterna/core';
import { SETTING_TYPES, type Setting } from './setting.ts';

/** What each type can't be without, and of which sort it is. */
const NEEDED: Readonly<Record<Setting['type'], Readonly<Record<string, Sort>>>> = {
  rule: {
    name: 'string',
    order: 'number',
    enabled: 'boolean',
    conditions: 'object',
    exceptions: 'object',
    actions: 'object',
  },
  category: { name: 'string' },
  'automatic-reply': { status: 'string', outside: 'string', insideText: 'string', outsideText: 'string' },
  signature: { text: 'string' },
  regional: {},
  'working-hours': { days: 'list', from: 'string', until: 'string' },
  'meeting-messages': { to: 'string' },
  'calendar-sharing': { calendar: 'object', who: 'any', role: 'string' },
};
type Sort = 'string' | 'number' | 'boolean' | 'object' | 'list' | 'any';

const sortOf = (value: unknown): Sort | 'none' => {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object' && value !== null) return 'object';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? (typeof value as Sort)
    : 'none';
};

/** @throws SternaError object `invalid-setting` with what is wrong */
export function readSetting(body: Buffer): Setting {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw invalid('it is no JSON', cause);
  }
  if (sortOf(value) !== 'object') throw invalid('it is no object');
  const found = value as Record<string, unknown>;
  const type = SETTING_TYPES.find((one) => one === found.type);
  if (type === undefined) throw invalid('its type is unknown');
  for (const [name, sort] of Object.entries(NEEDED[type])) {
    const is = sortOf(found[name]);
    if (is === 'none' || (sort !== 'any' && is !== sort)) throw invalid(`its ${name} is missing, or something else`);
  }
  return found as unknown as Setting;
}

/** The one text of a setting: names sorted, members that say nothing left out. */
export const writeSetting = (setting: Setting): Buffer =>
  Buffer.from(`${JSON.stringify(JSON.parse(canonicalJson(setting)), null, 2)}\n`, 'utf8');

const invalid = (what: string, cause?: unknown): SternaError =>
  new SternaError('object', 'invalid-setting', `This setting is invalid: ${what}.`, {
    fix: 'Change it in a program of the source and save it again, then start a delta pass.',
    ...(cause === undefined ? {} : { cause }),
  });
