/**
 * What each method costs, in quota units: per API, the method's id without the API's name, or the beginning of one.
 * The longest that fits counts. Edit here when the vendor changes its tables.
 *
 * Sources: developers.google.com/workspace/gmail/api/reference/quota (as of 2026-05; what that page's new table isn't
 * known to say is as it was before), developers.google.com/workspace/drive/api/guides/limits (as of 2026-05). The other
 * APIs count requests.
 */
export const COSTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  gmail: {
    '': 5,
    'users.getProfile': 1,
    'users.drafts.create': 10,
    'users.drafts.delete': 10,
    'users.drafts.get': 5,
    'users.drafts.list': 5,
    'users.drafts.send': 100,
    'users.drafts.update': 15,
    'users.history.list': 2,
    'users.labels.create': 5,
    'users.labels.delete': 5,
    'users.labels.get': 1,
    'users.labels.list': 1,
    'users.labels.update': 5,
    'users.messages.attachments.get': 20,
    'users.messages.batchDelete': 50,
    'users.messages.batchModify': 50,
    'users.messages.delete': 10,
    'users.messages.get': 20,
    'users.messages.import': 25,
    'users.messages.insert': 25,
    'users.messages.list': 5,
    'users.messages.modify': 5,
    'users.messages.send': 100,
    'users.messages.trash': 5,
    'users.messages.untrash': 5,
    'users.settings.delegates': 1,
    'users.settings.delegates.create': 100,
    'users.settings.delegates.delete': 5,
    'users.settings.filters': 1,
    'users.settings.filters.create': 5,
    'users.settings.filters.delete': 5,
    'users.settings.forwardingAddresses': 1,
    'users.settings.forwardingAddresses.create': 100,
    'users.settings.forwardingAddresses.delete': 5,
    'users.settings.get': 1,
    'users.settings.sendAs': 1,
    'users.settings.sendAs.create': 100,
    'users.settings.sendAs.delete': 5,
    'users.settings.sendAs.update': 100,
    'users.settings.sendAs.patch': 100,
    'users.settings.update': 5,
    'users.threads.delete': 20,
    'users.threads.get': 40,
    'users.threads.list': 10,
    'users.threads.modify': 10,
    'users.threads.trash': 10,
    'users.threads.untrash': 10,
  },
  drive: {
    '': 50,
    about: 5,
    'changes.getStartPageToken': 5,
    'changes.list': 100,
    'comments.get': 5,
    'comments.list': 100,
    'drives.get': 5,
    'drives.list': 100,
    'files.download': 200,
    'files.export': 200,
    'files.generateIds': 5,
    'files.get': 5,
    'files.list': 100,
    'files.listLabels': 100,
    'permissions.get': 5,
    'permissions.list': 100,
    'replies.get': 5,
    'replies.list': 100,
    'revisions.get': 5,
    'revisions.list': 100,
  },
  calendar: { '': 1 },
  people: { '': 1 },
  tasks: { '': 1 },
  directory: { '': 1 },
  groupsSettings: { '': 1 },
  groupsmigration: { '': 1 },
  chat: { '': 1 },
};

/** Drive: reading content costs more than reading about it. */
const DOWNLOAD = 200;

/** Units of one request. @param method such as `gmail.users.messages.get` @param media `alt=media` was asked for */
export function costOf(method: string, media: boolean): number {
  const [api = '', ...rest] = method.split('.');
  if (api === 'drive' && media) return DOWNLOAD;
  const table = COSTS[api] ?? {};
  for (let length = rest.length; length > 0; length--) {
    const cost = table[rest.slice(0, length).join('.')];
    if (cost !== undefined) return cost;
  }
  return table[''] ?? 1;
}
