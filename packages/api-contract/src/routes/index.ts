import { backupRoutes } from './backups.ts';
import { batchRoutes } from './batches.ts';
import { capacityRoutes } from './capacity.ts';
import { cutoverRoutes } from './cutover.ts';
import { entryRoutes } from './entries.ts';
import { entryPageRoutes } from './entry-page.ts';
import { eventRoutes } from './events.ts';
import { licenseRoutes } from './licenses.ts';
import { linkRoutes } from './links.ts';
import { notificationRoutes } from './notifications.ts';
import { overviewRoutes } from './overview.ts';
import { passRoutes } from './passes.ts';
import { projectRoutes } from './projects.ts';
import { remigrationRoutes } from './remigrations.ts';
import { reportRoutes } from './reports.ts';
import { sessionRoutes } from './session.ts';
import { systemRoutes } from './systems.ts';

/** Every route of the API, by operation id. */
export const routes = {
  ...sessionRoutes,
  ...systemRoutes,
  ...projectRoutes,
  ...capacityRoutes,
  ...entryRoutes,
  ...entryPageRoutes,
  ...batchRoutes,
  ...cutoverRoutes,
  ...notificationRoutes,
  ...passRoutes,
  ...remigrationRoutes,
  ...backupRoutes,
  ...licenseRoutes,
  ...overviewRoutes,
  ...linkRoutes,
  ...reportRoutes,
  ...eventRoutes,
} as const;
export type Routes = typeof routes;
