import { createHash } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { GraphError } from '../http/errors.ts';

/** An Outlook changeKey: opaque, another for each version of the object. */
export function changeKey(id: string, version: number): string {
  const hash = createHash('sha256').update(`${id}\n${version}`).digest();
  return `CQAAAB${hash.toString('base64').slice(0, 18)}`;
}

/** Throws 412 when `If-Match` names another version. */
export function checkIfMatch(call: Call, etag: string): void {
  const wanted = call.header('if-match');
  if (wanted === undefined || wanted === '*' || wanted === etag) return;
  const code = call.route.service === 'drive' ? 'preconditionFailed' : 'ErrorIrresolvableConflict';
  throw new GraphError(412, code, 'The ETag in the request does not match the current version.');
}
