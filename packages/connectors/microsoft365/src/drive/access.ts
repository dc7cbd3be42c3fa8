import type { AccessOf, AccessOp, FidelityNote, Result } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { errorCodesOf, isOutcomeUnknown } from '../graph/errors.ts';
import { type DriveApi, isGone } from './drive-api.ts';
import { changesTo, type GrantChanges, type GraphRole, grantsOf, type LinkScope } from './grants.ts';
import { accessVersionOf, type DriveItem } from './item.ts';
import { placeOf } from './place.ts';

/** So many files of one folder are looked at by one listing; fewer, one by one. */
const WORTH_LISTING = 4;

/** What the folder holds of these names, and with '' the folder itself, in as few requests as it takes. */
async function itemsOf(api: DriveApi, folderId: string, ids: readonly string[]): Promise<Map<string, DriveItem>> {
  const found = new Map<string, DriveItem>();
  const wanted = new Set(ids.filter((id) => id !== ''));
  const add = (id: string, item: DriveItem | undefined): void => {
    if (item !== undefined) found.set(id, item);
  };
  if (ids.includes('')) add('', await api.look(folderId));
  if (wanted.size < WORTH_LISTING) {
    for (const id of wanted) add(id, await api.look(folderId, id));
    return found;
  }
  try {
    for await (const page of api.children(folderId))
      for (const item of page.value) if (item.name !== undefined && wanted.has(item.name)) found.set(item.name, item);
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown;
  }
  return found;
}

/** Rights cost five times what a file does: only those of shared items are asked for. */
export async function* readAccess(
  api: DriveApi,
  folderId: string,
  ids: readonly string[],
  domain: string,
): AsyncGenerator<AccessOf> {
  const items = await itemsOf(api, folderId, ids);
  for (const id of ids) {
    const item = items.get(id);
    if (item === undefined) continue;
    const version = accessVersionOf(item);
    const permissions = item.shared ? await api.permissions(item.id) : [];
    if (permissions !== undefined) yield { id, version, grants: grantsOf(permissions, domain) };
  }
}

/** Where rights are given. */
export interface AccessTarget {
  readonly api: DriveApi;
  /** Of the user: links for the whole organization are for this one. */
  readonly domain: string;
  /** Addresses that the tenant turned out not to know: asked for once in a session. */
  readonly unknown: Set<string>;
}

/**
 * Gives items these rights, and nobody a mail about it.
 *
 * @returns results in the order of the operations
 */
export async function applyAccess(target: AccessTarget, ops: readonly AccessOp[]): Promise<readonly Result[]> {
  const { api } = target;
  const results = new Map<AccessOp, Result>();
  for (const [container, own] of Map.groupBy(ops, (op) => op.container)) {
    const items = await itemsOf(
      api,
      placeOf(container).itemId,
      own.map((op) => op.targetId),
    );
    for (const op of own) results.set(op, await settled(op, () => applyTo(target, op, items.get(op.targetId))));
  }
  return ops.flatMap((op) => results.get(op) ?? []);
}

async function settled(op: AccessOp, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (error.class === 'object') return { op: op.op, outcome: 'refused', error };
    if (error.class === 'transient' || isOutcomeUnknown(thrown)) return { op: op.op, outcome: 'unknown', error };
    throw thrown;
  }
}

