import { requireAdmin } from '../directory/access.ts';
import type { Call } from '../http/call.ts';
import { GoogleError, notFound } from '../http/errors.ts';
import { bytes, json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import type { Group } from '../state/domain.ts';
import { type AccessSettings, accessOf, TEXTS, WORDS } from './access-settings.ts';

function groupFor(call: Call): Group {
  const group = requireAdmin(call).group(call.parameter('groupUniqueId'));
  if (group === undefined) throw notFound('Not Found');
  return group;
}

const told = (group: Group): Record<string, string> => ({
  kind: 'groupsSettings#groups',
  email: group.email,
  name: group.name,
  description: group.description,
  ...accessOf(group),
});

/** The oldest of these APIs: it answers in Atom unless JSON is asked for, whatever its newer pages say. */
function answer(call: Call, group: Group): Result {
  const settings = told(group);
  if (call.cloud.assumptions.groupSettingsAreAtom && call.query.text('alt') !== 'json') {
    const entries = Object.entries(settings).map(([name, value]) => `<apps:${name}>${value}</apps:${name}>`);
    return bytes('application/atom+xml; charset=UTF-8', [Buffer.from(`<entry>${entries.join('')}</entry>`)]);
  }
  return json(settings);
}

function change(call: Call): Result {
  const group = groupFor(call);
  const { kind: _, email: _email, name, description, ...given } = call.json();
  const wanted: AccessSettings = { ...accessOf(group) };
  for (const [setting, value] of Object.entries(given)) {
    const known = WORDS[setting];
    const longest = TEXTS[setting];
    if (known === undefined && longest === undefined) continue;
    if (typeof value !== 'string' || known?.includes(value) === false || value.length > (longest ?? value.length))
      throw new GoogleError(400, 'invalid', `Invalid Value: ${setting}`);
    wanted[setting] = value;
  }
  checkTogether(accessOf(group), wanted);
  Object.assign(accessOf(group), wanted);
  if (typeof name === 'string') group.name = longAtMost('name', name, 75);
  if (typeof description === 'string') group.description = longAtMost('description', description, 300);
  return answer(call, group);
}

/** A group that is archived takes no mail, and one that isn't can't be closed to everybody. */
function checkTogether(before: AccessSettings, wanted: AccessSettings): void {
  if (wanted.archiveOnly === 'true') wanted.whoCanPostMessage = 'NONE_CAN_POST';
  else if (before.archiveOnly === 'true' && wanted.whoCanPostMessage === 'NONE_CAN_POST')
    wanted.whoCanPostMessage = 'ALL_MANAGERS_CAN_POST';
  else if (wanted.whoCanPostMessage === 'NONE_CAN_POST')
    throw new GoogleError(400, 'invalid', 'Invalid Value: whoCanPostMessage');
  if (wanted.replyTo === 'REPLY_TO_CUSTOM' && wanted.customReplyTo === '')
    throw new GoogleError(400, 'invalid', 'Invalid Value: customReplyTo');
}

function longAtMost(name: string, value: string, most: number): string {
  if (value.length <= most) return value;
  throw new GoogleError(400, 'invalid', `Invalid Value: ${name}`);
}

const PATH = '/groups/v1/groups/{groupUniqueId}';
const SCOPES = ['apps.groups.settings'];

export const settingsRoutes: readonly Route[] = [
  {
    id: 'groupsSettings.groups.get',
    method: 'GET',
    path: PATH,
    scopes: SCOPES,
    handle: (call) => answer(call, groupFor(call)),
  },
  { id: 'groupsSettings.groups.update', method: 'PUT', path: PATH, scopes: SCOPES, handle: change },
  { id: 'groupsSettings.groups.patch', method: 'PATCH', path: PATH, scopes: SCOPES, handle: change },
];
