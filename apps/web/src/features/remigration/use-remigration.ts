import { useQueryClient } from '@tanstack/react-query';
import { $api, dataOf } from '../../api/client.ts';
import type { Remigration } from './flow-state.ts';

export const remigrationQuery = (id: number) =>
  $api.queryOptions('get', '/api/remigrations/{id}', { params: { path: { id } } });

/** Takes a step: what the API answers is where the flow stands now. */
export function useTake(id: number): (answer: Promise<{ data?: Remigration }>) => Promise<void> {
  const queryClient = useQueryClient();
  return async (answer) => {
    const now = await dataOf(answer);
    // An answer that was asked for before must not come later and look newer.
    await queryClient.cancelQueries({ queryKey: remigrationQuery(id).queryKey });
    queryClient.setQueryData(remigrationQuery(id).queryKey, now);
  };
}
