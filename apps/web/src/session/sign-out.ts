import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, dataOf } from '../api/client.ts';

/** Ends the session; and, where it began at the provider of identities, goes there to end that one, too. */
export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return async () => {
    const { provider } = await dataOf(api.POST('/api/sign-out')).catch(() => ({ provider: undefined }));
    if (provider !== undefined) {
      location.assign(provider);
      return;
    }
    await navigate({ to: '/sign-in' });
    queryClient.clear();
  };
}
