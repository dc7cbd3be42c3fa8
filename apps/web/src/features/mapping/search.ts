import { getRouteApi } from '@tanstack/react-router';

export const MAPPING_KINDS = ['user', 'group', 'domain'] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];

/** What the page shows is in its address. */
export interface MappingSearch {
  readonly q?: string;
  readonly kind?: MappingKind;
}

export function readMappingSearch(search: Record<string, unknown>): MappingSearch {
  const kind = MAPPING_KINDS.find((one) => one === search.kind);
  return {
    ...(typeof search.q === 'string' && search.q !== '' ? { q: search.q.slice(0, 200) } : {}),
    ...(kind === undefined ? {} : { kind }),
  };
}

export const mappingRoute = getRouteApi('/app/projects/$projectId/mapping');
