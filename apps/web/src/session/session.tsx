import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { $api } from '../api/client.ts';
import { type Me, mayOn, type Scope } from './may.ts';
import { useProjectOfPage } from './project-of-page.ts';

export type { Me, Scope } from './may.ts';

export const meQuery = queryOptions({ ...$api.queryOptions('get', '/api/me'), staleTime: 60_000 });

/** How people sign in: whether there is a provider of identities beside passwords. */
export const signInWaysQuery = queryOptions({ ...$api.queryOptions('get', '/api/sign-in'), staleTime: 0 });

/** Never kept: an old tab must not offer the set-up that another one has done. */
export const healthQuery = queryOptions({ ...$api.queryOptions('get', '/api/health'), staleTime: 0 });

/** Who is signed in; only below the signed-in part of the router, which has loaded it. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;

/**
 * Whether the account may do that: `operate` runs migrations, `admin` changes systems, projects, licenses and people. On
 * the pages of a project a role in it counts, too. The interface leaves out what isn't allowed; the API refuses it anyway.
 */
export const useMay = (scope: Scope): boolean => mayOn(useMe(), scope, useProjectOfPage());

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
