import type { Reply } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { Call, type CallParts } from './call.ts';
import { errorBody } from './error-body.ts';
import { badRequest, type GoogleError } from './errors.ts';
import type { ErrorForm } from './families.ts';
import { applyFields, type FieldMask } from './fields.ts';
import type { Result } from './result.ts';
import type { Route } from './router.ts';

/** Everything that a handler needs to know of a request. */
export interface Task extends Omit<CallParts, 'cloud' | 'method'> {
  readonly route: Route;
}

/** Lets the route's handler answer. Throws GoogleErrors. */
export async function perform(cloud: Cloud, task: Task): Promise<Reply> {
  const { route, ...parts } = task;
  const call = new Call({ ...parts, cloud, method: route.id });
  await cloud.clock.sleep(cloud.latencyMs);
  const result = await route.handle(call);
  const { unread } = call.query;
  if (unread.length > 0) {
    throw badRequest(
      `Invalid JSON payload received. Unknown name "${unread[0]}": Cannot bind query parameter.`,
      'badRequest',
    );
  }
  return replyOf(result, task.fields, call.query.text('prettyPrint') !== 'false');
}

export function errorReply(error: GoogleError, form: ErrorForm, pretty = true): Reply {
  return replyOf(
    { kind: 'json', status: error.code, json: errorBody(error, form), headers: error.more.headers ?? {} },
    undefined,
    pretty,
  );
}

function replyOf(result: Result, fields: FieldMask | undefined, pretty: boolean): Reply {
  if (result.kind === 'bytes') return result;
  const json = fields === undefined ? result.json : applyFields(result.json, fields);
  return {
    status: result.status,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      vary: 'Origin, X-Origin, Referer',
      ...result.headers,
    },
    body: [Buffer.from(pretty ? `${JSON.stringify(json, undefined, 2)}\n` : JSON.stringify(json))],
    json,
  };
}
