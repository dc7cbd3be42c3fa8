import { getRouteApi } from '@tanstack/react-router';

export const EVENT_KINDS = ['grant', 'assign', 'release', 'burn'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What the address of the license page says: which events of the ledger are shown. */
export interface LicensesSearch {
  readonly kind?: EventKind;
}

export function readLicensesSearch(raw: Record<string, unknown>): LicensesSearch {
  const kind = EVENT_KINDS.find((one) => one === raw.kind);
  return kind === undefined ? {} : { kind };
}

export const licensesRoute = getRouteApi('/app/licenses');
