import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { forbidden, MIGRATE } from './place.ts';

/**
 * When a new team or channel counts as made; only one in migration mode can say so itself.
 *
 * @returns milliseconds. Throws 400 for a date without migration mode and for one in the future, 403 without the right
 */
export function createdInMigration(call: Call, createdDateTime: string | undefined, migrates: boolean): number {
  if (!migrates) {
    if (createdDateTime !== undefined) throw badRequest('createdDateTime can only be given in migration mode.');
    return call.now;
  }
  if (call.identity.user !== undefined || !call.identity.permissions.has(MIGRATE)) {
    throw forbidden(`Migration mode needs the application permission ${MIGRATE}.`);
  }
  if (createdDateTime === undefined) throw badRequest('Migration mode needs a createdDateTime.');
  const at = Date.parse(createdDateTime);
  if (at > call.now) throw badRequest('createdDateTime is in the future.');
  return at;
}
