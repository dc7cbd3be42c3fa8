import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { $api, type Schema } from '../api/client.ts';
import { useProjectOfPage } from './project-of-page.ts';

export type Scope = 'read' | 'operate' | 'admin';

export const meQuery = queryOptions({ ...$api.queryOptions('get', '/api/me'), staleTime: 60_000 });

/** How people sign in: whether there is a provider of identities beside passwords. */
export const signInWaysQuery = queryOptions({ ...$api.queryOptions('get', '/api/sign-in'), staleTime: 0 });

/** Never kept: an old tab must not offer the set-up that another one has done. */
export const healthQuery = queryOptions({ ...$api.queryOptions('get', '/api/health'), staleTime: 0 });

export interface Me {
  readonly account: Schema<'Account'>;
  /** In the whole organization. */
  readonly scopes: readonly Scope[];
  /** Where more is allowed than that. */
  readonly projects: readonly { readonly projectId: number; readonly scopes: readonly Scope[] }[];
}

/** Who is signed in; only below the signed-in part of the router, which has loaded it. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;

/**
 * Whether the account may do that: `operate` runs migrations, `admin` changes systems, projects, licenses and people. On
 * the pages of a project a role in it counts, too. The interface leaves out what isn't allowed; the API refuses it anyway.
 */
export function useMay(scope: Scope): boolean {
  const { scopes, projects } = useMe();
  const page = useProjectOfPage();
  return (
    scopes.includes(scope) || projects.some(({ projectId, scopes }) => projectId === page && scopes.includes(scope))
  );
}

/** Its children where the account may; else `otherwise`, or nothing. */
export function Allowed({
  scope,
  children,
  otherwise = null,
}: {
  readonly scope: Scope;
  readonly children: ReactNode;
  readonly otherwise?: ReactNode;
}) {
  return useMay(scope) ? children : otherwise;
}