async function applyTo(
  { api, domain, unknown }: AccessTarget,
  op: AccessOp,
  item: DriveItem | undefined,
): Promise<Result> {
  if (item === undefined) return { op: op.op, outcome: 'missing' };
  const done = { op: op.op, outcome: 'done' } as const;
  if (op.grants.length === 0 && !item.shared) return done;
  const now = item.shared ? await api.permissions(item.id) : [];
  if (now === undefined) return { op: op.op, outcome: 'missing' };
  const { invite, link, change, remove, notes } = changesTo(op.grants, now, domain);
  const path = api.pathOf(item.id);
  // A name that is no address is nobody's here.
  const isUnknown = (email: string): boolean => !email.includes('@') || unknown.has(email.toLowerCase());
  const waiting = invite.map(({ email }) => email).filter(isUnknown);
  // First, as who is given a right with another end must not have the old one.
  for (const id of remove)
    await api.changePermissions(`${path}/permissions/${segment(id)}`, {
      method: 'DELETE',
      doing: 'taking a right away',
      expected: [404],
    });
  for (const people of Map.groupBy(invite, ({ role, expires = '' }) => `${role} ${expires}`).values()) {
    const [{ role, expires } = { role: 'read' as const, expires: undefined }] = people;
    const asked = people.map(({ email }) => email).filter((email) => !isUnknown(email));
    const refused = asked.length === 0 ? [] : await inviteAll(api, path, { role, expires }, asked);
    for (const email of refused) unknown.add(email.toLowerCase());
    waiting.push(...refused);
  }
  for (const { id, role } of change)
    await api.changePermissions(`${path}/permissions/${segment(id)}`, {
      method: 'PATCH',
      body: { roles: [role] },
      doing: 'changing a right',
    });
  const told = [...notes];
  for (const one of link) if (!(await makeLink(api, path, one))) told.push(linkNotAllowed(one.scope));
  return { ...done, ...(waiting.length === 0 ? {} : { waiting }), ...(told.length === 0 ? {} : { notes: told }) };
}

/** @returns whether the tenant lets links of that kind be */
async function makeLink(
  api: DriveApi,
  path: string,
  { type, scope, expires }: GrantChanges['link'][number],
): Promise<boolean> {
  const { status, body } = await api.changePermissions(`${path}/createLink`, {
    method: 'POST',
    body: { type, scope, ...(expires === undefined ? {} : { expirationDateTime: expires }) },
    doing: 'making a link',
    // Again, it is the same link.
    repeatable: true,
    expected: [403],
  });
  if (status !== 403) return true;
  const codes = errorCodesOf(body);
  if (codes.some((code) => /^sharingDisabled$/i.test(code))) return false;
  throw new SternaError('object', 'rights-refused', `OneDrive refused a link: ${codes.join(', ')}.`, {
    fix: 'Look at the sharing policies of the tenant.',
  });
}

const linkNotAllowed = (scope: LinkScope): FidelityNote => ({
  code: 'link-not-allowed',
  text: `It was shared by a link for ${scope === 'anonymous' ? 'anybody' : 'everybody of the organization'}; the target’s policies don’t allow such links, so it was not made.`,
});

interface Invited {
  readonly value?: readonly {
    readonly error?: unknown;
    readonly invitation?: { readonly email?: string | null } | null;
  }[];
}

/**
 * Nobody gets a mail: `sendInvitation` is false, so they have to sign in.
 *
 * @returns those whom the tenant doesn't know, or shares nothing with
 */
async function inviteAll(
  api: DriveApi,
  path: string,
  right: { readonly role: GraphRole; readonly expires?: string | undefined },
  emails: readonly string[],
): Promise<readonly string[]> {
  const { status, body } = await api.changePermissions<Invited>(`${path}/invite`, {
    method: 'POST',
    body: {
      requireSignIn: true,
      sendInvitation: false,
      roles: [right.role],
      ...(right.expires === undefined ? {} : { expirationDateTime: right.expires }),
      recipients: emails.map((email) => ({ email })),
    },
    doing: 'giving a right',
    // Again, they have it already.
    repeatable: true,
    expected: [400, 403],
  });
  if (status === 400 || status === 403) {
    if (emails.length > 1) {
      const unknown: string[] = [];
      for (const email of emails) unknown.push(...(await inviteAll(api, path, right, [email])));
      return unknown;
    }
    if (errorCodesOf(body).some((code) => UNKNOWN.test(code))) return emails;
    throw new SternaError('object', 'rights-refused', `OneDrive refused a right: ${errorCodesOf(body).join(', ')}.`, {
      fix: 'Look at the sharing policies of the tenant.',
    });
  }
  const failed = (body.value ?? []).filter((one) => Boolean(one.error));
  return failed.flatMap((one) => one.invitation?.email ?? []);
}

const UNKNOWN = /^(?:noResolvedUsers|sharingFailed|sharingDisabled)$/i;
