import { getRouteApi } from '@tanstack/react-router';

export interface ReportsSearch {
  /** Code of the cause whose objects are listed; all without it. */
  readonly cause?: string;
}

export const readReportsSearch = (search: Record<string, unknown>): ReportsSearch =>
  typeof search.cause === 'string' && search.cause !== '' ? { cause: search.cause.slice(0, 200) } : {};

export const reportsRoute = getRouteApi('/app/projects/$projectId/reports');
