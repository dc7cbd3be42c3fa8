import type { Call } from '../http/call.ts';
import { badRequest, forbidden, GoogleError, notFound } from '../http/errors.ts';
import { wholeScope } from '../token/scopes.ts';
import { isMember, type Message, type Space } from './space.ts';
import { spacesOf } from './store.ts';

export const has = (call: Call, ...scopes: readonly string[]): boolean =>
  scopes.some((scope) => call.identity.scopes.has(wholeScope(scope)));

/** Nobody who may not see it is told that there is such a space. */
const unseen = (): GoogleError =>
  new GoogleError(403, 'forbidden', 'Permission denied to perform the requested action on the specified resource');

export const failedPrecondition = (message: string): GoogleError =>
  badRequest(message, 'failedPrecondition', { status: 'FAILED_PRECONDITION' });

/** `useAdminAccess`, which takes an administrator and one of these scopes. */
export function asAdmin(call: Call, ...scopes: readonly string[]): boolean {
  if (!call.query.boolean('useAdminAccess')) return false;
  if (!call.user.isAdmin || !has(call, ...scopes)) throw forbidden('Admin access is denied.');
  return true;
}

/** The space of the path, whoever asks. */
export function spaceOf(call: Call): Space {
  const space = spacesOf(call.cloud).find(call.parameter('spacesId'));
  if (space === undefined) throw unseen();
  return space;
}

/**
 * The space of the path for reading: of an administrator, of a member, or of the app that imports it.
 *
 * @param admin scopes of an administrator
 * @param imports whether `chat.import` may read it while it is being imported
 */
export function readable(call: Call, { admin = [], imports }: { admin?: readonly string[]; imports: boolean }): Space {
  const space = spaceOf(call);
  const isImport = space.importUntil !== undefined;
  if (admin.length > 0 && asAdmin(call, ...admin)) {
    if (space.domain !== call.domain || (isImport && !call.cloud.assumptions.chatAdminSeesImports)) throw unseen();
    return space;
  }
  if (isImport) {
    if (imports && isImporter(call, space)) return space;
    throw unseen();
  }
  if (!isMember(space, call.user.id)) throw unseen();
  return space;
}

/** The app that made the space to import it, acting for anybody of the domain. */
export const isImporter = (call: Call, space: Space): boolean =>
  space.importUntil !== undefined &&
  has(call, 'chat.import') &&
  space.projectNumber === call.identity.project.number &&
  space.domain === call.domain;

/** For writing messages: the importing app, or a member with one of these scopes. */
export function writable(
  call: Call,
  ...scopes: readonly string[]
): { readonly space: Space; readonly isImport: boolean } {
  const space = spaceOf(call);
  if (isImporter(call, space)) return { space, isImport: true };
  if (space.importUntil !== undefined) throw unseen();
  // With chat.import alone nothing is done outside of import mode.
  if (!has(call, ...scopes) || !isMember(space, call.user.id)) throw unseen();
  return { space, isImport: false };
}

/** By its own id, or by the one that its app gave it. */
export function messageOf(call: Call, space: Space): Message {
  const id = call.parameter('messagesId');
  const found = [...space.messages.values()].find((one) => one.id === id || one.clientId === id);
  if (found === undefined) throw notFound('Requested entity was not found.');
  return found;
}

/** Milliseconds; throws 400. Of the past since 2000, as import mode wants it. */
export function pastTime(call: Call, name: string, value: unknown): number {
  const at = Date.parse(String(value));
  if (Number.isNaN(at)) throw badRequest(`Invalid value at '${name}'`);
  if (at < Date.UTC(2000, 0, 1) || at > call.now)
    throw badRequest(`${name} must be between January 1, 2000 and the current time.`);
  return at;
}
