import { useQuery } from '@tanstack/react-query';
import { $api } from '../../api/client.ts';

/** Which entries last ran with other settings than now. */
export function useDrift(projectId: number) {
  return useQuery($api.queryOptions('get', '/api/projects/{id}/drift', { params: { path: { id: projectId } } })).data;
}

export type Drift = NonNullable<ReturnType<typeof useDrift>>;

/** Of one setting: each value that passes ran with, and how many entries', the most frequent first. */
export function driftOfField(drift: Drift | undefined, field: string): { before: unknown; entries: number }[] {
  const found = new Map<string, { before: unknown; entries: number }>();
  for (const group of drift?.groups ?? [])
    for (const one of group.settings) {
      if (one.field !== field) continue;
      const key = JSON.stringify(one.before ?? null);
      const known = found.get(key) ?? { before: one.before, entries: 0 };
      known.entries += group.entries;
      found.set(key, known);
    }
  return [...found.values()].sort((a, b) => b.entries - a.entries);
}
