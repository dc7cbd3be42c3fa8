import type { BudgetLimits } from '@sterna/cloud-http';

/** https://learn.microsoft.com/en-us/graph/throttling-limits#microsoft-teams-service-limits: reads of an app in a tenant. */
export const TEAMS_LIMITS: BudgetLimits = { width: 4, windows: [{ of: 'requests', limit: 20, ms: 1_000 }] };

/** Posts of the past into one channel: https://learn.microsoft.com/en-us/microsoftteams/platform/graph-api/import-messages */
export const IMPORT_LIMITS: BudgetLimits = { width: 1, windows: [{ of: 'requests', limit: 5, ms: 1_000 }] };
