import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** Does it, and reads again what it touched: live events come a second later. */
export function useAct() {
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await work();
    } catch (error) {
      setRefusal(error);
    }
    await queryClient.invalidateQueries({
      predicate: ({ queryKey: [, path] }) =>
        typeof path === 'string' && /^\/api\/(projects|entries|licenses)/.test(path),
    });
    setBusy(false);
  };
  return { act, busy, refusal };
}
