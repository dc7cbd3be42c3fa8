import { SternaError } from '@sterna/core';
import type { AccountWithOrganization } from '@sterna/store';
import type { Actor, Role, Scope } from './context.ts';

export const ALL_SCOPES: readonly Scope[] = ['read', 'operate', 'admin'];

/** What a role may at most; a token narrows it further. */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['read', 'operate', 'admin'],
  operator: ['read', 'operate'],
  viewer: ['read'],
  auditor: ['read'],
  none: [],
};

export const scopesOf = (role: Role): readonly Scope[] => SCOPES_OF[role];

/** What somebody may do now: by their roles, and no more than their token allows. */
export function actorFor(
  account: AccountWithOrganization,
  name: string,
  token: { readonly scopes: readonly Scope[]; readonly projects?: readonly number[] | undefined },
): Actor {
  const allowed = (role: Role): readonly Scope[] => scopesOf(role).filter((scope) => token.scopes.includes(scope));
  const everywhere = allowed(account.role);
  const inProject = (id: number | string): readonly Scope[] => allowed(account.project_roles[id] ?? 'none');
  const { projects: limitedTo } = token;
  const actor = { organizationId: account.organization_id, accountId: account.id, name, role: account.role };
  if (limitedTo !== undefined)
    return {
      ...actor,
      scopes: [],
      projects: new Map(limitedTo.map((id) => [id, [...new Set([...everywhere, ...inProject(id)])]])),
      limitedTo,
    };
  const projects = new Map(Object.keys(account.project_roles).map((id) => [Number(id), inProject(id)]));
  return { ...actor, scopes: everywhere, projects };
}

/** Null: what belongs to no project. */
export const mayIn = (actor: Actor, scope: Scope, projectId: number | null): boolean =>
  actor.scopes.includes(scope) || (projectId !== null && actor.projects.get(projectId)?.includes(scope) === true);

/** In all of the organization, or in one project at least. */
export const scopesSomewhere = (actor: Actor): readonly Scope[] =>
  ALL_SCOPES.filter(
    (scope) => actor.scopes.includes(scope) || [...actor.projects.values()].some((scopes) => scopes.includes(scope)),
  );

/**
 * What lists show: undefined where it is everything of the organization.
 *
 * @param projectId the only one that was asked for; that the actor may read it has been checked
 */
export function projectsToRead(actor: Actor, projectId?: number): readonly number[] | undefined {
  if (projectId !== undefined) return [projectId];
  if (actor.scopes.includes('read')) return undefined;
  return [...actor.projects].flatMap(([id, scopes]) => (scopes.includes('read') ? [id] : []));
}

export const notAllowed = (actor: Actor, scope: Scope): SternaError =>
  new SternaError('auth', 'not-allowed', `This needs the right "${scope}", which ${actor.name} doesn't have.`, {
    fix: 'Ask the owner of the organization, or use a token with this scope.',
  });

/** For what belongs to the whole organization. @throws SternaError auth `not-allowed` */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!actor.scopes.includes(scope)) throw notAllowed(actor, scope);
}

/**
 * For what belongs to a project, before it is looked up: whoever may do it nowhere learns nothing. Whether they may do
 * it there is decided by how it is found (`reach.ts`), or by what a list is narrowed to (`projectsToRead`).
 *
 * @throws SternaError auth `not-allowed`
 */
export function requireSomewhere(actor: Actor, scope: Scope): void {
  if (!scopesSomewhere(actor).includes(scope)) throw notAllowed(actor, scope);
}

/** Owners, signed in or by a token with the scope `admin`. @throws SternaError auth `not-allowed` */
export function requireOwner(actor: Actor): void {
  requireScope(actor, 'admin');
  if (actor.role === 'owner') return;
  throw new SternaError('auth', 'not-allowed', `Only the owner of the organization may do this.`, {
    fix: 'Ask the owner of the organization.',
  });
}

/** The same for what doesn't exist and for what belongs to others: nobody learns which. */
export function notFound(what: string, id: number | string): SternaError {
  return new SternaError('config', 'not-found', `There is no ${what} ${id}.`, {
    fix: `Look it up in the list; it may have been deleted or belong to another organization.`,
  });
}

export function found<T>(row: T | undefined, what: string, id: number | string): T {
  if (row === undefined) throw notFound(what, id);
  return row;
}

/** A cursor as given out in `Page.next`. @throws SternaError config `cursor-invalid` */
export function readCursor(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  const value = Number(after);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidCursor();
}

export const invalidCursor = (): SternaError =>
  new SternaError('config', 'cursor-invalid', 'This page cursor is not one that Sterna gave out.', {
    field: 'after',
    fix: 'Start again from the first page.',
  });

/** @throws SternaError config `limit-invalid` */
export function readLimit(limit: number | undefined, fallback = 100, most = 500): number {
  if (limit === undefined) return fallback;
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new SternaError('config', 'limit-invalid', `A page holds 1 to ${most} items.`, { field: 'limit' });
}

/** A name that people give: trimmed, one line. @throws SternaError config `name-invalid` */
export function readName(name: string, field = 'name'): string {
  const trimmed = name.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (trimmed === '' || trimmed.length > 200 || /[\u0000-\u001f\u007f]/.test(trimmed))
    throw new SternaError('config', 'name-invalid', 'A name has 1 to 200 characters in one line.', {
      field,
      fix: 'Give another name.',
    });
  return trimmed;
}

export const nameTaken = (what: string, name: string): SternaError =>
  new SternaError('config', 'name-taken', `There is already ${what} named ${name}.`, {
    field: 'name',
    fix: 'Give another name.',
  });
