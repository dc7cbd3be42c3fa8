import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import { jsonReply, noContent, type Reply } from '../http/reply.ts';
import { nameTaken } from './errors.ts';
import { type DriveItem, subtree } from './item.ts';
import { conflictOf, nameIn, referred } from './items.ts';
import { actorOf, itemOf } from './target.ts';

/** What a monitor URL carries: the outcome is known from the start, only when it is told isn't. */
interface MonitorKey {
  readonly started: number;
  readonly duration: number;
  readonly resourceId: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** 202 with the URL that tells how far it is; a name that is taken is refused at once. */
export function copyItem(call: Call): Reply {
  const { drive, item } = itemOf(call);
  const body = call.json();
  const to =
    body.parentReference === undefined
      ? { drive, folder: item.parent ?? drive.root }
      : referred(call, drive, body.parentReference);
  const name = nameIn(body) ?? item.name;
  const conflict = conflictOf(call, body) ?? 'fail';
  const taken = to.drive.child(to.folder, name);
  if (taken !== undefined && (conflict === 'fail' || taken === item)) throw nameTaken();
  if (taken !== undefined && conflict === 'replace' && [...subtree(taken)].includes(item)) throw nameTaken();
  let copied: DriveItem | undefined;
  let error: MonitorKey['error'];
  try {
    copied = drive.copy(
      item,
      { ...to, name, conflict, history: body.includeAllVersionHistory === true },
      { by: actorOf(call), at: call.now },
    );
  } catch (failure) {
    if (!(failure instanceof GraphError)) throw failure;
    error = { code: failure.code, message: failure.message };
  }
  const key: MonitorKey = {
    started: call.now,
    duration: drive.behaviour.copyDuration,
    resourceId: copied?.id,
    error,
  };
  return noContent(202, {
    location: `${call.cloud.openUrl}/open/monitor/${call.cloud.tokens.seal('drive-monitor', key)}`,
  });
}

export function monitor(call: Call): Reply {
  const { started, duration, resourceId, error } = call.cloud.tokens.open<MonitorKey>(
    'drive-monitor',
    call.parameter('key'),
  );
  const passed = call.now - started;
  if (passed < duration) {
    const percentageComplete = Math.floor((100 * passed) / duration);
    return jsonReply(202, { operation: 'itemCopy', percentageComplete, status: 'inProgress' });
  }
  if (error !== undefined)
    return jsonReply(200, { operation: 'itemCopy', percentageComplete: 0, status: 'failed', error });
  return jsonReply(200, { operation: 'itemCopy', percentageComplete: 100, resourceId, status: 'completed' });
}
