import type { DeltaPosition } from '@sterna/simulator-kit';
import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import { checkSelect } from '../odata/shape.ts';
import type { Drive } from './drive.ts';
import { driveError, invalidRequest } from './errors.ts';
import { type DriveItem, lineage } from './item.ts';
import { DRIVE_ITEM, deletedJson } from './json.ts';
import { selected, wholeItem } from './reply.ts';

interface DriveDeltaToken extends DeltaPosition {
  readonly drive: string;
  readonly select: string[] | undefined;
  readonly issued: number;
  /** Pages of this round that were told before. */
  readonly pages: number;
}

/**
 * Changes of a whole drive, each item as it is now. With an item come the folders above it, unless
 * `deltaExcludeParent` is sent. Source: learn.microsoft.com/en-us/graph/api/driveitem-delta.
 */
export function deltaPage(call: Call, drive: Drive): Reply {
  const { cloud, query } = call;
  const { behaviour, log } = drive;
  const text = query.other.get('token') ?? call.functionArguments.get('token');
  const token = position(call, drive, text);
  const top = query.number('$top');
  if (top === 0) throw invalidRequest('$top must be positive.');
  const size = Math.min(top ?? behaviour.pageSize, 1000);

  const empty =
    behaviour.emptyDeltaPageEvery > 0 && (token.pages + 1) % behaviour.emptyDeltaPageEvery === 0 && text !== 'latest';
  const { changes, next, done } = empty
    ? { changes: [], next: { after: token.after, start: token.start }, done: false }
    : log.since(token, size, call.now - cloud.faults.listDelayMs);

  const value: Record<string, unknown>[] = [];
  const told = new Set<string>();
  const tell = (item: DriveItem) => {
    told.add(item.id);
    value.push(selected(wholeItem(call, drive, item, { inDelta: true }), token.select));
  };
  const incremental = token.after >= token.start;
  const withParents = incremental && call.header('deltaexcludeparent') === undefined;
  for (const [i, change] of changes.entries()) {
    const item = drive.known(change.id);
    if (item === undefined) {
      value.push(deletedJson(drive, change.id));
      continue;
    }
    if (withParents) {
      for (const above of [drive.root, ...lineage(item).slice(0, -1)]) if (!told.has(above.id)) tell(above);
    }
    if (told.has(item.id)) continue;
    if (behaviour.staleDeltaItemEvery > 0 && (i + 1) % behaviour.staleDeltaItemEvery === 0 && item !== drive.root) {
      const now = wholeItem(call, drive, item, { inDelta: true });
      value.push(
        selected({ ...now, name: `Old ${item.name}`, eTag: `"{${item.guid.toUpperCase()}},0"` }, token.select),
      );
    }
    tell(item);
  }
  const sealed = cloud.tokens.seal('drive-delta', {
    ...next,
    drive: drive.id,
    select: token.select,
    issued: call.now,
    pages: done ? 0 : token.pages + 1,
  } satisfies DriveDeltaToken);
  return jsonReply(200, {
    '@odata.context': `${call.base}/$metadata#Collection(driveItem)`,
    [done ? '@odata.deltaLink' : '@odata.nextLink']: link(call, sealed),
    value,
  });
}

function position(call: Call, drive: Drive, text: string | undefined): DriveDeltaToken {
  const select = call.query.select;
  checkSelect(DRIVE_ITEM, select);
  const fresh = { drive: drive.id, select, issued: call.now, pages: 0 };
  if (text === undefined) return { ...drive.log.beginning(), ...fresh };
  if (text === 'latest') return { ...drive.log.end(), ...fresh };
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const moment = Date.parse(text);
    if (Number.isNaN(moment)) throw invalidRequest('The token is not a valid time.');
    return { ...drive.log.at(moment), ...fresh };
  }
  const token = open(call, text);
  if (token.drive !== drive.id) throw invalidRequest('The token belongs to another drive.');
  if (token.issued < call.cloud.faults.deltaTokensInvalidBefore) throw resync(call, drive, token);
  return { ...token, select: select ?? token.select };
}

function open(call: Call, text: string): DriveDeltaToken {
  try {
    return call.cloud.tokens.open<DriveDeltaToken>('drive-delta', text);
  } catch (error) {
    if (error instanceof GraphError) throw invalidRequest('The provided delta token is malformed.');
    throw error;
  }
}

/** 410, with a link in `Location` that begins from scratch. */
function resync(call: Call, drive: Drive, token: DriveDeltaToken): GraphError {
  const beginning = call.cloud.tokens.seal('drive-delta', {
    ...drive.log.beginning(),
    drive: drive.id,
    select: token.select,
    issued: call.now,
    pages: 0,
  } satisfies DriveDeltaToken);
  return driveError(410, 'resyncRequired', 'Resync required.', drive.behaviour.resyncCode, {
    location: link(call, beginning),
  });
}

function link(call: Call, token: string): string {
  const path = (call.incoming.target.split('?')[0] as string).replace(/\(.*\)$/, '');
  return `${call.cloud.baseUrl}${path}?token=${token}`;
}
