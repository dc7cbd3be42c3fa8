import type { BigIntStats } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { type AccessOf, type AccessOp, type FidelityNote, type Result, rightWithEnd } from '@sterna/connector-kit';
import type { AccessRole, Grant } from '@sterna/core';
import { type AccessLists, type ListEntry, writeList } from './access-lists.ts';
import { errnoOf } from './errors.ts';
import type { OpenDir } from './open-dir.ts';
import type { People } from './people.ts';

/** Mode, owner and group, and a list where there is one. */
export const accessVersionOf = ({ mode, uid, gid }: BigIntStats, list: readonly ListEntry[] = []): string =>
  [
    (mode & 0o777n).toString(8),
    uid,
    gid,
    ...list.map(({ type, who, rights }) => `${type}:${who}:${rights}`).sort(),
  ].join('.');

const TRIPLE = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const;
const tripleOf = (mode: bigint, shift: bigint): string => TRIPLE[Number((mode >> shift) & 7n)] as string;
const bitsOf = (rights: string): number => Math.max(0, TRIPLE.indexOf(rights as (typeof TRIPLE)[number]));
const roleOf = (rights: string): AccessRole => (rights[1] === 'w' ? 'writer' : 'reader');

/**
 * The rights of a file or folder as grants: the owner, the group, everybody, and the access control list. Who may do
 * nothing is left out.
 */
export function grantsOf(stat: BigIntStats, list: readonly ListEntry[], people: People): readonly Grant[] {
  const { mode, uid, gid } = stat;
  const some = (grant: Grant): Grant[] => (grant.rights === '---' ? [] : [grant]);
  const group = tripleOf(mode, 3n);
  const others = tripleOf(mode, 0n);
  return [
    { type: 'user', principal: people.nameOf('user', Number(uid)), role: 'owner', rights: tripleOf(mode, 6n) },
    ...some({ type: 'group', principal: people.nameOf('group', Number(gid)), role: roleOf(group), rights: group }),
    ...list.flatMap(({ type, who, rights }) => some({ type, principal: who, role: roleOf(rights), rights })),
    ...some({ type: 'anyone', principal: '', role: roleOf(others), rights: others }),
  ];
}

export const accessOf = (id: string, stat: BigIntStats, lists: AccessLists, path: string, people: People): AccessOf => {
  const list = lists.get(path) ?? [];
  return { id, version: accessVersionOf(stat, list), grants: grantsOf(stat, list, people) };
};

/** What a role may do, where the source has other rights than these. */
const rightsOf = ({ rights, role }: Grant, isFolder: boolean): string => {
  if (rights !== undefined && bitsOf(rights) > 0) return rights;
  const x = isFolder ? 'x' : '-';
  return role === 'writer' || role === 'owner' ? `rw${x}` : `r-${x}`;
};

/**
 * Gives a file or folder these rights. The first owner becomes the owner, the first group the group; the others come into
 * the access control list.
 *
 * @param path For setfacl(1); `dir` and `name` for all else
 */
export async function applyAccess(
  op: AccessOp,
  place: {
    readonly dir: OpenDir;
    readonly name: Buffer;
    readonly path: string;
    readonly stat: BigIntStats;
    readonly hasList: boolean;
  },
  people: People,
  signal: AbortSignal,
): Promise<Result> {
  const { dir, name, path, stat, hasList } = place;
  const isFolder = stat.isDirectory();
  const waiting: string[] = [];
  const notes: FidelityNote[] = [];
  let uid: number | undefined;
  let gid: number | undefined;
  let mode = 0;
  const list: ListEntry[] = [];
  for (const grant of op.grants) {
    if (grant.expires !== undefined) {
      notes.push(rightWithEnd(grant, 'here a right has no end'));
      continue;
    }
    const rights = rightsOf(grant, isFolder);
    if (grant.type === 'anyone') {
      mode |= bitsOf(rights);
      continue;
    }
    if (grant.type === 'domain') {
      notes.push({
        code: 'grant-dropped',
        text: `${grant.principal} as a whole has rights to it; a folder of files knows users and groups alone.`,
      });
      continue;
    }
    const id = people.idOf(grant.type, grant.principal);
    if (id === undefined) {
      waiting.push(grant.principal);
      // Whoever owns it until then, the bits of the owner are known.
      if (grant.role === 'owner' && grant.type === 'user') mode |= bitsOf(rights) << 6;
    } else if (grant.type === 'user' && grant.role === 'owner' && uid === undefined) {
      uid = id;
      mode |= bitsOf(rights) << 6;
    } else if (grant.type === 'group' && gid === undefined) {
      gid = id;
      mode |= bitsOf(rights) << 3;
    } else list.push({ type: grant.type, who: grant.principal, rights });
  }
  if ((mode & 0o700) === 0 && !op.grants.some(({ role }) => role === 'owner')) mode |= isFolder ? 0o700 : 0o600;
  const owns = { uid: uid ?? Number(stat.uid), gid: gid ?? Number(stat.gid) };
  if (owns.uid !== Number(stat.uid) || owns.gid !== Number(stat.gid))
    await chown(dir.at(name), owns.uid, owns.gid).catch((thrown: unknown) => {
      if (errnoOf(thrown) !== 'EPERM') throw thrown;
      notes.push({
        code: 'owner-kept',
        text: 'Only an administrator of this machine may give files to others, so it belongs to the account that runs Sterna.',
      });
    });
  // After chown, which may clear bits; before the list, whose mask is in them.
  await chmod(dir.at(name), mode);
  // A program is started for it: only where there is a list, or was one.
  const isListed = list.length === 0 && !hasList ? true : await writeList(path, list, signal);
  if (!isListed && list.length > 0)
    notes.push({
      code: 'access-list-dropped',
      text: `The file system has no access control lists (or setfacl is missing): ${list.map(({ who }) => who).join(', ')} got no rights to it.`,
    });
  return { op: op.op, outcome: 'done', notes, waiting };
}
