import { SternaError } from '@sterna/core';
import type { Actor, Role, Scope } from './context.ts';

/** What a role may at most; a token narrows it further. */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['read', 'operate', 'admin'],
  operator: ['read', 'operate'],
  viewer: ['read'],
  auditor: ['read'],
};

export const scopesOf = (role: Role): readonly Scope[] => SCOPES_OF[role];

/** @throws SternaError auth `not-allowed` */
export function requireScope(actor: Actor, scope: Scope): void {
  if (actor.scopes.includes(scope)) return;
  throw new SternaError('auth', 'not-allowed', `This needs the right "${scope}", which ${actor.name} doesn't have.`, {
    fix: 'Ask the owner of the organization, or use a token with this scope.',
  });
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
