import { checkMembers, invalidObject, readMembers, type Sort, writeMembers } from '../json/json-object.ts';
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
  forwarding: { to: 'object', afterwards: 'string' },
  'mail-delegate': { who: 'object' },
  regional: {},
  'working-hours': { days: 'list', from: 'string', until: 'string' },
  'meeting-messages': { to: 'string' },
  'calendar-sharing': { calendar: 'object', who: 'any', role: 'string' },
  group: { name: 'string' },
  'group-access': { system: 'string', options: 'object' },
  'group-alias': { address: 'object' },
  'group-picture': { contentType: 'string', base64: 'string' },
  team: { options: 'object' },
  'channel-tab': { channel: 'string', name: 'string', app: 'string' },
};

const WORDS = { code: 'invalid-setting', what: 'setting' };

/** @throws SternaError object `invalid-setting` with what is wrong */
export function readSetting(body: Buffer): Setting {
  const found = readMembers(body, WORDS);
  const type = SETTING_TYPES.find((one) => one === found.type);
  if (type === undefined) throw invalidObject(WORDS, 'its type is unknown');
  checkMembers(found, NEEDED[type], WORDS);
  return found as unknown as Setting;
}

export const writeSetting = (setting: Setting): Buffer => writeMembers(setting);
