import type { Query, QueryClient } from '@tanstack/react-query';

/** Being read when something changed: what comes may be older than the change. */
const overtaken = new WeakSet<Query>();

/**
 * Reads again what `isOld` says of. A query that is being read at this moment is read once more after that: left alone
 * it would show an answer from before the change, and cancelled at each event it would never come to an end where
 * events come faster than answers.
 */
export function readAgain(queryClient: QueryClient, isOld: (query: Query) => boolean): void {
  const old = queryClient.getQueryCache().findAll({ predicate: isOld });
  const reading = new Set(old.filter((query) => query.state.fetchStatus === 'fetching'));
  void queryClient.invalidateQueries({ predicate: (query) => old.includes(query) && !reading.has(query) });
  for (const query of reading) {
    if (overtaken.has(query)) continue;
    overtaken.add(query);
    const again = (): void => {
      overtaken.delete(query);
      void queryClient.invalidateQueries({ predicate: (one) => one === query });
    };
    // Joins the reading that is under way.
    query.fetch().then(again, again);
  }
}
