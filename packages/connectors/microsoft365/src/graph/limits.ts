import type { BudgetLimits } from '@sterna/cloud-http';

/**
 * Per app and mailbox (https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits): 4 at once,
 * 10,000 requests in 10 minutes, 150 MB sent in 5 minutes.
 */
export const OUTLOOK_LIMITS: BudgetLimits = {
  width: 4,
  windows: [
    { of: 'requests', limit: 10_000, ms: 600_000 },
    { of: 'bytes', limit: 150_000_000, ms: 300_000 },
  ],
};

/**
 * Of an app in a tenant, for all drives: 1,250 to 6,250 resource units a minute, by the tenant's licenses; which it is tell
 * its answers (`RateLimit-Limit`), so the largest is begun with. The width is a session's. The 3,000 requests in 5 minutes
 * are those of a user who has signed in, which an app hasn't.
 * https://learn.microsoft.com/en-us/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
 */
export const DRIVE_LIMITS: BudgetLimits = {
  width: 8,
  windows: [{ of: 'units', limit: 6_250, ms: 60_000 }],
};

export const DIRECTORY_LIMITS: BudgetLimits = { width: 4, windows: [] };
