import { backupHandlers } from './backups.ts';
import { batchHandlers } from './batches.ts';
import { capacityHandlers } from './capacity.ts';
import { cutoverHandlers } from './cutover.ts';
import { entryHandlers } from './entries.ts';
import { entryPageHandlers } from './entry-page.ts';
import { licenseHandlers } from './licenses.ts';
import { linkHandlers } from './links.ts';
import { notificationHandlers } from './notifications.ts';
import { overviewHandlers } from './overview.ts';
import { passHandlers } from './passes.ts';
import { projectHandlers } from './projects.ts';
import { remigrationHandlers } from './remigrations.ts';
import { reportHandlers } from './reports.ts';
import { sessionHandlers } from './session.ts';
import { systemHandlers } from './systems.ts';

/** What answers each route but the event stream, by operation id. */
export const handlers = {
  ...sessionHandlers,
  ...systemHandlers,
  ...projectHandlers,
  ...capacityHandlers,
  ...entryHandlers,
  ...entryPageHandlers,
  ...batchHandlers,
  ...cutoverHandlers,
  ...notificationHandlers,
  ...passHandlers,
  ...remigrationHandlers,
  ...backupHandlers,
  ...licenseHandlers,
  ...overviewHandlers,
  ...linkHandlers,
  ...reportHandlers,
};
