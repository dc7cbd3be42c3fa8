import type { Call } from '../http/call.ts';
import { json, type Result } from '../http/result.ts';
import type { Route } from '../http/router.ts';
import { entityNotFound, invalidArgument, mailboxFor } from './access.ts';
import type { HistoryRecord } from './history.ts';
import { PROFILE, READ_METADATA } from './scopes.ts';

const TYPES = ['messageAdded', 'messageDeleted', 'labelAdded', 'labelRemoved'] as const;
type Type = (typeof TYPES)[number];

/** What happened since `startHistoryId`. Throws 404 when that is too long ago. */
function list(call: Call): Result {
  const { history } = mailboxFor(call);
  const limit = call.query.integer('maxResults', { otherwise: 100, min: 1, max: 500, cut: true });
  const start = call.query.required('startHistoryId');
  if (!/^\d{1,20}$/.test(start)) throw invalidArgument('Invalid value at startHistoryId');
  const types = typesOf(call);
  const labelId = call.query.text('labelId');
  const token = call.query.text('pageToken');
  const kind = `history/${call.user.id}/${start}`;
  const after = token === undefined || token === '' ? Number(start) : call.cloud.openToken<number>(kind, token);
  const records = history.after(after);
  const forgotten = Math.max(
    call.now - call.cloud.assumptions.gmailHistoryKeptMs,
    call.cloud.faults.historyInvalidBefore,
  );
  if ((records[0]?.at ?? Number.POSITIVE_INFINITY) < forgotten) throw entityNotFound();
  const visibleUntil = call.now - call.cloud.faults.listDelayMs;
  const found = records.filter(
    (record) => record.at <= visibleUntil && (labelId === undefined || concerns(record, labelId)) && has(record, types),
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return json({
    ...(page.length === 0 ? {} : { history: page.map((record) => recordJson(record, types)) }),
    ...(found.length > limit && last !== undefined ? { nextPageToken: call.cloud.sealToken(kind, last.id) } : {}),
    historyId: String(seenUpTo(records, visibleUntil) ?? history.last),
  });
}

/** The id to go on from, when some of what happened can't be seen yet. */
function seenUpTo(records: readonly HistoryRecord[], visibleUntil: number): number | undefined {
  const hidden = records.findIndex(({ at }) => at > visibleUntil);
  if (hidden === -1) return undefined;
  return (records[hidden] as HistoryRecord).id - 1;
}

function typesOf(call: Call): ReadonlySet<Type> {
  const wanted = call.query.all('historyTypes');
  for (const type of wanted) if (!TYPES.some((known) => known === type)) throw invalidArgument('Invalid historyTypes');
  return new Set(wanted.length === 0 ? TYPES : (wanted as Type[]));
}

function concerns({ labels, labelsAdded, labelsRemoved }: HistoryRecord, id: string): boolean {
  return labels.includes(id) || labelsAdded.includes(id) || labelsRemoved.includes(id);
}

function has({ added, deleted, labelsAdded, labelsRemoved }: HistoryRecord, types: ReadonlySet<Type>): boolean {
  return (
    (added && types.has('messageAdded')) ||
    (deleted && types.has('messageDeleted')) ||
    (labelsAdded.length > 0 && types.has('labelAdded')) ||
    (labelsRemoved.length > 0 && types.has('labelRemoved'))
  );
}

function recordJson(record: HistoryRecord, types: ReadonlySet<Type>): Record<string, unknown> {
  const ref = { id: record.messageId, threadId: record.threadId };
  const message = { ...ref, ...(record.labels.length === 0 ? {} : { labelIds: record.labels }) };
  const { added, deleted, labelsAdded, labelsRemoved } = record;
  return {
    id: String(record.id),
    messages: [ref],
    ...(added && types.has('messageAdded') ? { messagesAdded: [{ message }] } : {}),
    ...(deleted && types.has('messageDeleted') ? { messagesDeleted: [{ message }] } : {}),
    ...(labelsAdded.length > 0 && types.has('labelAdded') ? { labelsAdded: [{ message, labelIds: labelsAdded }] } : {}),
    ...(labelsRemoved.length > 0 && types.has('labelRemoved')
      ? { labelsRemoved: [{ message, labelIds: labelsRemoved }] }
      : {}),
  };
}

function profile(call: Call): Result {
  const mailbox = mailboxFor(call);
  return json({
    emailAddress: call.user.primaryEmail,
    messagesTotal: mailbox.messages.size,
    threadsTotal: [...mailbox.threadIds].length,
    historyId: String(mailbox.history.last),
  });
}

export const historyRoutes: readonly Route[] = [
  {
    id: 'gmail.users.history.list',
    method: 'GET',
    path: '/gmail/v1/users/{userId}/history',
    scopes: READ_METADATA,
    handle: list,
  },
  {
    id: 'gmail.users.getProfile',
    method: 'GET',
    path: '/gmail/v1/users/{userId}/profile',
    scopes: PROFILE,
    handle: profile,
  },
];
