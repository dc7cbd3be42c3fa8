import type { Schema } from '../api/client.ts';

export type Scope = 'read' | 'operate' | 'admin';

export interface Me {
  readonly account: Schema<'Account'>;
  /** In the whole organization. */
  readonly scopes: readonly Scope[];
  /** Where more is allowed than that. */
  readonly projects: readonly { readonly projectId: number; readonly scopes: readonly Scope[] }[];
}

/** On the pages of a project a role in it counts beside that in the organization. @param page project of the page */
export const mayOn = (
  { scopes, projects }: Pick<Me, 'scopes' | 'projects'>,
  scope: Scope,
  page: number | undefined,
): boolean => scopes.includes(scope) || projects.some((one) => one.projectId === page && one.scopes.includes(scope));
