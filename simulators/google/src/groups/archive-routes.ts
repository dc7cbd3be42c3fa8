import { requireAdmin } from '../directory/access.ts';
import { headerOf, readHeaders } from '../gmail/mime.ts';
import type { Call } from '../http/call.ts';
import { GoogleError } from '../http/errors.ts';
import { json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import type { Group } from '../state/domain.ts';
import { accessOf } from './access-settings.ts';
import { archiveOf } from './archive.ts';

/** Groups that a message is being put into: the service takes one at a time. */
const busy = new WeakSet<Group>();

const invalid = (message: string): GoogleError =>
  new GoogleError(400, 'invalid', `INVALID_MESSAGE_FAILURE: ${message}`);

/** https://developers.google.com/workspace/admin/groups-migration/v1/reference/archive/insert */
async function insert(call: Call): Promise<Result> {
  const domain = requireAdmin(call);
  const group = domain.group(call.parameter('groupId'));
  if (group === undefined) throw invalid('the group doesn’t exist');
  const access = accessOf(group);
  if (access.archiveOnly === 'true') throw invalid('the group is read-only');
  const { groupArchiveChecksSender, groupArchiveCollapses, groupWithoutArchive } = call.cloud.assumptions;
  if (access.isArchived !== 'true' && groupWithoutArchive === 'refuse') throw invalid('the group keeps no archive');
  if (busy.has(group)) throw new GoogleError(412, 'conditionNotMet', 'UNSUPPORTED_PARALLEL_OPERATION');
  busy.add(group);
  try {
    await call.cloud.clock.sleep(call.cloud.latencyMs);
    const raw = rawOf(call);
    const { headers } = readHeaders(raw);
    const [from = ''] = ['from', 'to', 'date'].map((name) => {
      const value = headerOf(headers, name);
      if (value === undefined || value === '') throw invalid(`it has no ${name}`);
      return value;
    });
    if (Number.isNaN(Date.parse(headerOf(headers, 'date') ?? ''))) throw invalid('its date is none');
    const sender = /<([^<>\s]+@[^<>\s]+)>|([^<>\s]+@[^<>\s]+)/.exec(from);
    const address = (sender?.[1] ?? sender?.[2] ?? '').toLowerCase();
    if (address === '') throw invalid('its sender is none');
    const isOwn = domain.has(address);
    if (groupArchiveChecksSender && isOwn && domain.user(address) === undefined && domain.group(address) === undefined)
      throw invalid('the domain has no such sender');
    const id = headerOf(headers, 'message-id');
    const known = archiveOf(group).some((one) => headerOf(readHeaders(one).headers, 'message-id') === id);
    const isForgotten = access.isArchived !== 'true' || (groupArchiveCollapses && id !== undefined && known);
    if (!isForgotten) archiveOf(group).push(raw);
    return json({ kind: 'groupsmigration#groups', responseCode: 'SUCCESS' });
  } finally {
    busy.delete(group);
  }
}

function rawOf({ media }: Call): Buffer {
  if (media === undefined || media.body.length === 0) throw invalid('it is empty');
  if (!/^message\/rfc822\b/i.test(media.contentType)) throw new GoogleError(400, 'badContent', 'Unsupported content.');
  const text = media.body.toString('latin1');
  if (/(?:^|[^\r])\n/.test(text)) throw invalid('a line doesn’t end in CRLF');
  return media.body;
}

export const archiveRoutes: readonly Route[] = [
  {
    id: 'groupsmigration.archive.insert',
    method: 'POST',
    path: '/groups/v1/groups/{groupId}/archive',
    scopes: ['apps.groups.migration'],
    media: { maxBytes: 26_214_400 },
    handle: insert,
  },
];
