import { getRouteApi } from '@tanstack/react-router';

export interface ReportsSearch {
  /** Code of the cause whose objects are listed; all without it. */
  readonly cause?: string;
  /** Entry whose links are listed; none without it. */
  readonly links?: number;
}

export const readReportsSearch = ({ cause, links }: Record<string, unknown>): ReportsSearch => ({
  ...(typeof cause === 'string' && cause !== '' ? { cause: cause.slice(0, 200) } : {}),
  ...(typeof links === 'number' && Number.isSafeInteger(links) && links > 0 ? { links } : {}),
});

export const reportsRoute = getRouteApi('/app/projects/$projectId/reports');
