import { useQueryClient } from '@tanstack/react-query';

/** Runs a change of an entry and reads again what it touches, without waiting for the live event. */
export function useAct(): <T>(change: () => Promise<T>) => Promise<T> {
  const queryClient = useQueryClient();
  return async (change) => {
    const done = await change();
    await queryClient.invalidateQueries({
      predicate: ({ queryKey: [method, path] }) =>
        method === 'get' && typeof path === 'string' && /^\/api\/(entries|passes|licenses|audit|projects)/.test(path),
    });
    return done;
  };
}
