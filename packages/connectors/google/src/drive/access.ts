import type { AccessOf, AccessOp, FidelityNote, Result } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { type Paged, segment } from '../api/client.ts';
import { isOutcomeUnknown } from '../api/errors.ts';
import { type DriveApi, filePath, SCOPES, UNITS } from './drive-api.ts';
import { accessVersionOf, type DriveFile, isFolder, isShared, permissionsVersion } from './drive-file.ts';
import { changesTo, type GrantChanges, grantsOf, type RightsPlace } from './grants.ts';
import type { NamedFile } from './names.ts';
import type { DrivePermission } from './permission.ts';
import { placeOf } from './place.ts';

/** What finds files by the ids that they have in a folder. */
export interface Finder {
  find(folderId: string, ids: readonly string[]): Promise<ReadonlyMap<string, NamedFile>>;
}

/** What the folder holds of these, and with '' the folder itself. */
async function itemsOf(
  api: DriveApi,
  finder: Finder,
  folderId: string,
  ids: readonly string[],
): Promise<Map<string, DriveFile>> {
  const named = await finder.find(
    folderId,
    ids.filter((id) => id !== ''),
  );
  const items = new Map([...named].map(([id, { file }]) => [id, file] as const));
  const folder = ids.includes('') ? await api.look(folderId) : undefined;
  if (folder !== undefined) items.set('', folder);
  return items;
}

export async function* readAccess(
  api: DriveApi,
  finder: Finder,
  folderId: string,
  ids: readonly string[],
): AsyncGenerator<AccessOf> {
  const items = await itemsOf(api, finder, folderId, ids);
  for (const id of ids) {
    const item = items.get(id);
    if (item === undefined) continue;
    const isRoot = item.parents === undefined;
    const asked = isRoot ? api.isShared : isShared(item);
    const permissions = asked ? await permissionsOf(api, item) : [];
    const version = isRoot ? permissionsVersion(permissions) : accessVersionOf(item);
    yield { id, version, grants: grantsOf(permissions, isRoot || item.ownedByMe) };
  }
}

interface Permissions extends Paged {
  readonly permissions?: readonly DrivePermission[];
}

/** What a listing tells is all there is, unless the drive is a shared one: there it tells nothing. */
export async function permissionsOf(api: DriveApi, item: DriveFile): Promise<readonly DrivePermission[]> {
  if (item.permissions !== undefined) return item.permissions;
  const found: DrivePermission[] = [];
  for await (const { permissions = [] } of api.client.pages<Permissions>({
    method: 'GET',
    path: `${filePath(item.id)}/permissions`,
    query: {
      pageSize: 100,
      fields:
        'nextPageToken,permissions(id,type,role,emailAddress,domain,expirationTime,deleted,pendingOwner,permissionDetails(inherited))',
      supportsAllDrives: true,
    },
    doing: 'reading who has rights',
    right: SCOPES.read[0],
    units: UNITS.list,
  }))
    found.push(...permissions);
  return found;
}

/** Where rights are given. */
export interface AccessTarget {
  readonly api: DriveApi;
  readonly finder: Finder;
  /** Of the user: what is for everybody of an organization is for this one. */
  readonly domain: string;
  /** Addresses that Google turned out not to know: asked for once in a session. */
  readonly unknown: Set<string>;
}

/**
 * Gives items these rights, and nobody a mail about it.
 *
 * @returns results in the order of the operations
 */
export async function applyAccess(target: AccessTarget, ops: readonly AccessOp[]): Promise<readonly Result[]> {
  const results = new Map<AccessOp, Result>();
  for (const [container, own] of Map.groupBy(ops, (op) => op.container)) {
    const ids = own.map((op) => op.targetId);
    const items = await itemsOf(target.api, target.finder, placeOf(container).folderId, ids);
    // One after the other: Drive wants it so of what concerns one file.
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

async function applyTo(target: AccessTarget, op: AccessOp, item: DriveFile | undefined): Promise<Result> {
  const { api, domain, unknown } = target;
  if (item === undefined) return { op: op.op, outcome: 'missing' };
  const isRoot = item.parents === undefined;
  if (isRoot && !api.isShared) {
    const lost = op.grants.length === 0 ? [] : [membersNotKept()];
    return { op: op.op, outcome: 'done', ...(lost.length === 0 ? {} : { notes: lost }) };
  }
  const now = isRoot || isShared(item) ? await permissionsOf(api, item) : [];
  const changes = changesTo(op.grants, now, domain, rightsPlaceOf(api, item));
  const { add, change, notes } = changes;
  // Who is in a shared drive that was there before stays in it: we are one of them.
  const remove = isRoot ? [] : changes.remove;
  const path = `${filePath(item.id)}/permissions`;
  const waiting: string[] = [];
  for (const grant of add) {
    const isPerson = grant.type === 'user' || grant.type === 'group';
    // A name that is no address is nobody's here.
    const isKnown = !isPerson || (grant.principal.includes('@') && !unknown.has(grant.principal.toLowerCase()));
    if (isKnown && (await give(api, path, grant))) continue;
    if (isPerson) unknown.add(grant.principal.toLowerCase());
    waiting.push(grant.principal);
  }
  for (const { id, role, expires } of change)
    await api.write({
      method: 'PATCH',
      path: `${path}/${segment(id)}`,
      query: { fields: 'id', ...(expires === null ? { removeExpiration: true } : {}) },
      body: { role, ...(typeof expires === 'string' ? { expirationTime: expires } : {}) },
      doing: 'changing a right',
    });
  for (const id of remove)
    await api.write({
      method: 'DELETE',
      path: `${path}/${segment(id)}`,
      query: { fields: undefined },
      doing: 'taking a right away',
      expected: [404],
    });
  return {
    op: op.op,
    outcome: 'done',
    ...(waiting.length === 0 ? {} : { waiting }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function rightsPlaceOf(api: DriveApi, item: DriveFile): RightsPlace {
  if (!api.isShared) return isFolder(item) ? 'folder' : 'file';
  if (item.parents === undefined) return 'shared-drive';
  return isFolder(item) ? 'shared-folder' : 'shared-file';
}

const membersNotKept = (): FidelityNote => ({
  code: 'members-not-kept',
  text: 'The drive had members; the target is somebody’s own drive, which has none.',
});

/** Refusals that mean that this somebody can't be shared with from here. */
const NOBODY =
  /^(?:invalidSharingRequest|notFound|invalid|cannotShareTeamDriveWithNonGoogleAccounts|publishOutNotPermitted|domainPolicy)$/;

/** @returns false for somebody whom Google doesn't know */
async function give(
  api: DriveApi,
  path: string,
  { type, principal, role, expires }: GrantChanges['add'][number],
): Promise<boolean> {
  try {
    await api.write({
      method: 'POST',
      path,
      query: {
        fields: 'id',
        // Only people and groups can be mailed, so only there may it be said.
        ...(type === 'user' || type === 'group' ? { sendNotificationEmail: false } : {}),
      },
      body: {
        type,
        role,
        ...(expires === undefined ? {} : { expirationTime: expires }),
        ...(type === 'user' || type === 'group' ? { emailAddress: principal } : {}),
        ...(type === 'domain' ? { domain: principal } : {}),
      },
      doing: 'giving a right',
      // Again, they have it already.
      repeatable: true,
    });
    return true;
  } catch (thrown) {
    const { details } = asSternaError(thrown);
    if ((details?.status === 400 || details?.status === 403) && NOBODY.test(String(details.code))) return false;
    throw thrown;
  }
}
