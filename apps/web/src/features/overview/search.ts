import { getRouteApi } from '@tanstack/react-router';

export const HOURS = [1, 3, 12, 24] as const;
export type Hours = (typeof HOURS)[number];
export const DEFAULT_HOURS: Hours = 3;

/** What the address of the overview says. */
export interface OverviewSearch {
  readonly project?: number;
  /** Of throughput. */
  readonly hours?: Hours;
  /** Of the chart; objects otherwise. */
  readonly unit?: 'bytes';
}

/** Anything in an address that isn't a choice of this page is left out. */
export function readOverviewSearch(raw: Record<string, unknown>): OverviewSearch {
  const hours = HOURS.find((one) => one === raw.hours);
  return {
    ...(Number.isSafeInteger(raw.project) && Number(raw.project) > 0 ? { project: Number(raw.project) } : {}),
    ...(hours === undefined || hours === DEFAULT_HOURS ? {} : { hours }),
    ...(raw.unit === 'bytes' ? { unit: 'bytes' as const } : {}),
  };
}

export const overviewRoute = getRouteApi('/app/');
