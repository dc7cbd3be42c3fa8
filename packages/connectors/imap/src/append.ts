import type { CreateOp, Result } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { refusal } from './errors.ts';
import { formatId } from './ids.ts';
import type { Mailbox } from './mailbox-name.ts';
import { type Prepared, prepare, type TargetRules } from './message-for-append.ts';
import type { ImapConnection, Part, Reply } from './protocol/connection.ts';
import { expandUidSet, parseUidSet } from './protocol/uid-set.ts';

export interface AppendContext {
  readonly mailbox: Mailbox;
  readonly rules: TargetRules;
  /** What the server gave a message; keeps `mark` current. */
  readonly noteUid: (validity: number, uid: number) => void;
  /** A command was answered BAD: be careful from now on. */
  readonly distrust: () => void;
}

/**
 * Creates messages in one folder: by one MULTIAPPEND (RFC 3502) where offered, which is all or nothing, else by
 * pipelined APPENDs. `'try-create'`: the folder isn't there, nothing was written.
 *
 * @throws SternaError throttled, where nothing at all was written
 */
export async function append(
  connection: ImapConnection,
  ops: readonly CreateOp[],
  context: AppendContext,
): Promise<Result[] | 'try-create'> {
  const results = new Map<string, Result>();
  const ready: Prepared[] = [];
  for (const op of ops) {
    const prepared = prepare(op, context.rules);
    if (prepared instanceof SternaError) results.set(op.op, { op: op.op, outcome: 'refused', error: prepared });
    else ready.push(prepared);
  }
  const groups = connection.has('MULTIAPPEND') ? (ready.length > 0 ? [ready] : []) : ready.map((one) => [one]);
  const outcomes = await Promise.all(groups.map((group) => appendGroup(connection, group, context)));
  const busy: { group: Prepared[]; error: SternaError }[] = [];
  const absent: Prepared[][] = [];
  let written = false;
  outcomes.forEach((outcome, index) => {
    const group = groups[index] as Prepared[];
    if (outcome === 'try-create') absent.push(group);
    else if (outcome instanceof SternaError) busy.push({ group, error: outcome });
    else
      for (const result of outcome) {
        results.set(result.op, result);
        written ||= result.outcome === 'done' || result.outcome === 'unknown';
      }
  });
  if (absent.length === groups.length && groups.length > 0) return 'try-create';
  for (const group of absent)
    busy.push({ group, error: new SternaError('object', 'container-gone', 'The target folder went away.') });
  // The endpoint as a whole refuses: thrown, unless some of the pipelined messages had got in already.
  const throttled = busy.find(({ error }) => error.class === 'throttled');
  if (throttled && !written && results.size === ops.length - ready.length) throw throttled.error;
  for (const { group, error } of busy)
    for (const { op } of group) results.set(op.op, { op: op.op, outcome: 'batch-refused', error });
  return ops.map((op) => results.get(op.op) as Result);
}

/** Results; or an error that concerns the endpoint, nothing having been written. */
async function appendGroup(
  connection: ImapConnection,
  group: readonly Prepared[],
  context: AppendContext,
): Promise<Result[] | SternaError | 'try-create'> {
  const parts: Part[] = ['APPEND ', context.mailbox.argument(connection)];
  for (const { head, literal } of group) {
    // Where names are UTF-8, headers may be too only in this form (RFC 6855 section 4).
    if (connection.utf8) parts.push(`${head}UTF8 (`, { ...literal, prefix: '~' }, ')');
    else parts.push(head, literal);
  }
  let reply: Reply;
  try {
    reply = await connection.run(parts);
  } catch (error) {
    return group.map(({ op }) => ({ op: op.op, outcome: 'unknown', error: error as SternaError }));
  }
  if (reply.status === 'OK') return acknowledged(group, reply, context);
  if (reply.status === 'BAD') {
    context.distrust();
    const error = refusal('a message', reply);
    // Where the literal was never sent, nothing of it can have been stored or run.
    return group.map(({ op }) => ({ op: op.op, outcome: reply.unsent ? 'refused' : 'unknown', error }));
  }
  if (reply.code?.name === 'TRYCREATE') return 'try-create';
  const error = refusal(group.length === 1 ? 'a message' : `one of ${group.length} messages`, reply);
  if (error.class === 'throttled') return error;
  return group.map(({ op }) => ({ op: op.op, outcome: group.length === 1 ? 'refused' : 'batch-refused', error }));
}

/** `[APPENDUID 1234 17:19,25]` (RFC 4315): the UIDs in the order of the messages. */
function acknowledged(group: readonly Prepared[], reply: Reply, context: AppendContext): Result[] {
  let validity = 0;
  let uids: number[] | undefined;
  if (reply.code?.name === 'APPENDUID') {
    const [first = '', set = ''] = reply.code.args.trim().split(/\s+/);
    validity = Number(first);
    const ranges = parseUidSet(set);
    uids = ranges && expandUidSet(ranges, group.length);
    if (!Number.isInteger(validity) || validity < 1 || uids?.length !== group.length) uids = undefined;
  }
  if (uids) context.noteUid(validity, Math.max(...uids));
  return group.map(({ op, notes }, index) => {
    const uid = uids?.[index];
    return {
      op: op.op,
      outcome: 'done',
      ...(uid === undefined ? {} : { targetId: formatId(validity, uid) }),
      ...(notes.length > 0 ? { notes } : {}),
    };
  });
}
