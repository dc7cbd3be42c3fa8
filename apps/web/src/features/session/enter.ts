import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { meQuery } from '../../session/session.tsx';

/** After signing in: forgets what another account may have left, and goes there. */
export function useEnter(): (href: string) => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return useCallback(
    async (href) => {
      queryClient.clear();
      await queryClient.fetchQuery(meQuery);
      router.history.push(href);
    },
    [queryClient, router],
  );
}
